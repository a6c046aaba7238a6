#include "engine/event_projector.h"

#include <string>
#include <utility>

#include "engine/api_key_codec.h"
#include "engine/event_codec.h"
#include "engine/policies_codec.h"
#include "engine/row.h"
#include "engine/webhook_codec.h"
#include "ledger/base/status.h"

namespace skontro::engine {
namespace {

using ledger::Family;
using ledger::Record;
using ledger::RowBuffer;

void AddRequest(Sequence sequence, const Record& record, const Event& event,
                RowBuffer* rows) {
  if (record.request_id.empty()) return;
  RequestRow row;
  row.sequence = sequence;
  row.group_count = record.group_count;
  row.fields = record.request_fields;
  if (const auto* refused = std::get_if<RequestRefused>(&event)) {
    row.refused = refused->refusal;
  }
  rows->Put(Family::kRequest, RequestKey(record.actor, record.request_id),
            EncodeRequestRow(row));
}

void AddMember(Sequence sequence, const Record& record,
               const MemberCreated& created, RowBuffer* rows) {
  const std::string number = NumberValue(static_cast<uint64_t>(created.number));
  rows->Put(Family::kMember, MemberKey(created.number),
            EncodeMemberRow({created, sequence, record.time_us}));
  rows->Put(Family::kMemberId, created.id, number);
  if (!created.vat_id.empty()) {
    rows->Put(Family::kTaxId,
              TaxIdKey(NormaliseTaxId(created.vat_id), kVatScope), number);
  }
  for (const CompanyId& id : created.company_ids) {
    rows->Put(Family::kTaxId,
              TaxIdKey(NormaliseTaxId(id.value),
                       CompanyIdScope(created.country, id.scheme)),
              number);
  }
}

// What is held of the two accounts from here on.
void AddHolds(Sequence sequence, const HoldsAfter& holds, RowBuffer* rows) {
  const auto number = [](Amount amount) {
    return NumberValue(static_cast<uint64_t>(amount.minor_units()));
  };
  rows->Put(Family::kHold,
            HoldKey(holds.buyer_account, HoldSide::kOut, sequence),
            number(holds.holds_out));
  rows->Put(Family::kHold,
            HoldKey(holds.seller_account, HoldSide::kIn, sequence),
            number(holds.holds_in));
}

void AddTrade(Sequence sequence, const Record& record,
              const TradeCreated& created, RowBuffer* rows) {
  const auto number = TradeNumber{static_cast<uint64_t>(sequence)};
  rows->Put(Family::kTrade, TradeKey(number),
            EncodeTradeRow({created, record.time_us, record.booking_date}));
  if (!created.id.empty()) {
    rows->Put(Family::kTradeId, created.id,
              NumberValue(static_cast<uint64_t>(number)));
  }
  if (!PaysAtOnce(created)) {
    rows->Put(Family::kMemberTrade, MemberTradeKey(created.seller, number), "");
    rows->Put(Family::kMemberTrade, MemberTradeKey(created.buyer, number), "");
    rows->Put(Family::kTradeState, TradeStateKey(kOpenTrades, number), "");
  }
  if (created.invoice.has_value()) {
    const InvoiceKey key = KeyOf(created.seller, *created.invoice);
    rows->Put(Family::kInvoice, InvoiceRowKey(key),
              NumberValue(static_cast<uint64_t>(number)));
    rows->Put(Family::kInvoiceNumber, InvoiceNumberKey(key.number, number), "");
  }
  if (created.holds.has_value()) AddHolds(sequence, *created.holds, rows);
}

void AddHeadKey(Sequence sequence, const std::string& key, RowBuffer* rows) {
  if (key.empty()) return;
  rows->Put(Family::kHeadKey, NumberValue(static_cast<uint64_t>(sequence)),
            key);
}

void AddStep(Sequence sequence, const Record& record, TradeNumber number,
             TradeState state, const std::optional<InvoiceKey>& freed,
             RowBuffer* rows) {
  rows->Put(
      Family::kTradeStep, TradeStepKey(number, sequence),
      EncodeTradeStepRow({state, record.time_us, record.booking_date, {}, 0}));
  if (freed.has_value()) rows->Delete(Family::kInvoice, InvoiceRowKey(*freed));
}

// A trade that waited for somebody does so no more.
void CloseTrade(TradeNumber number, RowBuffer* rows) {
  rows->Delete(Family::kTradeState, TradeStateKey(kOpenTrades, number));
}

// A trade ended in a state in which few do.
void AddEnd(TradeNumber number, TradeState state, RowBuffer* rows) {
  rows->Put(Family::kTradeState, TradeStateKey(*RowsOfState(state), number),
            "");
}

void AddAuthorised(Sequence sequence, const Record& record,
                   const TradeAuthorised& authorised, RowBuffer* rows) {
  rows->Put(Family::kTradeStep, TradeStepKey(authorised.trade, sequence),
            EncodeTradeStepRow({TradeState::kAuthorised,
                                record.time_us,
                                record.booking_date,
                                {},
                                authorised.expire_time_us}));
  AddHolds(sequence, authorised.holds, rows);
}

void AddHoldSettled(Sequence sequence, const Record& record,
                    const HoldSettled& settled, RowBuffer* rows) {
  rows->Put(
      Family::kTradeStep, TradeStepKey(settled.trade, sequence),
      EncodeTradeStepRow({settled.state,
                          record.time_us,
                          record.booking_date,
                          {settled.units, settled.national_value, settled.cash},
                          0}));
  AddHolds(sequence, settled.holds, rows);
  if (settled.state == TradeState::kSettled) CloseTrade(settled.trade, rows);
}

// A hold that was released or expired.
template <typename Ended>
void AddHoldEnded(Sequence sequence, const Record& record, const Ended& ended,
                  RowBuffer* rows) {
  AddStep(sequence, record, ended.trade, ended.state, ended.freed_invoice,
          rows);
  AddHolds(sequence, ended.holds, rows);
  CloseTrade(ended.trade, rows);
  if (ended.state != TradeState::kSettled) {
    AddEnd(ended.trade, ended.state, rows);
  }
}

// The steps of a trade; any other event is none.
void AddTradeStep(Sequence sequence, const Record& record, const Event& event,
                  RowBuffer* rows) {
  if (const auto* accepted = std::get_if<TradeAccepted>(&event)) {
    AddStep(sequence, record, accepted->trade, TradeState::kSettled,
            std::nullopt, rows);
    CloseTrade(accepted->trade, rows);
  } else if (const auto* declined = std::get_if<TradeDeclined>(&event)) {
    AddStep(sequence, record, declined->trade, TradeState::kDeclined,
            declined->freed_invoice, rows);
    CloseTrade(declined->trade, rows);
    AddEnd(declined->trade, TradeState::kDeclined, rows);
  } else if (const auto* withdrawn = std::get_if<TradeWithdrawn>(&event)) {
    AddStep(sequence, record, withdrawn->trade, TradeState::kWithdrawn,
            withdrawn->freed_invoice, rows);
    CloseTrade(withdrawn->trade, rows);
    AddEnd(withdrawn->trade, TradeState::kWithdrawn, rows);
  } else if (const auto* reversed = std::get_if<TradeReversed>(&event)) {
    AddStep(sequence, record, reversed->trade, TradeState::kReversed,
            reversed->freed_invoice, rows);
    AddEnd(reversed->trade, TradeState::kReversed, rows);
  } else if (const auto* authorised = std::get_if<TradeAuthorised>(&event)) {
    AddAuthorised(sequence, record, *authorised, rows);
  } else if (const auto* settled = std::get_if<HoldSettled>(&event)) {
    AddHoldSettled(sequence, record, *settled, rows);
  } else if (const auto* released = std::get_if<HoldReleased>(&event)) {
    AddHoldEnded(sequence, record, *released, rows);
  } else if (const auto* expired = std::get_if<HoldExpired>(&event)) {
    AddHoldEnded(sequence, record, *expired, rows);
  }
}

void AddApiKey(Sequence sequence, const Record& record,
               const ApiKeyCreated& created, RowBuffer* rows) {
  ApiKeyRow row;
  row.time_us = record.time_us;
  row.author = record.actor;
  if (!created.replaces.empty()) {
    row.expire_time_us = created.replaced_expire_time_us;
    row.replaced_by = created.id;
    rows->Put(Family::kApiKey, ApiKeyRowKey(created.replaces, sequence),
              EncodeApiKeyRow(row));
    row.expire_time_us = 0;
    row.replaced_by.clear();
  }
  row.created = created;
  rows->Put(Family::kApiKey, ApiKeyRowKey(created.id, sequence),
            EncodeApiKeyRow(row));
}

void AddRevoked(Sequence sequence, const Record& record,
                const ApiKeyRevoked& revoked, RowBuffer* rows) {
  ApiKeyRow row;
  row.time_us = record.time_us;
  row.author = record.actor;
  row.revoked = true;
  rows->Put(Family::kApiKey, ApiKeyRowKey(revoked.id, sequence),
            EncodeApiKeyRow(row));
}

}  // namespace

absl::Status IndexProjector::Project(Sequence sequence, const Record& record,
                                     RowBuffer* rows) {
  SKONTRO_ASSIGN_OR_RETURN(const Event event, DecodeEvent(record.event));
  AddRequest(sequence, record, event, rows);
  if (const auto* network = std::get_if<NetworkCreated>(&event)) {
    AddHeadKey(sequence, network->head_key, rows);
  } else if (const auto* key = std::get_if<HeadKeySet>(&event)) {
    AddHeadKey(sequence, key->public_key, rows);
  }
  if (const auto* member = std::get_if<MemberCreated>(&event)) {
    AddMember(sequence, record, *member, rows);
  } else if (const auto* status = std::get_if<MemberStatusSet>(&event)) {
    rows->Put(Family::kMemberStatus, MemberStatusKey(status->member, sequence),
              EncodeMemberStatusRow({*status, record.time_us, record.actor}));
  } else if (const auto* set = std::get_if<CreditLineSet>(&event)) {
    // The reason is a required text, and its commitment outlives its erasure.
    const auto subject = MemberNumber{
        record.commitments.empty() ? 0 : record.commitments.front().subject};
    rows->Put(Family::kLimit, LimitKey(set->account, sequence),
              EncodeLimitRow({*set, record.time_us, record.actor, subject}));
  } else if (const auto* trade = std::get_if<TradeCreated>(&event)) {
    AddTrade(sequence, record, *trade, rows);
  } else if (const auto* api_key = std::get_if<ApiKeyCreated>(&event)) {
    AddApiKey(sequence, record, *api_key, rows);
  } else if (const auto* revoked = std::get_if<ApiKeyRevoked>(&event)) {
    AddRevoked(sequence, record, *revoked, rows);
  } else if (const auto* policies = std::get_if<PoliciesSet>(&event)) {
    rows->Put(Family::kPolicies, PoliciesKey(sequence),
              EncodePoliciesRow({*policies, record.time_us, record.actor}));
  } else if (const auto* webhook = std::get_if<WebhookCreated>(&event)) {
    rows->Put(Family::kWebhook, WebhookRowKey(webhook->id, sequence),
              EncodeWebhookRow({*webhook, WebhookState::kActive, record.time_us,
                                record.actor}));
  } else if (const auto* changed = std::get_if<WebhookStateSet>(&event)) {
    rows->Put(Family::kWebhook, WebhookRowKey(changed->id, sequence),
              EncodeWebhookRow({std::nullopt, changed->state, record.time_us,
                                record.actor}));
  } else {
    AddTradeStep(sequence, record, event, rows);
  }
  return absl::OkStatus();
}

}  // namespace skontro::engine
