#include "tests/integration/refusal_check.h"

#include <algorithm>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/integration/network_reader.h"

namespace skontro::integration {
namespace {

using Kind = PlannedCall::Kind;

std::string ValueOf(const RefusedBecause& because, const std::string& key) {
  const auto found = because.metadata.find(key);
  return found == because.metadata.end() ? "" : found->second;
}

int64_t NumberOf(const RefusedBecause& because, const std::string& key) {
  int64_t number = -1;
  return absl::SimpleAtoi(ValueOf(because, key), &number) ? number : -1;
}

// The number of the member in networks/n/members/m7/accounts/main, or -1.
int64_t MemberIn(const std::string& account) {
  const std::vector<std::string> parts = absl::StrSplit(account, '/');
  int64_t number = -1;
  if (parts.size() < 4 || parts[3].empty() ||
      !absl::SimpleAtoi(parts[3].substr(1), &number)) {
    return -1;
  }
  return number;
}

}  // namespace

void RefusalCheck::Run() {
  const LoadPlan::Options& options = plan_.options();
  CallId id{log_.round(), 0, 0};
  for (id.client = 0; id.client < options.clients; ++id.client) {
    for (id.index = 0; id.index < options.calls; ++id.index) {
      const CallLog::Slot& slot = log_.slot(id);
      PlannedCall call;
      for (size_t i = 0; i < slot.items.size(); ++i) {
        const ItemAnswer& item = slot.items[i];
        if (item.done) continue;
        if (call.request_id.empty() && call.trades.empty()) {
          call = plan_.Call(id);
        }
        size_t about = i;
        if (call.kind == Kind::kGroup) {
          about = static_cast<size_t>(NumberOf(item.because, "item"));
        }
        if (!IsRight(call, about, item.because, slot.known_before)) {
          findings_.Add(absl::StrCat("call ", id.round, "-", id.client, "-",
                                     id.index, " item ", i, " sent after ",
                                     slot.known_before,
                                     " was wrongly refused: ", item.bytes));
        }
      }
    }
  }
}

int64_t RefusalCheck::UnitsOf(const PlannedCall& call, size_t item) const {
  if (!call.trades.empty()) return call.trades[item].units;
  const Books::Trade* const trade = books_.FindTrade(call.trade_id);
  return trade == nullptr ? -1 : trade->planned.units;
}

bool RefusalCheck::IsRight(const PlannedCall& call, size_t item,
                           const RefusedBecause& because, int64_t after) const {
  if (!call.trades.empty() && item >= call.trades.size()) return false;
  const std::string name = IdOf(ValueOf(because, "name"));
  const Books::Trade* const named = books_.FindTrade(name);
  if (because.reason == "RESOURCE_EXISTS") {
    // Made by this time; or by the group itself, which was then undone.
    return !call.trades.empty() && call.trades[item].trade_id == name &&
           named != nullptr;
  }
  if (because.reason == "RESOURCE_NOT_FOUND") {
    return call.trade_id == name &&
           (named == nullptr || named->created_at > after);
  }
  if (because.reason == "DUPLICATE_INVOICE") {
    return !call.trades.empty() && IsDuplicate(call.trades[item], because);
  }
  if (because.reason == "TRADE_STATE") {
    return IdOf(ValueOf(because, "trade")) == call.trade_id &&
           IsInState(because, after);
  }
  if (because.reason == "CREDIT_LINE_EXCEEDED" ||
      because.reason == "BALANCE_LIMIT_EXCEEDED") {
    // What a group did before the refused item was undone and left no trace.
    if (call.kind == Kind::kGroup && item > 0) return true;
    return IsOverLimit(because, UnitsOf(call, item), after);
  }
  return false;
}

bool RefusalCheck::IsOverLimit(const RefusedBecause& because, int64_t units,
                               int64_t after) const {
  const bool is_line = because.reason == "CREDIT_LINE_EXCEEDED";
  const int64_t member = MemberIn(ValueOf(because, "account"));
  const std::string left_text =
      ValueOf(because, is_line ? "spendable" : "room");
  int64_t said = 0;
  if (member < 0 || member >= books_.members() || units < 0 ||
      !absl::SimpleAtoi(left_text, &said) || said >= units ||
      NumberOf(because, "amount") != units ||
      NumberOf(because, "missing") != units - said) {
    return false;
  }
  const std::vector<Books::Point>& history = books_.history(member);
  for (size_t i = 0; i < history.size(); ++i) {
    const int64_t until =
        i + 1 < history.size() ? history[i + 1].sequence : head_ + 1;
    if (until <= after) continue;
    const int64_t was = is_line ? history[i].spendable() : history[i].room();
    if (was == said) return true;
  }
  return false;
}

bool RefusalCheck::IsInState(const RefusedBecause& because,
                             int64_t after) const {
  const Books::Trade* const trade =
      books_.FindTrade(IdOf(ValueOf(because, "trade")));
  if (trade == nullptr) return false;
  const std::string state = ValueOf(because, "state");
  const int64_t ended = trade->ended_at == 0 ? head_ + 1 : trade->ended_at;
  const int64_t settled =
      trade->settled_at == 0 ? head_ + 1 : trade->settled_at;
  if (state == "PROPOSED") return std::min(settled, ended) > after;
  if (state == "SETTLED") return trade->settled_at != 0 && ended > after;
  if (state == "DECLINED") return trade->state == Books::State::kDeclined;
  return state == "REVERSED" && trade->state == Books::State::kReversed;
}

bool RefusalCheck::IsDuplicate(const PlannedTrade& planned,
                               const RefusedBecause& because) const {
  const Books::Trade* const other =
      books_.FindTrade(IdOf(ValueOf(because, "trade")));
  return other != nullptr && ValueOf(because, "number") == planned.invoice &&
         InvoiceKey(other->planned) == InvoiceKey(planned);
}

}  // namespace skontro::integration
