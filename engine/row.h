// The rows of the engine's index families: what readers and look-ups find in
// the store. docs/journal_format.md has their keys.

#ifndef SKONTRO_ENGINE_ROW_H_
#define SKONTRO_ENGINE_ROW_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/event.h"

namespace skontro::engine {

// What a request id stands for.
struct RequestRow {
  Sequence sequence{};       // Of the first record that the request made.
  uint32_t group_count = 1;  // How many it made.
  std::vector<ledger::FieldHash> fields;
  std::optional<Refusal> refused;  // Set if it was refused.
};

struct MemberRow {
  MemberCreated created;
  Sequence sequence{};
  int64_t time_us = 0;
};

struct TradeRow {
  TradeCreated created;
  int64_t time_us = 0;
  CivilDate booking_date;
};

// What moves with a trade, or a part of it.
struct TradeLegs {
  Amount units;
  int64_t national_value = 0;  // Minor units of the peg currency.
  int64_t cash = 0;            // The same.

  friend bool operator==(const TradeLegs&, const TradeLegs&) = default;
};

struct TradeStepRow {
  TradeState state = TradeState::kProposed;
  int64_t time_us = 0;
  CivilDate booking_date;
  TradeLegs part;              // What moved, of a trade with a hold.
  int64_t expire_time_us = 0;  // Of the step that authorises.
};

struct LimitRow {
  CreditLineSet set;
  int64_t time_us = 0;
  std::string author;
  MemberNumber subject{};  // Whose personal row holds the reason.
};

struct MemberStatusRow {
  MemberStatusSet set;
  int64_t time_us = 0;
  std::string author;
};

// What a record says of a key: the first row of a key has `created`.
struct ApiKeyRow {
  std::optional<ApiKeyCreated> created;
  int64_t time_us = 0;
  std::string author;
  bool revoked = false;
  int64_t expire_time_us = 0;  // With `replaced_by`.
  std::string replaced_by;     // The id of a key; empty for none.
};

// What a record says of a webhook: the first row of one has `created`.
struct WebhookRow {
  std::optional<WebhookCreated> created;
  WebhookState state = WebhookState::kActive;
  int64_t time_us = 0;
  std::string author;
};

struct PoliciesRow {
  PoliciesSet set;
  int64_t time_us = 0;
  std::string author;
};

// Which personal text of a record; the numbers are on disk.
inline constexpr uint32_t kLegalNameField = 1;
inline constexpr uint32_t kAddressField = 2;
inline constexpr uint32_t kLimitReasonField = 1;
inline constexpr uint32_t kStatusReasonField = 1;
inline constexpr uint32_t kDescriptionField = 1;

// Keys of the families.
std::string RequestKey(std::string_view identity, std::string_view request_id);
std::string MemberKey(MemberNumber number);
std::string TaxIdKey(std::string_view normalised, std::string_view scope);
std::string TradeKey(TradeNumber number);
std::string TradeStepKey(TradeNumber number, Sequence sequence);
std::string MemberTradeKey(MemberNumber member, TradeNumber number);
std::string InvoiceRowKey(const InvoiceKey& key);
// Of all trades of an invoice number, whoever gave it; `normalised`.
std::string InvoiceNumberPrefix(std::string_view normalised);
std::string InvoiceNumberKey(std::string_view normalised, TradeNumber number);
// Under what number the family `trade_state` has the trades of a state: those
// that wait for somebody, and those in which few trades end. nullopt for a
// state without rows.
inline constexpr uint32_t kOpenTrades = 0;
std::optional<uint32_t> RowsOfState(TradeState state);
std::string TradeStatePrefix(uint32_t rows);
std::string TradeStateKey(uint32_t rows, TradeNumber number);
std::string LimitKey(AccountId account, Sequence sequence);
// What is held of an account from a record on: by it, or for it. The keys of
// the two differ in one byte behind the account.
enum class HoldSide : uint8_t { kOut = 1, kIn = 2 };
std::string HoldPrefix(AccountId account, HoldSide side);
std::string HoldKey(AccountId account, HoldSide side, Sequence sequence);
std::string MemberStatusKey(MemberNumber member, Sequence sequence);
std::string ApiKeyRowKey(std::string_view id, Sequence sequence);
std::string WebhookRowKey(std::string_view id, Sequence sequence);
std::string PoliciesKey(Sequence sequence);
std::string NumberValue(uint64_t number);

// The scope of a company id within `country`, such as "FR:siren"; a VAT id has
// the scope "vat".
inline constexpr std::string_view kVatScope = "vat";
std::string CompanyIdScope(std::string_view country, std::string_view scheme);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_ROW_H_
