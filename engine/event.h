// An Event is what happened, as the engine decided it: the part of a record
// that the ledger does not understand. The same shapes are on disk, in
// proto/skontro/storage/v1/event.proto, where each field is explained.

#ifndef SKONTRO_ENGINE_EVENT_H_
#define SKONTRO_ENGINE_EVENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/policies.h"
#include "engine/role.h"
#include "ledger/amount.h"
#include "ledger/base/reason.h"
#include "ledger/civil_date.h"
#include "ledger/entry.h"
#include "ledger/record.h"
#include "ledger/recovery_codec.h"

namespace skontro::engine {

using ledger::AccountId;
using ledger::Amount;
using ledger::CivilDate;
using ledger::RecoveryAccepted;
using ledger::Sequence;
using ledger::TradeNumber;

// Number of a member, from 1 without gaps.
enum class MemberNumber : uint64_t {};

// Where a membership stands: the numbers of skontro.v1.Member.Status. Nobody
// is in a state of having applied: who is admitted is active.
enum class MemberStatus : uint32_t {
  kActive = 2,
  kEarnOnly = 3,
  kSpendOnly = 4,
  kFrozen = 5,
  kClosing = 6,
  kClosed = 7,
};

constexpr bool IsKnown(MemberStatus status) {
  return status >= MemberStatus::kActive && status <= MemberStatus::kClosed;
}

// Where a trade is in its life cycle: the numbers of skontro.v1.Trade.State.
// The numbers that are missing here are taken by states to come.
enum class TradeState : uint32_t {
  kProposed = 1,
  kAuthorised = 2,
  kSettled = 3,
  kDeclined = 6,
  kWithdrawn = 7,
  kExpired = 8,
  kReversed = 10,
};

constexpr bool IsKnown(TradeState state) {
  return (state >= TradeState::kProposed && state <= TradeState::kSettled) ||
         (state >= TradeState::kDeclined && state <= TradeState::kExpired) ||
         state == TradeState::kReversed;
}

// Whether somebody has to do something yet.
constexpr bool IsOpen(TradeState state) {
  return state == TradeState::kProposed || state == TradeState::kAuthorised;
}

// The numbers of skontro.v1.Trade.Initiator.
enum class Initiator : uint32_t { kSeller = 1, kBuyer = 2 };

// Minor units of the peg currency per minor unit of the network's unit.
struct Rate {
  int64_t numerator = 1;    // Above zero.
  int64_t denominator = 1;  // Above zero.
  int64_t version = 1;

  friend bool operator==(const Rate&, const Rate&) = default;
};

struct NetworkCreated {
  std::string id;
  std::string display_name;
  std::string unit_code;
  int unit_decimals = 0;
  std::string peg_currency;
  int peg_decimals = 0;
  Rate parity;
  std::string time_zone;
  Amount default_credit_line;
  Amount default_balance_limit;
  std::string request_key;  // 16 bytes.
  std::string head_key;     // 32 bytes; empty in networks of old.

  friend bool operator==(const NetworkCreated&,
                         const NetworkCreated&) = default;
};

struct CompanyId {
  std::string scheme;
  std::string value;

  friend bool operator==(const CompanyId&, const CompanyId&) = default;
};

struct MemberCreated {
  MemberNumber number{};
  std::string id;
  std::string country;
  std::string vat_id;
  std::vector<CompanyId> company_ids;
  AccountId main_account{};

  friend bool operator==(const MemberCreated&, const MemberCreated&) = default;
};

struct MemberStatusSet {
  MemberNumber member{};
  MemberStatus old_status = MemberStatus::kActive;
  MemberStatus new_status = MemberStatus::kActive;
  CivilDate wind_down_date;  // Set with kClosing, and only there.

  friend bool operator==(const MemberStatusSet&,
                         const MemberStatusSet&) = default;
};

struct CreditLineSet {
  AccountId account{};
  Amount old_credit_line;
  Amount new_credit_line;
  Amount old_balance_limit;
  Amount new_balance_limit;

  friend bool operator==(const CreditLineSet&, const CreditLineSet&) = default;
};

struct TaxLine {
  std::string category;
  int64_t rate_ppm = 0;
  int64_t base = 0;  // Minor units of the peg currency.
  int64_t tax = 0;   // The same.

