#include "engine/event_projector.h"

#include <string>
#include <utility>

#include "engine/api_key_codec.h"
#include "engine/event_codec.h"
#include "engine/row.h"
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

void AddTrade(Sequence sequence, const Record& record,
              const TradeCreated& created, RowBuffer* rows) {
  const auto number = TradeNumber{static_cast<uint64_t>(sequence)};
  rows->Put(Family::kTrade, TradeKey(number),
            EncodeTradeRow({created, record.time_us, record.booking_date}));
  if (!created.id.empty()) {
    rows->Put(Family::kTradeId, created.id,
              NumberValue(static_cast<uint64_t>(number)));
  }
  if (created.initiator == Initiator::kSeller) {
    rows->Put(Family::kMemberTrade, MemberTradeKey(created.seller, number), "");
    rows->Put(Family::kMemberTrade, MemberTradeKey(created.buyer, number), "");
  }
  if (created.invoice.has_value()) {
    rows->Put(Family::kInvoice,
              InvoiceRowKey(KeyOf(created.seller, *created.invoice)),
              NumberValue(static_cast<uint64_t>(number)));
  }
}

void AddHeadKey(Sequence sequence, const std::string& key, RowBuffer* rows) {
  if (key.empty()) return;
  rows->Put(Family::kHeadKey, NumberValue(static_cast<uint64_t>(sequence)),
            key);
}

void AddStep(Sequence sequence, const Record& record, TradeNumber number,
             TradeState state, const std::optional<InvoiceKey>& freed,
             RowBuffer* rows) {
  rows->Put(Family::kTradeStep, TradeStepKey(number, sequence),
            EncodeTradeStepRow({state, record.time_us, record.booking_date}));
  if (freed.has_value()) rows->Delete(Family::kInvoice, InvoiceRowKey(*freed));
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
  } else if (const auto* set = std::get_if<CreditLineSet>(&event)) {
    // The reason is a required text, and its commitment outlives its erasure.
    const auto subject = MemberNumber{
        record.commitments.empty() ? 0 : record.commitments.front().subject};
    rows->Put(Family::kLimit, LimitKey(set->account, sequence),
              EncodeLimitRow({*set, record.time_us, record.actor, subject}));
  } else if (const auto* trade = std::get_if<TradeCreated>(&event)) {
    AddTrade(sequence, record, *trade, rows);
  } else if (const auto* accepted = std::get_if<TradeAccepted>(&event)) {
    AddStep(sequence, record, accepted->trade, TradeState::kSettled,
            std::nullopt, rows);
  } else if (const auto* declined = std::get_if<TradeDeclined>(&event)) {
    AddStep(sequence, record, declined->trade, TradeState::kDeclined,
            declined->freed_invoice, rows);
  } else if (const auto* reversed = std::get_if<TradeReversed>(&event)) {
    AddStep(sequence, record, reversed->trade, TradeState::kReversed,
            reversed->freed_invoice, rows);
  } else if (const auto* api_key = std::get_if<ApiKeyCreated>(&event)) {
    AddApiKey(sequence, record, *api_key, rows);
  } else if (const auto* revoked = std::get_if<ApiKeyRevoked>(&event)) {
    AddRevoked(sequence, record, *revoked, rows);
  }
  return absl::OkStatus();
}

}  // namespace skontro::engine
