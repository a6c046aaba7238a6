#include "cli/edge_list.h"

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "cli/cell_lines.h"
#include "ledger/base/status.h"

namespace skontro::cli {
namespace {

constexpr char kShape[] = "A line is: debtor, creditor, amount in minor units";

absl::string_view Absl(std::string_view text) {
  return {text.data(), text.size()};
}

class Reader {
 public:
  explicit Reader(std::string_view text) : lines_(text, kShape) {}

  absl::StatusOr<EdgeList> Read() {
    while (true) {
      SKONTRO_ASSIGN_OR_RETURN(const bool has_line, lines_.Next());
      if (!has_line) break;
      SKONTRO_RETURN_IF_ERROR(Take(lines_.cells()));
    }
    if (list_.problem.obligations.empty() && list_.left_out == 0) {
      return UsageFailure("there is no obligation in the file");
    }
    SortNames();
    return std::move(list_);
  }

 private:
  absl::Status Take(const std::vector<std::string_view>& cells) {
    if (cells.size() != 3) {
      return lines_.Failure("'", ShownBeginning(lines_.line()), "' has ",
                            cells.size(), " cells, not 3");
    }
    if (lines_.is_first() && cells[0] == "debtor" && cells[1] == "creditor" &&
        cells[2] == "amount") {
      return absl::OkStatus();
    }
    if (cells[0].empty() || cells[1].empty()) {
      return lines_.Failure("the name of a party is missing");
    }
    int64_t amount = 0;
    if (!absl::SimpleAtoi(Absl(cells[2]), &amount) || amount <= 0) {
      return lines_.Failure("the amount '", ShownBeginning(cells[2]),
                            "' is not a whole number from 1 to ", INT64_MAX);
    }
    if (cells[0] == cells[1]) {
      ++list_.left_out;
      return absl::OkStatus();
    }
    return Add(cells[0], cells[1], amount);
  }

  absl::Status Add(std::string_view debtor_name, std::string_view creditor_name,
                   int64_t amount) {
    if (amount > netting::kTotalMax - total_) {
      return lines_.Failure("with ", amount, " the total passes ",
                            netting::kTotalMax);
    }
    std::vector<netting::Obligation>& all = list_.problem.obligations;
    if (all.size() == netting::kObligationsMax) {
      return lines_.Failure("more than ", netting::kObligationsMax,
                            " obligations");
    }
    total_ += amount;
    const netting::Party debtor = PartyOf(debtor_name);
    const netting::Party creditor = PartyOf(creditor_name);
    if (list_.names.size() > netting::kPartiesMax) {
      return lines_.Failure("more than ", netting::kPartiesMax, " parties");
    }
    all.push_back({netting::ObligationId{all.size() + 1}, debtor, creditor,
                   amount, 0, 0});
    return absl::OkStatus();
  }

  netting::Party PartyOf(std::string_view name) {
    const auto next = static_cast<uint32_t>(list_.names.size());
    const auto [place, is_new] = parties_.try_emplace(name, next);
    if (is_new) list_.names.emplace_back(name);
    return netting::Party{place->second};
  }

  void SortNames() {
    std::vector<uint32_t> order(list_.names.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [this](uint32_t a, uint32_t b) {
      return list_.names[a] < list_.names[b];
    });
    std::vector<netting::Party> number(order.size());
    std::vector<std::string> names;
    names.reserve(order.size());
    for (const uint32_t party : order) {
      number[party] = netting::Party{static_cast<uint32_t>(names.size())};
      names.push_back(std::move(list_.names[party]));
    }
    list_.names = std::move(names);
    for (netting::Obligation& owed : list_.problem.obligations) {
      owed.debtor = number[static_cast<size_t>(owed.debtor)];
      owed.creditor = number[static_cast<size_t>(owed.creditor)];
    }
    list_.problem.party_count = static_cast<uint32_t>(list_.names.size());
  }

  EdgeList list_;
  absl::flat_hash_map<std::string_view, uint32_t> parties_;
  CellLines lines_;
  int64_t total_ = 0;
};

}  // namespace

absl::StatusOr<EdgeList> ParseEdgeList(std::string_view text) {
  return Reader(text).Read();
}

std::optional<netting::Party> PartyNamed(const EdgeList& list,
                                         std::string_view name) {
  const auto place =
      std::lower_bound(list.names.begin(), list.names.end(), name);
  if (place == list.names.end() || *place != name) return std::nullopt;
  return netting::Party{static_cast<uint32_t>(place - list.names.begin())};
}

}  // namespace skontro::cli
