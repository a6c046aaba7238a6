#include "bench/load/witness_check.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/load/job.h"
#include "bench/load/trade_mix.h"

namespace skontro::bench {
namespace {

using Kind = WitnessedCall::Kind;
using Outcome = WitnessedCall::Outcome;

constexpr size_t kFindingsMax = 100;

}  // namespace

WitnessCheck::WitnessCheck(const WitnessedCalls& calls) {
  for (const auto& [id, call] : calls) {
    switch (call.outcome) {
      case Outcome::kUnknown:
        Find(absl::StrCat(id, " was sent and has no outcome"));
        break;
      case Outcome::kRefused:
        ++refusals_;
        break;
      case Outcome::kAnswered: {
        const bool is_new =
            by_sequence_.try_emplace(call.sequence, &call).second;
        if (!is_new) {
          Find(absl::StrCat("two requests were answered with sequence ",
                            call.sequence, ", ", id, " is one of them"));
        }
        break;
      }
    }
  }
}

void WitnessCheck::Find(std::string finding) {
  ++finding_count_;
  if (findings_.size() < kFindingsMax) findings_.push_back(std::move(finding));
}

void WitnessCheck::AddEvent(const v1::Event& event) {
  if (event.sequence() <= last_sequence_) {
    Find(absl::StrCat("sequence ", event.sequence(), " comes after ",
                      last_sequence_));
  }
  last_sequence_ = event.sequence();
  for (const v1::BalanceAfter& after : event.balances()) {
    Sum& sum = sums_[after.account()];
    sum.balance += after.amount_minor_units();
    ++sum.postings;
    if (sum.balance != after.balance_minor_units()) {
      Find(absl::StrCat("sequence ", event.sequence(), ": ", after.account(),
                        " has ", after.balance_minor_units(),
                        " after it, and the sum of what moved is ",
                        sum.balance));
    }
  }
  if (event.has_trade()) AddTrade(event);
}

void WitnessCheck::AddTrade(const v1::Event& event) {
  const std::string trade = IdOf(event.trade().name());
  switch (event.type()) {
    case v1::Event::TRADE_PROPOSED:
      Create(event, trade);
      return;
    case v1::Event::TRADE_SETTLED:
      if (seen_.find(trade) == seen_.end()) Create(event, trade);
      Settle(event, trade);
      return;
    default:
      Find(absl::StrCat("sequence ", event.sequence(), " did to ", trade,
                        " what nobody asked for"));
  }
}

void WitnessCheck::Create(const v1::Event& event, const std::string& trade) {
  ++trades_;
  const auto [seen, is_new] = seen_.try_emplace(trade);
  if (!is_new) {
    Find(absl::StrCat("trade ", trade, " was made twice, the second time at ",
                      event.sequence()));
    return;
  }
  const auto found = by_sequence_.find(event.sequence());
  if (found == by_sequence_.end() || found->second->kind == Kind::kAccept) {
    Find(absl::StrCat("trade ", trade, " of sequence ", event.sequence(),
                      " was asked for by no request that was answered"));
    return;
  }
  seen->second.created = found->second;
  Compare(*found->second, event);
  // The acceptance has a sequence of its own.
  if (found->second->kind == Kind::kRequest) by_sequence_.erase(found);
}

void WitnessCheck::Compare(const WitnessedCall& call, const v1::Event& event) {
  const v1::Trade& trade = event.trade();
  const bool proposed = event.type() == v1::Event::TRADE_PROPOSED;
  if (call.trade != IdOf(trade.name()) ||
      MemberName(call.seller) != trade.seller() ||
      MemberName(call.buyer) != trade.buyer() ||
      call.units != trade.unit_leg().minor_units() ||
      (call.kind == Kind::kRequest) != proposed) {
    Find(absl::StrCat("sequence ", event.sequence(), " is not what trade ",
                      call.trade,
                      " was answered to be: ", trade.ShortDebugString()));
  }
}

void WitnessCheck::Settle(const v1::Event& event, const std::string& trade) {
  ++settlements_;
  Seen& seen = seen_[trade];
  if (seen.settled) {
    Find(absl::StrCat("trade ", trade,
                      " was settled twice, the second time "
                      "at ",
                      event.sequence()));
  }
  seen.settled = true;
  const auto found = by_sequence_.find(event.sequence());
  if (found == by_sequence_.end() || found->second->trade != trade ||
      found->second->kind == Kind::kRequest) {
    Find(absl::StrCat("trade ", trade, " was settled at ", event.sequence(),
                      ", and no request was answered so"));
    return;
  }
  by_sequence_.erase(found);
  const std::string seller = event.trade().seller() + "/accounts/main";
  const std::string buyer = event.trade().buyer() + "/accounts/main";
  const int64_t units = event.trade().unit_leg().minor_units();
  bool moved = event.balances_size() == 2;
  for (const v1::BalanceAfter& after : event.balances()) {
    const int64_t amount = after.amount_minor_units();
    moved = moved && ((after.account() == seller && amount == units) ||
                      (after.account() == buyer && amount == -units));
  }
  if (!moved || event.balances(0).account() == event.balances(1).account()) {
    Find(absl::StrCat("sequence ", event.sequence(), " did not move ", units,
                      " from ", buyer, " to ", seller));
  }
}

void WitnessCheck::AddAccount(const v1::Account& account) {
  const Sum sum = sums_[account.name()];
  sums_.erase(account.name());
  if (account.balance().minor_units() != sum.balance ||
      account.posting_count() != sum.postings) {
    Find(absl::StrCat(account.name(), " has ", account.balance().minor_units(),
                      " after ", account.posting_count(),
                      " postings, and what moved is ", sum.balance, " in ",
                      sum.postings));
  }
}

void WitnessCheck::Finish() {
  for (const auto& [sequence, call] : by_sequence_) {
    Find(absl::StrCat("trade ", call->trade, " was answered with sequence ",
                      sequence, ", and the books have nothing of it there"));
  }
  for (const auto& [account, sum] : sums_) {
    Find(absl::StrCat(account, " has postings and is no member's"));
  }
}

}  // namespace skontro::bench
