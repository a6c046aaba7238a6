#include "tests/integration/audit.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "absl/strings/str_cat.h"
#include "tests/integration/refusal_check.h"

namespace skontro::integration {
namespace {

using Kind = PlannedCall::Kind;

// Whether a refusal for this reason is a record of the journal.
bool IsKept(const RefusedBecause& because) {
  return because.reason != "FIELD_INVALID" &&
         because.reason != "REQUEST_ID_REUSED";
}

std::optional<Kind> CallOf(BookEvent::Kind kind) {
  switch (kind) {
    case BookEvent::Kind::kAccepted:
      return Kind::kAccept;
    case BookEvent::Kind::kDeclined:
      return Kind::kDecline;
    case BookEvent::Kind::kReversed:
      return Kind::kReverse;
    case BookEvent::Kind::kCreated:
    case BookEvent::Kind::kLimits:
      break;
  }
  return std::nullopt;
}

int64_t Microseconds(const google::protobuf::Timestamp& time) {
  return time.seconds() * 1'000'000 + time.nanos() / 1'000;
}

std::string NameOf(const CallId& id) {
  return absl::StrCat("call ", id.round, "-", id.client, "-", id.index);
}

}  // namespace

DigestCount StateDigests(int64_t after, int64_t upto) {
  constexpr int64_t kInterval = 65'536;
  constexpr int64_t kGroupMax = 1'024;
  const auto due = [](int64_t sequence) {
    return std::max<int64_t>(0, sequence) / kInterval;
  };
  // Those that may have come late, into this stretch or behind it.
  return {std::max<int64_t>(0, due(upto - kGroupMax) - due(after)),
          due(upto) - due(after - kGroupMax)};
}

Audit::Audit(const LoadPlan& plan, const CallLog& log, Books* books,
             Findings* findings)
    : plan_(plan), log_(log), books_(*books), findings_(*findings) {}

void Audit::Check(const SeenNetwork& seen,
                  const std::vector<Observation>& observations) {
  ReadEvents(seen);
  CheckTimes();
  const auto beyond =
      std::distance(events_.upper_bound(seen.sequence), events_.end());
  if (beyond > 0) {
    findings_.Add(
        absl::StrCat(beyond, " events are beyond the head at ", seen.sequence));
  }
  for (const auto& [sequence, event] : events_) {
    books_.Apply(event, &findings_);
  }
  CheckCalls(seen);
  for (const auto& [sequence, event] : events_) {
    if (!answered_.contains(sequence)) CheckAsked(event);
  }
  const int64_t others =
      seen.sequence - books_.closed_at() - static_cast<int64_t>(events_.size());
  const DigestCount digests = StateDigests(books_.closed_at(), seen.sequence);
  const int64_t least = others_.refusals + others_.admissions + digests.least;
  const int64_t most =
      others_.refusals + others_.admissions + others_.possible + digests.most;
  if (others < least || others > most) {
    findings_.Add(absl::StrCat(
        "of the sequences ", books_.closed_at() + 1, " to ", seen.sequence,
        ", ", others, " are no events; the answers say ", least, " to ", most));
  }
  refusals_ = others_.refusals;
  CheckAccounts(seen);
  CheckObservations(seen, observations);
  if (all_known_) {
    RefusalCheck(plan_, log_, books_, seen.sequence, &findings_).Run();
  }
}

void Audit::AddEvent(BookEvent event, const google::protobuf::Timestamp* time) {
  const int64_t sequence = event.sequence;
  if (time != nullptr) times_us_[sequence] = Microseconds(*time);
  if (!events_.emplace(sequence, std::move(event)).second) {
    findings_.Add(absl::StrCat("two events are at sequence ", sequence));
  }
}

void Audit::ReadEvents(const SeenNetwork& seen) {
  for (const v1::Trade& trade : seen.trades) ReadTrade(trade);
  for (const auto& [member, change] : seen.limits) {
    BookEvent event;
    event.sequence = change.sequence();
    event.kind = BookEvent::Kind::kLimits;
    event.trade_id = change.reason();  // The request id of who set it.
    event.member = member;
    event.credit_line = change.new_credit_line().minor_units();
    event.balance_limit = change.new_balance_limit().minor_units();
    AddEvent(std::move(event), &change.record_time());
  }
}

void Audit::ReadTrade(const v1::Trade& trade) {
  BookEvent event;
  event.trade_id = IdOf(trade.name());
  if (trade.create_sequence() > books_.closed_at()) {
    ++new_trades_;
    const std::optional<TradeKey> key = LoadPlan::Find(trade.description());
    if (!key.has_value() || key->call.round != log_.round()) {
      findings_.Add(
          absl::StrCat("nobody asked for ", trade.ShortDebugString()));
      return;
    }
    const PlannedCall call = plan_.Call(key->call);
    event.planned = call.trades[static_cast<size_t>(key->item)];
    event.sequence = trade.create_sequence();
    CheckContent(trade, event.planned);
    if (!created_.emplace(event.planned.key, event.sequence).second) {
      findings_.Add(absl::StrCat("made twice: ", trade.ShortDebugString()));
    }
    AddEvent(event, &trade.create_time());
  }
  const bool is_paid = trade.initiator() == v1::Trade::BUYER;
  if (is_paid && trade.settle_sequence() != trade.create_sequence()) {
    findings_.Add(
        absl::StrCat("not settled at once: ", trade.ShortDebugString()));
  }
  if (!is_paid && trade.settle_sequence() > books_.closed_at()) {
    event.kind = BookEvent::Kind::kAccepted;
    event.sequence = trade.settle_sequence();
    AddEvent(event, &trade.settle_time());
  }
  if (trade.end_sequence() > books_.closed_at()) {
    event.kind = trade.state() == v1::Trade::DECLINED
                     ? BookEvent::Kind::kDeclined
                     : BookEvent::Kind::kReversed;
    event.sequence = trade.end_sequence();
    AddEvent(event, &trade.end_time());
  }
}

void Audit::CheckContent(const v1::Trade& trade, const PlannedTrade& planned) {
  const bool same =
      IdOf(trade.seller()) == MemberId(planned.seller) &&
      IdOf(trade.buyer()) == MemberId(planned.buyer) &&
      trade.unit_leg().minor_units() == planned.units &&
      trade.cash_leg().minor_units() == planned.cash &&
      trade.invoice().number() == planned.invoice &&
      (trade.initiator() == v1::Trade::BUYER) == planned.buyer_pays &&
      (planned.trade_id.empty() || IdOf(trade.name()) == planned.trade_id);
  if (same) return;
  findings_.Add(absl::StrCat("not what was asked for under ", planned.key, ": ",
                             trade.ShortDebugString()));
}

void Audit::CheckTimes() {
  int64_t before = 0;
  for (const auto& [sequence, time_us] : times_us_) {
    if (time_us <= before) {
      findings_.Add(absl::StrCat("time does not go up at ", sequence));
    }
    before = time_us;
  }
}

void Audit::CheckCalls(const SeenNetwork& seen) {
  const LoadPlan::Options& options = plan_.options();
  CallId id{log_.round(), 0, 0};
  for (id.client = 0; id.client < options.clients; ++id.client) {
    for (id.index = 0; id.index < options.calls; ++id.index) {
      const PlannedCall call = plan_.Call(id);
      const CallLog::Slot& slot = log_.slot(id);
      if (!call.trade_id.empty()) {
        steps_[{call.kind, call.trade_id}].push_back(id);
      }
      if (!slot.is_known()) all_known_ = false;
      CheckKnown(call, slot, seen);
      if (call.kind == Kind::kGroup) CheckGroup(call, slot);
      CountOthers(call, slot);
    }
  }
}

void Audit::CheckKnown(const PlannedCall& call, const CallLog::Slot& slot,
                       const SeenNetwork& seen) {
  for (size_t i = 0; i < slot.items.size(); ++i) {
    const ItemAnswer& item = slot.items[i];
    if (item.known && item.done) CheckItem(call, i, item, seen);
  }
}

// What was answered is there, at the sequence of the answer.
void Audit::CheckItem(const PlannedCall& call, size_t index,
                      const ItemAnswer& item, const SeenNetwork& seen) {
  const auto lost = [&](const char* why) {
    findings_.Add(absl::StrCat("LOST: ", NameOf(call.id), " item ", index,
                               " was done at ", item.sequence, ", and ", why));
  };
  if (item.sequence > seen.sequence) {
    lost("the journal ends before");
    return;
  }
  if (item.sequence == seen.sequence && item.digest != seen.digest) {
    lost("the head has another digest");
  }
  if (call.kind == Kind::kAdmit) {
    if (!seen.member_ids.contains(call.member_id)) lost("there is no member");
    return;
  }
  const auto found = events_.find(item.sequence);
  if (found == events_.end()) {
    lost("there is no such event");
    return;
  }
  answered_.insert(item.sequence);
  const BookEvent& event = found->second;
  bool is_it = false;
  if (!call.trades.empty()) {
    is_it = event.kind == BookEvent::Kind::kCreated &&
            event.planned.key == call.trades[index].key &&
            IdOf(item.trade.name()) == event.trade_id &&
            item.trade.create_sequence() == item.sequence;
  } else if (call.kind == Kind::kSetLimits) {
    is_it = event.kind == BookEvent::Kind::kLimits &&
            event.trade_id == call.request_id &&
            event.credit_line == call.credit_line;
  } else {
    is_it = CallOf(event.kind) == call.kind && event.trade_id == call.trade_id;
  }
  if (!is_it) lost("something else is there");
}

// A group is there whole, one trade after another, or not at all.
void Audit::CheckGroup(const PlannedCall& call, const CallLog::Slot& slot) {
  size_t there = 0;
  int64_t first = 0;
  bool in_a_row = true;
  for (const PlannedTrade& trade : call.trades) {
    const auto found = created_.find(trade.key);
    if (found == created_.end()) continue;
    if (there == 0) first = found->second;
    in_a_row &= found->second == first + static_cast<int64_t>(there);
    ++there;
  }
  if (there != 0 && (there != call.trades.size() || !in_a_row)) {
    findings_.Add(absl::StrCat("HALF DONE: of the group of ", NameOf(call.id),
                               ", ", there, " of ", call.trades.size(),
                               " trades are there, ",
                               in_a_row ? "in a row" : "not in a row"));
  }
  if (slot.is_known() && slot.items.front().done && there == 0) {
    findings_.Add(absl::StrCat("LOST: the group of ", NameOf(call.id)));
  }
}

void Audit::CountOthers(const PlannedCall& call, const CallLog::Slot& slot) {
  if (!slot.sent) return;
  const bool is_batch = call.kind == Kind::kBatch;
  const size_t items = is_batch ? call.trades.size() : 1;
  for (size_t i = 0; i < items; ++i) {
    if (i >= slot.items.size() || !slot.items[i].known) {
      const bool is_there =
          !call.trades.empty() && created_.contains(call.trades[i].key);
      if (!is_there) ++others_.possible;
    } else if (!slot.items[i].done) {
      others_.refusals += IsKept(slot.items[i].because) ? 1 : 0;
    } else if (call.kind == Kind::kAdmit) {
      ++others_.admissions;
    }
  }
}

// What is there and was not answered was asked for by somebody who waits.
void Audit::CheckAsked(const BookEvent& event) {
  const auto waits = [&](const CallId& id, size_t item) {
    const CallLog::Slot& slot = log_.slot(id);
    return slot.sent && (item >= slot.items.size() || !slot.items[item].known);
  };
  bool is_asked = false;
  if (event.kind == BookEvent::Kind::kCreated) {
    const TradeKey key = *LoadPlan::Find(event.planned.key);
    is_asked = waits(key.call, static_cast<size_t>(key.item));
  } else if (event.kind == BookEvent::Kind::kLimits) {
    const std::optional<CallId> id = LoadPlan::FindCall(event.trade_id);
    is_asked = id.has_value() && id->round == log_.round() && waits(*id, 0);
  } else {
    const auto found = steps_.find({*CallOf(event.kind), event.trade_id});
    is_asked = found != steps_.end() &&
               std::any_of(found->second.begin(), found->second.end(),
                           [&](const CallId& id) { return waits(id, 0); });
  }
  if (is_asked) return;
  findings_.Add(absl::StrCat("at ", event.sequence, " is an event of trade ",
                             event.trade_id,
                             " that nobody asked for, or was told of"));
}

void Audit::CheckAccounts(const SeenNetwork& seen) {
  int64_t sum = 0;
  for (int64_t member = 0; member < books_.members(); ++member) {
    const v1::Account& account = seen.accounts[static_cast<size_t>(member)];
    const Books::Point& own = books_.account(member);
    sum += account.balance().minor_units();
    if (account.balance().minor_units() == own.balance &&
        account.credit_line().minor_units() == own.credit_line &&
        account.balance_limit().minor_units() == own.balance_limit &&
        account.posting_count() == own.postings) {
      continue;
    }
    findings_.Add(absl::StrCat(
        "the witness has member ", member, " with balance ", own.balance,
        ", line ", own.credit_line, ", limit ", own.balance_limit, ", ",
        own.postings, " postings; the server ", account.ShortDebugString()));
  }
  if (sum != 0) {
    findings_.Add(absl::StrCat("the balances add up to ", sum));
  }
}

void Audit::CheckObservations(const SeenNetwork& seen,
                              const std::vector<Observation>& observations) {
  for (const Observation& shown : observations) {
    if (shown.sequence > seen.sequence) {
      findings_.Add(absl::StrCat("TAKEN BACK: a reader was shown sequence ",
                                 shown.sequence, ", and the journal ends at ",
                                 seen.sequence));
      continue;
    }
    const Books::Point& own = books_.account(shown.member, shown.sequence);
    if (own.balance == shown.balance && own.postings == shown.postings) {
      continue;
    }
    findings_.Add(absl::StrCat("a reader was shown member ", shown.member,
                               " at ", shown.sequence, " with balance ",
                               shown.balance, "; it was ", own.balance));
  }
}

}  // namespace skontro::integration
