#include "engine/decider.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/credit_rules.h"
#include "engine/event_codec.h"
#include "engine/hold_rules.h"
#include "engine/key_rules.h"
#include "engine/member_rules.h"
#include "engine/permission.h"
#include "engine/policy_rules.h"
#include "engine/refusals.h"
#include "engine/trade_rules.h"
#include "engine/visibility.h"
#include "engine/webhook_rules.h"
#include "ledger/base/check.h"
#include "ledger/base/limits.h"

namespace skontro::engine {

// A record that is decided and not yet applied.
struct Decider::Draft {
  ledger::Record record;
  std::optional<Event> event;  // Nothing where the command names what is not.
  std::vector<ledger::PersonalRow> personal;
};

namespace {

// Who ends holds: nobody of the network's.
constexpr const char* kClockIdentity = "clock";

// The first field in which two requests differ, or nothing if they are the
// same.
std::optional<uint32_t> FirstDifference(
    const std::vector<ledger::FieldHash>& a,
    const std::vector<ledger::FieldHash>& b) {
  size_t i = 0;
  while (i < a.size() && i < b.size() && a[i] == b[i]) ++i;
  if (i == a.size() && i == b.size()) return std::nullopt;
  if (i == a.size()) return b[i].number;
  if (i == b.size()) return a[i].number;
  return std::min(a[i].number, b[i].number);
}

Refusal Reused(const Command& command, uint32_t field) {
  std::string name = absl::StrCat("field ", field);
  if (field == kKindField) {
    name = "method";
  } else if (command.field_name != nullptr) {
    name = std::string(command.field_name(field));
  }
  return {Reason::kRequestIdReused,
          {{"request_id", command.request_id}, {"field", name}}};
}

// What the same request was told before.
Answer Repeated(const RequestRow& seen) {
  Answer answer;
  answer.repeated = true;
  if (seen.refused.has_value()) answer.refusals = {*seen.refused};
  answer.first_sequence = seen.sequence;
  answer.sequence =
      Sequence{static_cast<uint64_t>(seen.sequence) + seen.group_count - 1};
  return answer;
}

bool IsKept(const Refusal& refusal) {
  return refusal.reason != Reason::kFieldInvalid &&
         refusal.reason != Reason::kRequestIdReused &&
         refusal.reason != Reason::kCredentialInvalid;
}

// Adds the row of a personal text, and its commitment to the record.
void AddPersonal(const PersonalText& text, MemberNumber subject,
                 Sequence sequence, uint32_t field, ledger::Record* record,
                 std::vector<ledger::PersonalRow>* rows) {
  if (text.text.empty()) return;
  const auto number = static_cast<uint64_t>(subject);
  record->commitments.push_back(
      {number, field, ledger::CommitmentOf(text.salt, text.text)});
  rows->push_back({number, sequence, field, text.salt, text.text});
}

// Adds to the refusal of a group which item it is about. An earlier item that
// has the invoice is named by its place: that trade is undone, and its number
// will be another's.
Refusal OfItem(Refusal refusal, size_t item, const NetworkCreated& terms,
               Sequence first, const std::vector<Event>& before) {
  for (size_t i = 0; i < before.size(); ++i) {
    const auto number = TradeNumber{static_cast<uint64_t>(first) + i};
    const std::string name =
        TradeName(terms, TradeId(std::get<TradeCreated>(before[i]), number));
    for (auto& [key, value] : refusal.metadata) {
      if (key == "trade" && value == name) {
        value = absl::StrCat("requests[", i, "]");
      }
    }
  }
  refusal.metadata.emplace_back("item", absl::StrCat(item));
  return refusal;
}

}  // namespace

Answer Decider::Decide(const Command& command, ledger::PendingBatch* batch) {
  if (std::holds_alternative<Tick>(command.body)) {
    return DecideTick(command, batch);
  }
  if (command.validate_only) return DecideCommand(command, batch);
  // Due before it only where the journal was cut off just here.
  if (state_->DigestIsDue()) AppendDigest(batch);
  Answer answer = DecideCommand(command, batch);
  if (state_->DigestIsDue()) AppendDigest(batch);
  return answer;
}

Answer Decider::DecideTick(const Command& command,
                           ledger::PendingBatch* batch) {
  Answer answer;
  for (size_t i = 0; i < kTickHoldsMax; ++i) {
    std::optional<HoldExpired> expired = DecideExpiry(*state_, TimeOf(command));
    if (!expired.has_value()) break;
    if (state_->DigestIsDue()) AppendDigest(batch);
    Draft draft;
    draft.record.time_us = TimeOf(command);
    draft.record.booking_date =
        std::max(command.booking_date, state_->booking_date());
    draft.record.actor = kClockIdentity;
    draft.event = *std::move(expired);
    answer.events.push_back(Append(std::move(draft), batch));
    if (i == 0) answer.first_sequence = state_->sequence();
  }
  answer.sequence = state_->sequence();
  answer.time_us = state_->time_us();
  answer.booking_date = state_->booking_date();
  if (!answer.events.empty() && state_->DigestIsDue()) AppendDigest(batch);
  return answer;
}

Answer Decider::DecideCommand(const Command& command,
                              ledger::PendingBatch* batch) {
  std::optional<Refusal> unproven =
      CheckCredential(*state_, command.actor, TimeOf(command));
  if (unproven.has_value()) {
    return Refuse(command, {*std::move(unproven)}, batch);
  }
  std::vector<Refusal> refusals = command.form_refusals;
  if (!command.validate_only) {
    if (!refusals.empty()) return Refuse(command, std::move(refusals), batch);
    const RequestRow* seen =
        state_->FindRequest(command.actor.identity, command.request_id);
    if (seen == nullptr && command.facts.request.has_value()) {
      seen = &*command.facts.request;
    }
    if (seen != nullptr) {
      const std::optional<uint32_t> field =
          FirstDifference(seen->fields, command.request_fields);
      if (field.has_value()) {
        return Refuse(command, {Reused(command, *field)}, batch);
      }
      return Repeated(*seen);
    }
  }
  std::optional<Refusal> forbidden = CheckVisible(*state_, command);
  if (!forbidden.has_value()) {
    forbidden = CheckPermission(command.actor, command.method);
  }
  if (!forbidden.has_value()) forbidden = CheckActs(*state_, command);
  if (!forbidden.has_value()) forbidden = CheckArchived(*state_, command);
  if (forbidden.has_value()) {
    refusals.push_back(*std::move(forbidden));
    if (!command.validate_only) {
      return Refuse(command, std::move(refusals), batch);
    }
    if (!SeesAll(command.actor)) {
      // A preview says no more than that: what else stands against it is of
      // what the actor may not see, or not change.
      Answer answer;
      answer.sequence = state_->sequence();
      answer.refusals = std::move(refusals);
      return answer;
    }
  }
  if (const auto* group = std::get_if<CreateTrades>(&command.body)) {
    return DecideGroup(command, *group, batch);
  }

  Draft draft = MakeDraft(command, &refusals);
  std::optional<Refusal> over = CheckMandate(*state_, command);
  if (over.has_value()) refusals.push_back(*std::move(over));
  if (!command.validate_only && !refusals.empty()) {
    return Refuse(command, std::move(refusals), batch);
  }
  Answer answer;
  if (command.validate_only) {
    answer.sequence = state_->sequence();
    answer.refusals = std::move(refusals);
    if (draft.event.has_value()) answer.events = {*std::move(draft.event)};
    answer.time_us = draft.record.time_us;
    answer.booking_date = draft.record.booking_date;
    return answer;
  }
  answer.events.push_back(Append(std::move(draft), batch));
  answer.first_sequence = answer.sequence = state_->sequence();
  answer.time_us = state_->time_us();
  answer.booking_date = state_->booking_date();
  return answer;
}

// Each item is decided on what the ones before it left, and applied; when one
// is refused, all are undone in reverse.
Answer Decider::DecideGroup(const Command& command, const CreateTrades& group,
                            ledger::PendingBatch* batch) {
  SKONTRO_CHECK(!command.validate_only);
  SKONTRO_CHECK(command.facts.new_trades.size() == group.trades.size());
  std::optional<Refusal> over = CheckMandate(*state_, command);
  if (over.has_value()) return Refuse(command, {*std::move(over)}, batch);
  const size_t personal_before = batch->personal.size();
  std::vector<State::BeforeTrade> before;
  Answer answer;
  answer.first_sequence = ledger::Next(state_->sequence());
  std::vector<Refusal> refusals;
  for (size_t i = 0; i < group.trades.size(); ++i) {
    Draft draft;
    draft.record = NewRecord(command);
    DraftTrade(command, group.trades[i], command.facts.new_trades[i], &draft,
               &refusals);
    if (!refusals.empty()) {
      refusals = {OfItem(std::move(refusals.front()), i, state_->terms(),
                         answer.first_sequence, answer.events)};
      break;
    }
    if (i > 0) {
      // The request is answered for by the first record.
      draft.record.request_id.clear();
      draft.record.request_fields.clear();
    }
    draft.record.group_count = static_cast<uint32_t>(group.trades.size());
    before.push_back(state_->Remember(std::get<TradeCreated>(*draft.event)));
    answer.events.push_back(Append(std::move(draft), batch));
  }
  if (refusals.empty()) {
    answer.sequence = state_->sequence();
    answer.time_us = state_->time_us();
    answer.booking_date = state_->booking_date();
    return answer;
  }
  for (size_t i = before.size(); i-- > 0;) {
    state_->UndoTrade(batch->records.back(),
                      std::get<TradeCreated>(answer.events[i]), before[i]);
    batch->records.pop_back();
    batch->payloads.pop_back();
  }
  batch->personal.resize(personal_before);
  return Refuse(command, std::move(refusals), batch);
}

Answer Decider::Refuse(const Command& command, std::vector<Refusal> refusals,
                       ledger::PendingBatch* batch) {
  Answer answer;
  if (IsKept(refusals.front())) {
    // A repeated request gets what was kept, so nobody gets more.
    refusals.erase(refusals.begin() + 1, refusals.end());
    Draft draft;
    draft.record = NewRecord(command);
    draft.record.kind = ledger::RecordKind::kRefusal;
    draft.event = RequestRefused{refusals.front()};
    Append(std::move(draft), batch);
    answer.first_sequence = state_->sequence();
    answer.time_us = state_->time_us();
    answer.booking_date = state_->booking_date();
  }
  answer.sequence = state_->sequence();
  answer.refusals = std::move(refusals);
  return answer;
}

Decider::Draft Decider::MakeDraft(const Command& command,
                                  std::vector<Refusal>* refusals) const {
  Draft draft;
  draft.record = NewRecord(command);
  const Sequence sequence = ledger::Next(state_->sequence());
  if (const auto* member = std::get_if<CreateMember>(&command.body)) {
    MemberCreated created = DecideCreateMember(*state_, *member, refusals);
    AddPersonal(member->legal_name, created.number, sequence, kLegalNameField,
                &draft.record, &draft.personal);
    AddPersonal(member->address, created.number, sequence, kAddressField,
                &draft.record, &draft.personal);
    draft.event = std::move(created);
  } else if (const auto* change =
                 std::get_if<ChangeMemberStatus>(&command.body)) {
    const std::optional<MemberStatusSet> event = DecideChangeMemberStatus(
        *state_, *change, draft.record.booking_date, refusals);
    if (event.has_value()) {
      AddPersonal(change->reason, event->member, sequence, kStatusReasonField,
                  &draft.record, &draft.personal);
      draft.event = *event;
    }
  } else if (const auto* set = std::get_if<SetCreditLine>(&command.body)) {
    const std::optional<CreditLineSet> event =
        DecideSetCreditLine(*state_, *set, refusals);
    if (event.has_value()) {
      AddPersonal(set->reason, state_->account(event->account).owner, sequence,
                  kLimitReasonField, &draft.record, &draft.personal);
      draft.event = *event;
    }
  } else if (const auto* trade = std::get_if<CreateTrade>(&command.body)) {
    SKONTRO_CHECK(command.facts.new_trades.size() == 1);
    DraftTrade(command, *trade, command.facts.new_trades.front(), &draft,
               refusals);
  } else if (const auto* key = std::get_if<SetHeadKey>(&command.body)) {
    draft.event = HeadKeySet{key->public_key};
  } else if (const auto* update = std::get_if<UpdatePolicies>(&command.body)) {
    draft.event = DecideUpdatePolicies(*state_, *update, refusals);
  } else if (std::optional<TradeStep> step =
                 DecideStep(command, draft.record, refusals)) {
    if (refusals->empty() && step->units > Amount()) {
      draft.record.entries.push_back(
          MoveUnits(*state_,
                    std::holds_alternative<TradeReversed>(step->event)
                        ? ledger::EntryKind::kReversal
                        : ledger::EntryKind::kTrade,
                    step->number, draft.record.booking_date, step->payer,
                    step->receiver, step->units));
    }
    draft.event = std::move(step->event);
  } else {
    DraftKey(command, &draft, refusals);
  }
  if (!std::holds_alternative<CreateTrade>(command.body)) {
    for (Refusal& refusal : *refusals) {
      HideOthers(*state_, command.actor, /*seller=*/"", &refusal);
    }
  }
  return draft;
}

std::optional<TradeStep> Decider::DecideStep(
    const Command& command, const ledger::Record& record,
    std::vector<Refusal>* refusals) const {
  const std::optional<TradeFact>& fact = command.facts.trade;
  const StepTime at{record.time_us, record.booking_date};
  if (const auto* accept = std::get_if<AcceptTrade>(&command.body)) {
    return DecideAcceptTrade(*state_, *accept, record.booking_date, fact,
                             refusals);
  }
  if (const auto* decline = std::get_if<DeclineTrade>(&command.body)) {
    return DecideDeclineTrade(*state_, *decline, fact, refusals);
  }
  if (const auto* reverse = std::get_if<ReverseTrade>(&command.body)) {
    std::optional<TradeStep> step =
        DecideReverseTrade(*state_, *reverse, fact, refusals);
    if (step.has_value() && !SeesAll(command.actor)) {
      std::optional<Refusal> frozen = CheckMayGiveBack(*state_, step->payer);
      if (frozen.has_value()) refusals->push_back(*std::move(frozen));
    }
    return step;
  }
  if (const auto* authorise = std::get_if<AuthoriseTrade>(&command.body)) {
    return DecideAuthoriseTrade(*state_, *authorise, at, fact, refusals);
  }
  if (const auto* settle = std::get_if<SettleTrade>(&command.body)) {
    return DecideSettleTrade(*state_, *settle, at, fact, refusals);
  }
  if (const auto* release = std::get_if<ReleaseTrade>(&command.body)) {
    return DecideReleaseTrade(*state_, *release, at, fact, refusals);
  }
  if (const auto* withdraw = std::get_if<WithdrawTrade>(&command.body)) {
    return DecideWithdrawTrade(*state_, *withdraw, fact, refusals);
  }
  return std::nullopt;
}

void Decider::DraftKey(const Command& command, Draft* draft,
                       std::vector<Refusal>* refusals) const {
  const auto take = [draft](auto event) {
    if (event.has_value()) draft->event = *std::move(event);
  };
  if (const auto* create = std::get_if<CreateApiKey>(&command.body)) {
    take(DecideCreateApiKey(*state_, *create, refusals));
  } else if (const auto* rotate = std::get_if<RotateApiKey>(&command.body)) {
    take(DecideRotateApiKey(*state_, *rotate, draft->record.time_us, refusals));
  } else if (const auto* revoke = std::get_if<RevokeApiKey>(&command.body)) {
    take(DecideRevokeApiKey(*state_, *revoke, refusals));
  } else if (const auto* made = std::get_if<CreateWebhook>(&command.body)) {
    take(DecideCreateWebhook(*state_, *made, command.actor, refusals));
  } else if (const auto* set = std::get_if<SetWebhookState>(&command.body)) {
    take(DecideSetWebhookState(*state_, *set, refusals));
  }
}

void Decider::DraftTrade(const Command& command, const CreateTrade& trade,
                         const Facts::NewTrade& facts, Draft* draft,
                         std::vector<Refusal>* refusals) const {
  std::optional<TradeCreated> created =
      DecideCreateTrade(*state_, trade, draft->record.time_us,
                        draft->record.booking_date, facts, refusals);
  for (Refusal& refusal : *refusals) {
    HideOthers(*state_, command.actor, trade.seller, &refusal);
  }
  if (!created.has_value()) return;
  const Sequence sequence = ledger::Next(state_->sequence());
  if (refusals->empty() && PaysAtOnce(*created) &&
      command.form_refusals.empty()) {
    draft->record.entries.push_back(
        MoveUnits(*state_, ledger::EntryKind::kTrade,
                  TradeNumber{static_cast<uint64_t>(sequence)},
                  draft->record.booking_date, created->buyer, created->seller,
                  created->units));
  }
  AddPersonal(trade.description, created->seller, sequence, kDescriptionField,
              &draft->record, &draft->personal);
  draft->event = *std::move(created);
}

int64_t Decider::TimeOf(const Command& command) const {
  return std::max(command.time_us, state_->time_us() + 1);
}

ledger::Record Decider::NewRecord(const Command& command) const {
  ledger::Record record;
  record.time_us = TimeOf(command);
  record.booking_date = std::max(command.booking_date, state_->booking_date());
  record.actor = command.actor.identity;
  record.request_id = command.request_id;
  record.request_fields = command.request_fields;
  return record;
}

Event Decider::Append(Draft draft, ledger::PendingBatch* batch) {
  draft.record.event = EncodeEvent(*draft.event);
  batch->payloads.push_back(EncodePayload(draft.record));
  // The edge bounds every string and list of a request.
  SKONTRO_CHECK(batch->payloads.back().size() <= kRecordBytesMax);
  state_->Apply(draft.record, *draft.event);
  // The second half of a pair; the first is the rule that decided.
  if (!std::holds_alternative<HoldSettled>(*draft.event)) {
    state_->CheckLimits(draft.record);
  }
  if (const auto* held = std::get_if<TradeAuthorised>(&*draft.event)) {
    state_->CheckLimits(held->holds);
  } else if (const auto* made = std::get_if<TradeCreated>(&*draft.event)) {
    if (made->holds.has_value()) state_->CheckLimits(*made->holds);
  }
  batch->records.push_back(std::move(draft.record));
  for (ledger::PersonalRow& row : draft.personal) {
    batch->personal.push_back(std::move(row));
  }
  return *std::move(draft.event);
}

// Nobody asked for it, and no time passes but the least that must.
void Decider::AppendDigest(ledger::PendingBatch* batch) {
  Draft draft;
  draft.record.kind = ledger::RecordKind::kStateDigest;
  draft.record.time_us = state_->time_us() + 1;
  draft.record.booking_date = state_->booking_date();
  draft.event = state_->DigestNow();
  Append(std::move(draft), batch);
}

size_t Decider::RecordsOf(const Command& command) {
  // As many state digests again, where a test has them often.
  if (std::holds_alternative<Tick>(command.body)) return 2 * kTickHoldsMax;
  const auto* group = std::get_if<CreateTrades>(&command.body);
  return 1 + (group == nullptr ? 1 : std::max<size_t>(1, group->trades.size()));
}

}  // namespace skontro::engine
