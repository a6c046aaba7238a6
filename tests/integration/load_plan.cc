#include "tests/integration/load_plan.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace skontro::integration {
namespace {

using Kind = PlannedCall::Kind;

// Streams of numbers of one call that must not depend on each other.
enum Purpose : uint64_t { kKind, kContent };

constexpr int64_t kBatchItemsMax = 24;
constexpr int64_t kGroupItemsMax = 10;
constexpr int64_t kTargetReach = 40;  // How far back a call looks for a trade.
constexpr int kTargetTries = 12;

Dice DiceOf(uint64_t seed, const CallId& id, Purpose purpose) {
  return Dice{seed, static_cast<uint64_t>(id.round),
              static_cast<uint64_t>(id.client), static_cast<uint64_t>(id.index),
              purpose};
}

std::string RequestIdOf(const CallId& id) {
  return absl::StrCat("r", id.round, "-", id.client, "-", id.index);
}

std::string KeyOf(const TradeKey& key) {
  return absl::StrCat(RequestIdOf(key.call), "-", key.item);
}

// The id that a trade has where the client chooses one.
std::string TradeIdOf(const TradeKey& key) {
  return absl::StrCat("q", key.call.round, "-", key.call.client, "-",
                      key.call.index, "-", key.item);
}

// The numbers of a text such as r1-2-3-4.
std::vector<int64_t> NumbersOf(std::string_view text) {
  std::vector<int64_t> numbers;
  if (text.empty() || text.front() != 'r') return numbers;
  text.remove_prefix(1);
  for (const absl::string_view part :
       absl::StrSplit(absl::string_view(text.data(), text.size()), '-')) {
    if (!absl::SimpleAtoi(part, &numbers.emplace_back())) return {};
  }
  return numbers;
}

// Many small amounts, a few large ones.
int64_t UnitsOf(bool plain, Dice* dice) {
  int64_t units = dice->Between(1, 400);
  if (plain) return units;
  for (int i = 0; i < 3 && !dice->OneIn(2); ++i) units *= dice->Between(2, 7);
  return units;
}

}  // namespace

Kind LoadPlan::KindOf(const CallId& id) const {
  Dice dice = DiceOf(options_.seed, id, kKind);
  const int64_t roll = dice.Between(1, 1'000);
  if (roll <= 520) return Kind::kCreate;
  if (roll <= 600) return Kind::kBatch;
  if (roll <= 680) return Kind::kGroup;
  if (roll <= 830) return Kind::kAccept;
  if (roll <= 890) return Kind::kDecline;
  if (roll <= 970) return Kind::kReverse;
  if (roll <= 993) return Kind::kSetLimits;
  return Kind::kAdmit;
}

// A plain trade is one that will hardly be refused: a group with one refusal is
// refused.
PlannedTrade LoadPlan::NewTrade(const TradeKey& key, bool plain,
                                Dice* dice) const {
  PlannedTrade trade;
  trade.key = KeyOf(key);
  trade.buyer_pays = dice->Between(1, 100) <= 70;
  if (!trade.buyer_pays || dice->OneIn(2)) trade.trade_id = TradeIdOf(key);
  if (key.call.index > 0 && !plain && dice->OneIn(60)) {
    // Perhaps the id of another trade.
    trade.trade_id =
        TradeIdOf({{key.call.round, key.call.client, key.call.index - 1}, 0});
  }
  trade.seller = dice->Between(0, options_.members - 1);
  trade.buyer = (trade.seller + dice->Between(1, options_.members - 1)) %
                options_.members;
  trade.units = UnitsOf(plain, dice);
  if (dice->OneIn(4)) trade.cash = dice->Between(1, 50'000);
  if (dice->OneIn(plain ? 40 : 3)) {
    const int64_t numbers =
        std::max<int64_t>(2, options_.clients * options_.calls / 10);
    trade.invoice = absl::StrCat(dice->OneIn(2) ? "F" : "f ", key.call.round,
                                 "-", dice->Between(1, numbers));
    trade.invoice_year = static_cast<int32_t>(dice->Between(2025, 2026));
  }
  return trade;
}

// The id of a trade that was planned a little before, by any client, or in the
// round before: as a proposal, or with `paid_too` as either.
std::string LoadPlan::Target(const CallId& id, bool paid_too,
                             Dice* dice) const {
  for (int i = 0; i < kTargetTries; ++i) {
    CallId tried;
    tried.client = dice->Between(0, options_.clients - 1);
    if (id.round > 0 && dice->OneIn(5)) {
      tried.round = id.round - 1;
      tried.index = dice->Between(0, options_.calls - 1);
    } else {
      tried.round = id.round;
      tried.index =
          std::max<int64_t>(0, id.index - dice->Between(1, kTargetReach));
    }
    if (KindOf(tried) != Kind::kCreate) continue;
    Dice content = DiceOf(options_.seed, tried, kContent);
    const PlannedTrade trade = NewTrade({tried, 0}, false, &content);
    if (!trade.trade_id.empty() && (paid_too || !trade.buyer_pays)) {
      return trade.trade_id;
    }
  }
  return TradeIdOf({id, 0});  // There is no such trade.
}

PlannedCall LoadPlan::Call(const CallId& id) const {
  Dice dice = DiceOf(options_.seed, id, kContent);
  PlannedCall call;
  call.kind = KindOf(id);
  call.id = id;
  call.request_id = RequestIdOf(id);
  int64_t trades = 0;
  switch (call.kind) {
    case Kind::kCreate:
      call.trades.push_back(NewTrade({id, 0}, false, &dice));
      call.request_id = call.trades.front().key;
      break;
    case Kind::kBatch:
      call.request_id.clear();
      trades = dice.Between(1, kBatchItemsMax);
      break;
    case Kind::kGroup:
      trades = dice.Between(2, kGroupItemsMax);
      break;
    case Kind::kAccept:
    case Kind::kDecline:
    case Kind::kReverse:
      call.trade_id = Target(id, call.kind == Kind::kReverse, &dice);
      break;
    case Kind::kSetLimits:
      call.member = dice.Between(0, options_.members - 1);
      call.credit_line = kDefaultCreditLine / 4 * dice.Between(1, 8);
      if (dice.OneIn(2)) {
        call.balance_limit = kDefaultBalanceLimit / 4 * dice.Between(2, 8);
      }
      break;
    case Kind::kAdmit:
      call.member_id =
          absl::StrCat("n", id.round, "-", id.client, "-", id.index);
      break;
  }
  for (int64_t item = 0; item < trades; ++item) {
    call.trades.push_back(
        NewTrade({id, item}, call.kind == Kind::kGroup, &dice));
  }
  return call;
}

std::optional<TradeKey> LoadPlan::Find(std::string_view key) {
  const std::vector<int64_t> numbers = NumbersOf(key);
  if (numbers.size() != 4) return std::nullopt;
  return TradeKey{{numbers[0], numbers[1], numbers[2]}, numbers[3]};
}

std::optional<CallId> LoadPlan::FindCall(std::string_view request_id) {
  const std::vector<int64_t> numbers = NumbersOf(request_id);
  if (numbers.size() != 3) return std::nullopt;
  return CallId{numbers[0], numbers[1], numbers[2]};
}

}  // namespace skontro::integration