  friend bool operator==(const TaxLine&, const TaxLine&) = default;
};

struct Invoice {
  std::string number;
  CivilDate issue_date;   // Always set in an event.
  CivilDate supply_date;  // May be unset.
  CivilDate due_date;     // May be unset.
  std::string purchase_order;
  int64_t gross = 0;    // Minor units of the peg currency.
  int64_t prepaid = 0;  // The same.
  std::vector<TaxLine> tax_lines;

  friend bool operator==(const Invoice&, const Invoice&) = default;
};

// What makes an invoice unique. `number` is normalised.
struct InvoiceKey {
  MemberNumber seller{};
  int32_t year = 0;
  std::string number;

  friend bool operator==(const InvoiceKey&, const InvoiceKey&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const InvoiceKey& key) {
    return H::combine(std::move(h), key.seller, key.year, key.number);
  }
};

// What is held after an event that changed it.
struct HoldsAfter {
  AccountId buyer_account{};
  Amount holds_out;  // What all holds take from that account.
  AccountId seller_account{};
  Amount holds_in;  // What all holds will bring to that one.

  friend bool operator==(const HoldsAfter&, const HoldsAfter&) = default;
};

struct TradeCreated {
  std::string id;  // Empty where the server chose `t` and the number.
  MemberNumber seller{};
  MemberNumber buyer{};
  Initiator initiator = Initiator::kSeller;
  Amount units;
  int64_t national_value = 0;  // Minor units of the peg currency.
  Rate rate;
  int64_t cash = 0;  // Minor units of the peg currency.
  std::optional<Invoice> invoice;
  // Where the buyer authorised it and did not pay at once.
  int64_t hold_expire_time_us = 0;
  std::optional<HoldsAfter> holds;

  friend bool operator==(const TradeCreated&, const TradeCreated&) = default;
};

// Whether its units moved when it was created.
inline bool PaysAtOnce(const TradeCreated& created) {
  return created.initiator == Initiator::kBuyer &&
         created.hold_expire_time_us == 0;
}

struct TradeAccepted {
  TradeNumber trade{};

  friend bool operator==(const TradeAccepted&, const TradeAccepted&) = default;
};

struct TradeDeclined {
  TradeNumber trade{};
  std::optional<InvoiceKey> freed_invoice;

  friend bool operator==(const TradeDeclined&, const TradeDeclined&) = default;
};

struct TradeReversed {
  TradeNumber trade{};
  Sequence settle_sequence{};
  std::optional<InvoiceKey> freed_invoice;

  friend bool operator==(const TradeReversed&, const TradeReversed&) = default;
};

// A proposed trade was accepted, and its units are held.
struct TradeAuthorised {
  TradeNumber trade{};
  int64_t expire_time_us = 0;
  HoldsAfter holds;

  friend bool operator==(const TradeAuthorised&,
                         const TradeAuthorised&) = default;
};

// Units that were held moved. The state is AUTHORISED where the rest stays
// held, SETTLED where nothing is left or the rest was given back.
struct HoldSettled {
  TradeNumber trade{};
  Amount units;
  int64_t national_value = 0;  // Of these units, in minor units of the peg.
  int64_t cash = 0;            // The share of the cash leg.
  TradeState state = TradeState::kSettled;
  HoldsAfter holds;

  friend bool operator==(const HoldSettled&, const HoldSettled&) = default;
};

// What was still held was given back. The state is SETTLED where a part was
// settled before, else WITHDRAWN.
struct HoldReleased {
  TradeNumber trade{};
  TradeState state = TradeState::kWithdrawn;
  std::optional<InvoiceKey> freed_invoice;
  HoldsAfter holds;

  friend bool operator==(const HoldReleased&, const HoldReleased&) = default;
};

// The same because its time passed; EXPIRED where no part was settled.
struct HoldExpired {
  TradeNumber trade{};
  TradeState state = TradeState::kExpired;
  std::optional<InvoiceKey> freed_invoice;
  HoldsAfter holds;

