#include "cli/clearing_lines.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "cli/cell_lines.h"
#include "cli/failure.h"
#include "engine/netting/what_if.h"
#include "ledger/base/status.h"

namespace skontro::cli {
namespace {

constexpr char kShape[] =
    "A line is: party, spendable, receivable in minor units; without the last, "
    "nothing limits it";
constexpr size_t kDecimalsMax = 4;

absl::string_view Absl(std::string_view text) {
  return {text.data(), text.size()};
}

class Reader {
 public:
  Reader(std::string_view text, EdgeList* list)
      : lines_(text, kShape), list_(*list), seen_(list->names.size()) {}

  absl::Status Read() {
    while (true) {
      SKONTRO_ASSIGN_OR_RETURN(const bool has_line, lines_.Next());
      if (!has_line) break;
      SKONTRO_RETURN_IF_ERROR(Take(lines_.cells()));
    }
    if (list_.problem.credit_lines.empty()) {
      return UsageFailure("there is no credit line in the file");
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Take(const std::vector<std::string_view>& cells) {
    if (cells.size() != 2 && cells.size() != 3) {
      return lines_.Failure("'", ShownBeginning(lines_.line()), "' has ",
                            cells.size(), " cells, not 2 or 3");
    }
    if (lines_.is_first() && cells[0] == "party" && cells[1] == "spendable" &&
        (cells.size() == 2 || cells[2] == "receivable")) {
      return absl::OkStatus();
    }
    const std::optional<netting::Party> party = PartyNamed(list_, cells[0]);
    if (!party.has_value()) {
      return lines_.Failure("'", ShownBeginning(cells[0]),
                            "' owes nothing and is owed nothing");
    }
    if (seen_[static_cast<size_t>(*party)]) {
      return lines_.Failure("'", ShownBeginning(cells[0]),
                            "' has a credit line already");
    }
    seen_[static_cast<size_t>(*party)] = true;
    netting::CreditLine line = {*party, 0, netting::kUnlimited};
    SKONTRO_ASSIGN_OR_RETURN(line.spendable_minor_units, AmountOf(cells[1]));
    if (cells.size() == 3) {
      SKONTRO_ASSIGN_OR_RETURN(line.receivable_minor_units, AmountOf(cells[2]));
    }
    list_.problem.credit_lines.push_back(line);
    return absl::OkStatus();
  }

  absl::StatusOr<int64_t> AmountOf(std::string_view cell) const {
    int64_t amount = 0;
    if (!absl::SimpleAtoi(Absl(cell), &amount) || amount < 0) {
      return lines_.Failure("the amount '", ShownBeginning(cell),
                            "' is not a whole number from 0 to ", INT64_MAX);
    }
    return amount;
  }

  CellLines lines_;
  EdgeList& list_;
  std::vector<bool> seen_;
};

}  // namespace

bool IsShare(std::string_view text) {
  if (text.size() < 2 || text.back() != '%') return false;
  text.remove_suffix(1);
  const auto points = std::count(text.begin(), text.end(), '.');
  const auto digits = std::count_if(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
  return points <= 1 && digits >= 1 &&
         points + digits == static_cast<std::ptrdiff_t>(text.size());
}

absl::StatusOr<int64_t> ParseShare(std::string_view argument,
                                   std::string_view text) {
  std::string digits(text.substr(0, text.size() - 1));
  const size_t point = std::min(digits.find('.'), digits.size());
  const size_t decimals = digits.size() - std::min(point + 1, digits.size());
  digits.erase(point, 1);
  int64_t ppm = 0;
  if (decimals <= kDecimalsMax) {
    digits.append(kDecimalsMax - decimals, '0');
    if (absl::SimpleAtoi(digits, &ppm) &&
        ppm <= netting::kWholePartsPerMillion) {
      return ppm;
    }
  }
  return UsageFailure(absl::StrCat(
      Absl(argument), ": '", ShownBeginning(text),
      "' is not a share from 0% to 100% with at most four decimals"));
}

absl::Status ReadLines(std::string_view text, EdgeList* list) {
  return Reader(text, list).Read();
}

}  // namespace skontro::cli
