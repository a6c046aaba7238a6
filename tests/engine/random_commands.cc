#include "tests/engine/random_commands.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/engine/commands.h"

namespace skontro::engine {

std::string RandomCommands::AnyMember() {
  if (Below(40) == 0) return "ghost";
  return kRandomMembers[Below(std::size(kRandomMembers))];
}

std::string RandomCommands::AnyTrade(uint64_t newest) {
  if (Below(2) == 0) return absl::StrCat("id-", Below(20));
  // Mostly new ones: they are open.
  const uint64_t back = Below(Below(3) == 0 ? newest + 1 : 12);
  return absl::StrCat("t", newest - std::min(back, newest));
}

CreateTrade RandomCommands::AnyNewTrade() {
  CreateTrade trade =
      Sale(AnyMember(), AnyMember(), static_cast<int64_t>(Below(400'00)) + 1);
  if (Below(2) == 0) trade.initiator = Initiator::kBuyer;
  if (Below(3) == 0) trade.trade_id = absl::StrCat("id-", Below(20));
  if (Below(2) == 0) {
    trade.invoice = InvoiceOf(absl::StrCat("F ", Below(6)));
    if (Below(4) == 0) trade.invoice->issue_date = Day(2025, 6, 1);
  }
  if (Below(8) == 0) trade.description = Text("bread");
  return trade;
}

Command RandomCommands::Next(uint64_t newest) {
  switch (Below(12)) {
    case 0:
      return SetLimits(AnyMember(), static_cast<int64_t>(Below(500'00)),
                       static_cast<int64_t>(Below(900'00)) + 1);
    case 1: {
      std::vector<CreateTrade> trades;
      for (uint64_t i = Below(4) + 1; i > 0; --i) {
        trades.push_back(AnyNewTrade());
      }
      return Together(std::move(trades));
    }
    case 2:
    case 3:
    case 4:
      return Accept(AnyTrade(newest));
    case 5:
      return Decline(AnyTrade(newest));
    case 6:
      return Reverse(AnyTrade(newest));
    default:
      return Create(AnyNewTrade());
  }
}

}  // namespace skontro::engine