  friend bool operator==(const HoldExpired&, const HoldExpired&) = default;
};

struct TradeWithdrawn {
  TradeNumber trade{};
  std::optional<InvoiceKey> freed_invoice;

  friend bool operator==(const TradeWithdrawn&,
                         const TradeWithdrawn&) = default;
};

struct RequestRefused {
  Refusal refusal;

  friend bool operator==(const RequestRefused&,
                         const RequestRefused&) = default;
};

struct HeadKeySet {
  std::string public_key;  // 32 bytes.

  friend bool operator==(const HeadKeySet&, const HeadKeySet&) = default;
};

// What a client proves: that it has a secret, or a certificate.
enum class CredentialKind : uint32_t { kSecret = 1, kCertificate = 2 };

struct ApiKeyCreated {
  std::string id;
  std::string identity;
  Role role = Role::kMemberUser;
  std::vector<MemberNumber> members;  // Ascending.
  Amount spending_ceiling;            // Zero for none.
  Amount credit_mandate;
  int64_t expire_time_us = 0;  // 0 for never.
  CredentialKind kind = CredentialKind::kSecret;
  std::string digest;    // 32 bytes.
  std::string replaces;  // The id of another key; empty for none.
  int64_t replaced_expire_time_us = 0;

  friend bool operator==(const ApiKeyCreated&, const ApiKeyCreated&) = default;
};

struct ApiKeyRevoked {
  std::string id;

  friend bool operator==(const ApiKeyRevoked&, const ApiKeyRevoked&) = default;
};

// What the records so far add up to; see engine/state_digest.h.
struct StateDigested {
  uint64_t members = 0;
  uint64_t accounts = 0;
  uint64_t open_trades = 0;
  int64_t balances_sum = 0;  // Minor units.
  ledger::Digest digest{};

  friend bool operator==(const StateDigested&, const StateDigested&) = default;
};

// All policies of the network, as they are from now on.
struct PoliciesSet {
  uint64_t version = 0;  // From 1: how many times they were set.
  Policies policies;

  friend bool operator==(const PoliciesSet&, const PoliciesSet&) = default;
};

// Whether a webhook is told of events; the numbers are on disk.
enum class WebhookState : uint32_t { kActive = 1, kPaused = 2, kDeleted = 3 };

struct WebhookCreated {
  std::string id;
  std::string url;
  std::vector<uint32_t> types;  // Of skontro.v1.Event.Type, ascending.
  MemberNumber member{};        // 0 for all.
  std::string owner;            // The actor of the record.
  std::string api_key;          // The id of a key; empty for the server's own.
  std::string salt;             // 16 bytes.
  std::string digest;           // 32 bytes.

  friend bool operator==(const WebhookCreated&,
                         const WebhookCreated&) = default;
};

struct WebhookStateSet {
  std::string id;
  WebhookState state = WebhookState::kActive;

  friend bool operator==(const WebhookStateSet&,
                         const WebhookStateSet&) = default;
};

using Event =
    std::variant<NetworkCreated, MemberCreated, CreditLineSet, TradeCreated,
                 TradeAccepted, TradeDeclined, TradeReversed, RequestRefused,
                 HeadKeySet, RecoveryAccepted, StateDigested, ApiKeyCreated,
                 ApiKeyRevoked, PoliciesSet, MemberStatusSet, TradeAuthorised,
                 HoldSettled, HoldReleased, HoldExpired, TradeWithdrawn,
                 WebhookCreated, WebhookStateSet>;

// The id that the server gives a trade where its client chose none.
std::string ServerTradeId(TradeNumber number);

// The id by which clients know a trade.
std::string TradeId(const TradeCreated& created, TradeNumber number);

// Whether `id` has the form that only the server gives: `t` and digits.
bool IsServerTradeId(std::string_view id);

// The key of an invoice; `issue_date` must be set.
InvoiceKey KeyOf(MemberNumber seller, const Invoice& invoice);

// A tax or company id as it is compared: letters in upper case and digits, and
// nothing else. An invoice number as it is compared: letters in upper case, no
// blanks. ASCII only; other bytes stay as they are.
std::string NormaliseTaxId(std::string_view id);
std::string NormaliseInvoiceNumber(std::string_view number);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_EVENT_H_
