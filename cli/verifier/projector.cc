#include "cli/verifier/projector.h"

#include <string>
#include <variant>

#include "cli/verifier/bytes.h"
#include "cli/verifier/encode.h"
#include "cli/verifier/keys.h"
#include "cli/verifier/row_messages.h"

namespace skontro::verifier {
namespace {

// Values of `skontro.v1.Trade.State` that are steps.
constexpr uint32_t kOpen = 0;  // Of the family trade_state alone.
constexpr uint32_t kAuthorised = 2;
constexpr uint32_t kSettled = 3;
constexpr uint32_t kDeclined = 6;
constexpr uint32_t kWithdrawn = 7;
constexpr uint32_t kReversed = 10;

// Value of `initiator`: the seller requests, the buyer has to accept.
constexpr uint32_t kBySeller = 1;

std::string StateRowKey(uint32_t state, uint64_t trade) {
  std::string key;
  AppendBig32(state, &key);
  AppendBig64(trade, &key);
  return key;
}

std::string TwoNumbers(uint64_t first, uint64_t second) {
  std::string key = Big64(first);
  AppendBig64(second, &key);
  return key;
}

// `side` is 1 for what is held of the account, 2 for what is held for it.
std::string HoldRowKey(uint64_t account, char side, uint64_t sequence) {
  std::string key = Big64(account);
  key.push_back(side);
  AppendBig64(sequence, &key);
  return key;
}

// Of the families api_key and webhook.
std::string IdRowKey(const std::string& id, uint64_t sequence) {
  std::string key = id;
  key.push_back('\0');
  AppendBig64(sequence, &key);
  return key;
}

// The account on the other side of an entry of two postings; 0 for more.
uint64_t Counterparty(const Entry& entry, size_t leg) {
  return entry.postings.size() == 2 ? entry.postings[1 - leg].account : 0;
}

}  // namespace

template <class M>
void Projector::Out::Put(Family family, const std::string& key,
                         const M& row) const {
  buffer.clear();
  EncodeTo(row, &buffer);
  sink.Put(family, key, buffer, frame.sequence);
}

void Projector::Out::PutNumber(Family family, const std::string& key,
                               uint64_t value) const {
  sink.Put(family, key, Big64(value), frame.sequence);
}

void Projector::Out::PutStep(uint64_t trade, uint32_t state) const {
  Put(Family::kTradeStep, TwoNumbers(trade, frame.sequence),
      TradeStepRow{.state = state,
                   .time_us = frame.time_us,
                   .booking_day = record.booking_day});
}

void Projector::Out::PutState(uint64_t trade, uint32_t state) const {
  sink.Put(Family::kTradeState, StateRowKey(state, trade), "", frame.sequence);
}

void Projector::Out::PutHolds(const std::optional<HoldsAfter>& holds) const {
  if (!holds.has_value()) return;
  PutNumber(Family::kHold, HoldRowKey(holds->buyer_account, 1, frame.sequence),
            static_cast<uint64_t>(holds->holds_out));
  PutNumber(Family::kHold, HoldRowKey(holds->seller_account, 2, frame.sequence),
            static_cast<uint64_t>(holds->holds_in));
}

void Projector::Out::EraseOpen(uint64_t trade) const {
  sink.Erase(Family::kTradeState, StateRowKey(kOpen, trade), "",
             frame.sequence);
}

void Projector::Out::EraseInvoice(const std::optional<InvoiceKey>& key,
                                  uint64_t trade) const {
  if (!key.has_value()) return;
  sink.Erase(Family::kInvoice, RowKeyOf(*key), Big64(trade), frame.sequence);
}

void Projector::Project(const Frame& frame, const Record& record,
                        const Event& event, RowSink* sink) {
  const Out out = {frame, record, *sink, buffer_};
  ProjectDay(out);
  ProjectRequest(out, event);
  std::visit([&](const auto& what) { ProjectEvent(out, what); }, event);
  ProjectEntries(out);
}

void Projector::ProjectAccounts(uint64_t sequence, RowSink* sink) const {
  for (const auto& [number, account] : accounts_) {
    if (account.posting_count == 0) continue;
    const AccountRow row = {.balance = account.balance,
                            .posting_count = account.posting_count};
    sink->Put(Family::kAccount, Big64(number), Encode(row), sequence);
  }
}

void Projector::ProjectDay(const Out& out) {
  const int32_t day = out.record.booking_day;
  if (last_day_.has_value() && day <= *last_day_) return;
  last_day_ = day;
  std::string key;
  AppendSortable32(day, &key);
  out.PutNumber(Family::kBookingDay, key, out.frame.sequence);
}

void Projector::ProjectRequest(const Out& out, const Event& event) {
  const Record& record = out.record;
  if (record.request_id.empty()) return;
  RequestRow row;
  row.sequence = out.frame.sequence;
  row.fields = record.request_fields;
  // Canonical: one is left out.
  if (record.group_count > 1) row.group_count = record.group_count;
  if (const auto* refused = std::get_if<RequestRefused>(&event)) {
    row.refused = *refused;
  }
  out.Put(Family::kRequest, RequestRowKey(record), row);
}

void Projector::ProjectEntries(const Out& out) {
  uint32_t rank = 0;
  std::string key;
  for (const Entry& entry : out.record.entries) {
    for (size_t leg = 0; leg < entry.postings.size(); ++leg) {
      const Posting& posting = entry.postings[leg];
      Account& account = accounts_[posting.account];
      account.balance = posting.balance_after;
      ++account.posting_count;
      key.clear();
      AppendBig64(posting.account, &key);
      AppendBig64(out.frame.sequence, &key);
      AppendBig32(rank++, &key);
      out.Put(Family::kAccountEntry, key,
              AccountEntryRow{.minor_units = posting.minor_units,
                              .balance_after = posting.balance_after,
                              .posting_count = account.posting_count,
                              .kind = entry.kind,
                              .trade = entry.trade,
                              .counterparty = Counterparty(entry, leg),
                              .booking_day = out.record.booking_day,
                              .value_day = entry.value_day,
                              .time_us = out.frame.time_us});
    }
  }
}

void Projector::ProjectEvent(const Out& out, const NetworkCreated& event) {
  if (event.head_key.empty()) return;
  out.sink.Put(Family::kHeadKey, Big64(out.frame.sequence), event.head_key,
               out.frame.sequence);
}

void Projector::ProjectEvent(const Out& out, const HeadKeySet& event) {
  out.sink.Put(Family::kHeadKey, Big64(out.frame.sequence), event.public_key,
               out.frame.sequence);
}

void Projector::ProjectEvent(const Out& out, const MemberCreated& event) {
  accounts_[event.main_account].member = event.number;
  out.Put(Family::kMember, Big64(event.number),
          MemberRow{.created = event,
                    .sequence = out.frame.sequence,
                    .time_us = out.frame.time_us});
  out.PutNumber(Family::kMemberId, event.id, event.number);
  for (const std::string& key : TaxIdRowKeys(event)) {
    out.PutNumber(Family::kTaxId, key, event.number);
  }
}

void Projector::ProjectEvent(const Out& out, const CreditLineSet& event) {
  const auto account = accounts_.find(event.account);
  out.Put(
      Family::kLimit, TwoNumbers(event.account, out.frame.sequence),
      LimitRow{
          .set = event,
          .time_us = out.frame.time_us,
          .author = out.record.actor,
          .subject = account == accounts_.end() ? 0 : account->second.member});
}

void Projector::ProjectEvent(const Out& out, const TradeCreated& event) {
  const uint64_t number = out.frame.sequence;
  out.Put(Family::kTrade, Big64(number),
          TradeRow{.created = event,
                   .time_us = out.frame.time_us,
                   .booking_day = out.record.booking_day});
  if (!event.id.empty()) {
    out.PutNumber(Family::kTradeId, event.id, number);
  }
  if (event.initiator == kBySeller || event.hold_expire_time_us != 0) {
    for (const uint64_t member : {event.seller, event.buyer}) {
      out.sink.Put(Family::kMemberTrade, TwoNumbers(member, number), "",
                   number);
    }
    out.PutState(number, kOpen);
  }
  if (event.invoice.has_value()) {
    const InvoiceKey key = KeyOf(event.seller, *event.invoice);
    out.PutNumber(Family::kInvoice, RowKeyOf(key), number);
    out.sink.Put(Family::kInvoiceNumber,
                 key.number + std::string(1, '\0') + Big64(number), "", number);
  }
  out.PutHolds(event.holds);
}

void Projector::ProjectEvent(const Out& out, const TradeAuthorised& event) {
  out.Put(Family::kTradeStep, TwoNumbers(event.trade, out.frame.sequence),
          TradeStepRow{.state = kAuthorised,
                       .time_us = out.frame.time_us,
                       .booking_day = out.record.booking_day,
                       .expire_time_us = event.expire_time_us});
  out.PutHolds(event.holds);
}

void Projector::ProjectEvent(const Out& out, const HoldSettled& event) {
  out.Put(Family::kTradeStep, TwoNumbers(event.trade, out.frame.sequence),
          TradeStepRow{.state = event.state,
                       .time_us = out.frame.time_us,
                       .booking_day = out.record.booking_day,
                       .units = event.units,
                       .national_value = event.national_value,
                       .cash = event.cash});
  out.PutHolds(event.holds);
  if (event.state == kSettled) out.EraseOpen(event.trade);
}

void Projector::ProjectEvent(const Out& out, const HoldReleased& event) {
  out.PutStep(event.trade, event.state);
  out.PutHolds(event.holds);
  out.EraseOpen(event.trade);
  if (event.state != kSettled) out.PutState(event.trade, event.state);
  out.EraseInvoice(event.freed_invoice, event.trade);
}

void Projector::ProjectEvent(const Out& out, const HoldExpired& event) {
  out.PutStep(event.trade, event.state);
  out.PutHolds(event.holds);
  out.EraseOpen(event.trade);
  if (event.state != kSettled) out.PutState(event.trade, event.state);
  out.EraseInvoice(event.freed_invoice, event.trade);
}

void Projector::ProjectEvent(const Out& out, const TradeWithdrawn& event) {
  out.PutStep(event.trade, kWithdrawn);
  out.EraseOpen(event.trade);
  out.PutState(event.trade, kWithdrawn);
  out.EraseInvoice(event.freed_invoice, event.trade);
}

void Projector::ProjectEvent(const Out& out, const TradeAccepted& event) {
  out.PutStep(event.trade, kSettled);
  out.EraseOpen(event.trade);
}

void Projector::ProjectEvent(const Out& out, const TradeDeclined& event) {
  out.PutStep(event.trade, kDeclined);
  out.EraseOpen(event.trade);
  out.PutState(event.trade, kDeclined);
  out.EraseInvoice(event.freed_invoice, event.trade);
}

void Projector::ProjectEvent(const Out& out, const TradeReversed& event) {
  out.PutStep(event.trade, kReversed);
  out.PutState(event.trade, kReversed);
  out.EraseInvoice(event.freed_invoice, event.trade);
}

void Projector::ProjectEvent(const Out& out, const ApiKeyCreated& event) {
  const uint64_t sequence = out.frame.sequence;
  if (!event.replaces.empty()) {
    out.Put(Family::kApiKey, IdRowKey(event.replaces, sequence),
            ApiKeyRow{.time_us = out.frame.time_us,
                      .author = out.record.actor,
                      .expire_time_us = event.replaced_expire_time_us,
                      .replaced_by = event.id});
  }
  out.Put(Family::kApiKey, IdRowKey(event.id, sequence),
          ApiKeyRow{.created = event,
                    .time_us = out.frame.time_us,
                    .author = out.record.actor});
}

void Projector::ProjectEvent(const Out& out, const ApiKeyRevoked& event) {
  out.Put(Family::kApiKey, IdRowKey(event.id, out.frame.sequence),
          ApiKeyRow{.time_us = out.frame.time_us,
                    .author = out.record.actor,
                    .revoked = 1});
}

void Projector::ProjectEvent(const Out& out, const PoliciesSet& event) {
  out.Put(Family::kPolicies, Big64(out.frame.sequence),
          PoliciesRow{.set = event,
                      .time_us = out.frame.time_us,
                      .author = out.record.actor});
}

void Projector::ProjectEvent(const Out& out, const WebhookCreated& event) {
  out.Put(Family::kWebhook, IdRowKey(event.id, out.frame.sequence),
          WebhookRow{.created = event,
                     .state = 1,
                     .time_us = out.frame.time_us,
                     .author = out.record.actor});
}

void Projector::ProjectEvent(const Out& out, const WebhookStateSet& event) {
  out.Put(Family::kWebhook, IdRowKey(event.id, out.frame.sequence),
          WebhookRow{.state = event.state,
                     .time_us = out.frame.time_us,
                     .author = out.record.actor});
}

void Projector::ProjectEvent(const Out& out, const MemberStatusSet& event) {
  out.Put(Family::kMemberStatus, TwoNumbers(event.member, out.frame.sequence),
          MemberStatusRow{.set = event,
                          .time_us = out.frame.time_us,
                          .author = out.record.actor});
}

}  // namespace skontro::verifier
