#include "cli/verifier/member_book.h"

#include <initializer_list>
#include <string>

#include "absl/strings/str_format.h"

namespace skontro::verifier {
namespace {

bool IsPossible(uint32_t from, uint32_t to) {
  if (from == kClosed || to < kActive || to > kClosed) return false;
  if (from == kClosing) return to == kClosing || to == kClosed;
  return from != to && to != kClosed;
}

}  // namespace

void MemberBook::Set(uint64_t sequence, int32_t day,
                     const MemberStatusSet& event, uint64_t account,
                     uint64_t open_trades) {
  const auto add = [&](const std::string& what) {
    findings_.Add(sequence,
                  absl::StrFormat("member %d: %s", event.member, what));
  };
  const Standing before = Of(event.member);
  if (event.old_status != before.status) {
    add(absl::StrFormat("its status is %d; the record says that it was %d",
                        before.status, event.old_status));
  }
  if (!IsPossible(before.status, event.new_status)) {
    add(absl::StrFormat("its status goes from %d to %d, which it cannot",
                        before.status, event.new_status));
  }
  if (event.new_status == kClosing) {
    if (event.wind_down_day < day) {
      add(absl::StrFormat("it winds down until day %d, before day %d",
                          event.wind_down_day, day));
    }
  } else if (event.wind_down_day != 0) {
    add("it has a last day and does not wind down");
  }
  const AccountBook::Account* owned = accounts_.Find(account);
  if (event.new_status == kClosed) {
    if (owned != nullptr && owned->balance != 0) {
      add(absl::StrFormat("it is closed with a balance of %d", owned->balance));
    }
    if (open_trades > 0) {
      add(absl::StrFormat("it is closed with %d open trades", open_trades));
    }
  }
  if (event.new_status == kClosing || event.new_status == kClosed) {
    accounts_.BindToZero(account);
  }
  standings_[event.member] = {event.new_status, event.wind_down_day};
}

void MemberBook::CheckParties(uint64_t sequence, int32_t day, uint64_t seller,
                              uint64_t buyer) {
  const Standing selling = Of(seller);
  if (selling.status != kActive && selling.status != kEarnOnly &&
      selling.status != kClosing) {
    findings_.Add(sequence, absl::StrFormat("member %d sells and has status %d",
                                            seller, selling.status));
  }
  const Standing buying = Of(buyer);
  if (buying.status == kClosing
          ? day > buying.wind_down_day
          : buying.status != kActive && buying.status != kSpendOnly) {
    findings_.Add(sequence,
                  absl::StrFormat("member %d buys on day %d and has status %d",
                                  buyer, day, buying.status));
  }
}

void MemberBook::CheckSettlers(uint64_t sequence, uint64_t seller,
                               uint64_t buyer) {
  for (const uint64_t member : {seller, buyer}) {
    const uint32_t status = Of(member).status;
    if (status != kFrozen && status != kClosed) continue;
    findings_.Add(sequence,
                  absl::StrFormat("member %d settles a hold and has status %d",
                                  member, status));
  }
}

MemberBook::Standing MemberBook::Of(uint64_t member) const {
  const auto found = standings_.find(member);
  return found == standings_.end() ? Standing() : found->second;
}

}  // namespace skontro::verifier
