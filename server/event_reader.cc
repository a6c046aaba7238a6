#include "server/event_reader.h"

#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "engine/event_codec.h"
#include "engine/index_reader.h"
#include "engine/trade_walk.h"
#include "ledger/base/status.h"
#include "ledger/store_journal.h"
#include "server/convert_amount.h"
#include "server/convert_credit.h"
#include "server/convert_member.h"
#include "server/convert_policies.h"
#include "server/convert_trade.h"
#include "server/proof_reader.h"
#include "server/record_reader.h"
#include "server/resource_name.h"

namespace skontro::server {
namespace {

// So many of the newest records are kept: more than come while a watcher's
// message is on its way.
constexpr size_t kNewestMax = 2'048;

template <typename... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <typename... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

engine::TradeNumber NumberAt(ledger::Sequence sequence) {
  return engine::TradeNumber{static_cast<uint64_t>(sequence)};
}

// The trade that the event is about, if it is about one.
std::optional<engine::TradeNumber> TradeOf(ledger::Sequence sequence,
                                           const engine::Event& event) {
  if (std::holds_alternative<engine::TradeCreated>(event)) {
    return NumberAt(sequence);
  }
  return engine::SteppedTrade(event);
}

v1::Event::Type TypeOf(const engine::Event& event) {
  return std::visit(
      Overloaded{
          [](const engine::NetworkCreated&) {
            return v1::Event::NETWORK_CREATED;
          },
          [](const engine::MemberCreated&) {
            return v1::Event::MEMBER_CREATED;
          },
          [](const engine::MemberStatusSet&) {
            return v1::Event::MEMBER_STATUS_CHANGED;
          },
          [](const engine::CreditLineSet&) {
            return v1::Event::CREDIT_LINE_CHANGED;
          },
          [](const engine::TradeCreated& e) {
            if (PaysAtOnce(e)) return v1::Event::TRADE_SETTLED;
            return e.holds.has_value() ? v1::Event::TRADE_AUTHORISED
                                       : v1::Event::TRADE_PROPOSED;
          },
          [](const engine::TradeAccepted&) { return v1::Event::TRADE_SETTLED; },
          [](const engine::TradeDeclined&) {
            return v1::Event::TRADE_DECLINED;
          },
          [](const engine::TradeReversed&) {
            return v1::Event::TRADE_REVERSED;
          },
          [](const engine::TradeAuthorised&) {
            return v1::Event::TRADE_AUTHORISED;
          },
          [](const engine::HoldSettled& e) {
            return e.state == engine::TradeState::kSettled
                       ? v1::Event::TRADE_SETTLED
                       : v1::Event::TRADE_PART_SETTLED;
          },
          [](const engine::HoldReleased&) { return v1::Event::HOLD_RELEASED; },
          [](const engine::HoldExpired&) { return v1::Event::HOLD_EXPIRED; },
          [](const engine::TradeWithdrawn&) {
            return v1::Event::TRADE_WITHDRAWN;
          },
          [](const engine::HeadKeySet&) { return v1::Event::HEAD_KEY_CHANGED; },
          [](const engine::RecoveryAccepted&) {
            return v1::Event::LOSS_ACCEPTED;
          },
          [](const engine::PoliciesSet&) {
            return v1::Event::POLICIES_CHANGED;
          },
          [](const auto&) { return v1::Event::TYPE_UNSPECIFIED; }},
      event);
}

absl::StatusOr<engine::MemberRow> MemberNumbered(
    const ledger::Snapshot& snapshot, engine::MemberNumber number) {
  SKONTRO_ASSIGN_OR_RETURN(
      std::optional<engine::MemberRow> row,
      engine::FindMember(snapshot, number, ledger::Sequence{UINT64_MAX}));
  if (!row.has_value()) {
    return absl::DataLossError(absl::StrCat("an event names the member number ",
                                            static_cast<uint64_t>(number),
                                            ", which is not there"));
  }
  return *std::move(row);
}

// What the entries of the record did to the accounts of its parties.
absl::Status WriteBalances(const ledger::Snapshot& snapshot,
                           const std::string& network, const SeenRecord& seen,
                           v1::Event* out) {
  std::map<ledger::AccountId, std::string> names;
  for (const engine::MemberNumber party : seen.parties) {
    SKONTRO_ASSIGN_OR_RETURN(const engine::MemberRow member,
                             MemberNumbered(snapshot, party));
    names.emplace(member.created.main_account,
                  AccountName(network, member.created.id));
  }
  for (const ledger::Entry& entry : seen.record.entries) {
    for (const ledger::Posting& posting : entry.postings) {
      const auto name = names.find(posting.account);
      if (name == names.end()) {
        return absl::DataLossError("an entry moves units of a stranger");
      }
      v1::BalanceAfter* const balance = out->add_balances();
      balance->set_account(name->second);
      balance->set_amount_minor_units(posting.amount.minor_units());
      balance->set_balance_minor_units(posting.balance_after.minor_units());
    }
  }
  return absl::OkStatus();
}

absl::Status WriteLimits(const ledger::Snapshot& snapshot,
                         const std::string& network, const SeenRecord& seen,
                         v1::Event* out) {
  const engine::LimitRow row{std::get<engine::CreditLineSet>(*seen.event),
                             seen.record.time_us, seen.record.actor,
                             seen.parties.front()};
  SKONTRO_ASSIGN_OR_RETURN(const engine::MemberRow member,
                           MemberNumbered(snapshot, seen.parties.front()));
  out->set_account(AccountName(network, member.created.id));
  return WriteCreditLineChange(snapshot, seen.sequence, row,
                               out->mutable_credit_line_change());
}

absl::Status WriteSubject(const Network& network, const ledger::ReadView& view,
                          const SeenRecord& seen, v1::Event* out) {
  const ledger::Snapshot& snapshot = *view.snapshot;
  if (const auto trade = TradeOf(seen.sequence, *seen.event)) {
    TradeReader trades(network.terms(), snapshot);
    SKONTRO_RETURN_IF_ERROR(
        trades.WriteByNumber(*trade, seen.sequence, out->mutable_trade()));
    return WriteBalances(snapshot, network.id(), seen, out);
  }
  if (const auto* member = std::get_if<engine::MemberCreated>(&*seen.event)) {
    SKONTRO_ASSIGN_OR_RETURN(
        const engine::MemberProfile profile,
        engine::ReadProfile(snapshot,
                            {*member, seen.sequence, seen.record.time_us}));
    WriteMember(network.id(), profile, out->mutable_member());
  } else if (const auto* status =
                 std::get_if<engine::MemberStatusSet>(&*seen.event)) {
    SKONTRO_ASSIGN_OR_RETURN(engine::MemberRow row,
                             MemberNumbered(snapshot, status->member));
    SKONTRO_ASSIGN_OR_RETURN(engine::MemberProfile profile,
                             engine::ReadProfile(snapshot, std::move(row)));
    profile.standing = {status->new_status, status->wind_down_date};
    WriteMember(network.id(), profile, out->mutable_member());
  } else if (std::holds_alternative<engine::CreditLineSet>(*seen.event)) {
    return WriteLimits(snapshot, network.id(), seen, out);
  } else if (std::holds_alternative<engine::HeadKeySet>(*seen.event)) {
    SKONTRO_ASSIGN_OR_RETURN(const auto row,
                             engine::HeadKeyAt(snapshot, seen.sequence));
    if (!row.has_value()) {
      return absl::DataLossError("a key was set and is not there");
    }
    WriteHeadKey(*row, out->mutable_head_key());
  } else if (const auto* set = std::get_if<engine::PoliciesSet>(&*seen.event)) {
    WritePolicies(network.id(), *set, seen.record.time_us,
                  out->mutable_policies());
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status EventReader::Walk(
    const ledger::ReadView& view, ledger::Sequence from,
    const std::function<absl::StatusOr<bool>(SeenRecord&)>& visit) {
  ledger::Sequence next = from;
  std::optional<ledger::JournalReader> journal;
  while (next <= view.sequence) {
    const auto kept = newest_.find(next);
    if (kept != newest_.end()) {
      const std::shared_ptr<SeenRecord> seen = kept->second;
      SKONTRO_ASSIGN_OR_RETURN(const bool go_on, visit(*seen));
      if (!go_on) return absl::OkStatus();
      next = ledger::Next(next);
      journal.reset();  // It would be behind.
      continue;
    }
    if (!journal.has_value()) {
      journal.emplace(view.snapshot.get(), next, ledger::Trust::kCrc);
    }
    absl::StatusOr<std::optional<ledger::DecodedBatch>> batch = journal->Next();
    if (!batch.ok()) return JournalBroken(next, batch.status());
    if (!batch->has_value()) {
      return JournalBroken(next, absl::DataLossError("the journal ends early"));
    }
    ledger::CommittedBatch& records = (*batch)->batch;
    ledger::Sequence sequence = records.first_sequence;
    for (size_t i = 0; i < records.records.size();
         ++i, sequence = ledger::Next(sequence)) {
      if (sequence < next) continue;
      if (sequence > view.sequence) return absl::OkStatus();
      absl::StatusOr<std::shared_ptr<SeenRecord>> seen = See(
          view, sequence, std::move(records.records[i]), records.digests[i]);
      if (!seen.ok()) return JournalBroken(sequence, seen.status());
      Keep(view, *seen);
      SKONTRO_ASSIGN_OR_RETURN(const bool go_on, visit(**seen));
      if (!go_on) return absl::OkStatus();
      next = ledger::Next(sequence);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<SeenRecord>> EventReader::See(
    const ledger::ReadView& view, ledger::Sequence sequence,
    ledger::Record record, const ledger::Digest& digest) const {
  auto seen = std::make_shared<SeenRecord>();
  seen->sequence = sequence;
  seen->digest = digest;
  SKONTRO_ASSIGN_OR_RETURN(seen->event, engine::DecodeEvent(record.event));
  seen->record = std::move(record);
  seen->type = TypeOf(*seen->event);
  if (const auto trade = TradeOf(sequence, *seen->event)) {
    const auto* created = std::get_if<engine::TradeCreated>(&*seen->event);
    std::optional<engine::TradeHistory> found;
    if (created == nullptr) {
      SKONTRO_ASSIGN_OR_RETURN(
          found, engine::FindTrade(*view.snapshot, *trade, sequence));
      if (!found.has_value()) {
        return absl::DataLossError("an event names a trade that is not there");
      }
      created = &found->row.created;
    }
    seen->parties = {created->seller, created->buyer};
  } else if (const auto* member =
                 std::get_if<engine::MemberCreated>(&*seen->event)) {
    seen->parties = {member->number};
  } else if (const auto* set =
                 std::get_if<engine::MemberStatusSet>(&*seen->event)) {
    seen->parties = {set->member};
  } else if (std::holds_alternative<engine::CreditLineSet>(*seen->event)) {
    if (seen->record.commitments.empty()) {
      return absl::DataLossError("limits of nobody");
    }
    seen->parties = {
        engine::MemberNumber{seen->record.commitments.front().subject}};
  }
  return seen;
}

void EventReader::Keep(const ledger::ReadView& view,
                       std::shared_ptr<SeenRecord> seen) {
  const auto sequence = static_cast<uint64_t>(seen->sequence);
  if (sequence + kNewestMax <= static_cast<uint64_t>(view.sequence)) return;
  newest_.emplace(seen->sequence, std::move(seen));
  while (newest_.size() > kNewestMax) newest_.erase(newest_.begin());
}

absl::StatusOr<const v1::Event*> EventReader::Message(
    const ledger::ReadView& view, SeenRecord* seen) const {
  if (seen->message.has_value()) return &*seen->message;
  v1::Event message;
  message.set_sequence(WireSequence(seen->sequence));
  message.set_type(seen->type);
  WriteTime(seen->record.time_us, message.mutable_record_time());
  WriteDate(seen->record.booking_date, message.mutable_booking_date());
  message.set_digest(WireDigest(seen->digest));
  const absl::Status status = WriteSubject(network_, view, *seen, &message);
  if (!status.ok()) return JournalBroken(seen->sequence, status);
  seen->message = std::move(message);
  return &*seen->message;
}

}  // namespace skontro::server
