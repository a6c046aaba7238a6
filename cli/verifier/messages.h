// The messages of `skontro.storage.v1`, written down a second time by hand.
// Each message lists its fields once, in VisitFields(); decode.h reads by that
// list, encode.h writes by it, and difference.h compares by it.
//
// A limit beside a text is what the API allows: a longer one was not written by
// a server.

#ifndef SKONTRO_CLI_VERIFIER_MESSAGES_H_
#define SKONTRO_CLI_VERIFIER_MESSAGES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/verifier/trade_messages.h"

namespace skontro::verifier {

inline constexpr size_t kRequestIdLengthMax = 64;
inline constexpr size_t kDisplayNameLengthMax = 200;
inline constexpr size_t kCompanyIdsMax = 8;
inline constexpr size_t kKeyMembersMax = 1'024;
inline constexpr size_t kPoliciesMax = 256;
inline constexpr size_t kDigestLength = 32;
inline constexpr size_t kWebhookUrlLengthMax = 512;
inline constexpr size_t kWebhookTypesMax = 64;
inline constexpr size_t kWebhookSaltLength = 16;

struct FieldHash {
  uint32_t number = 0;
  uint64_t hash = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt32(1, "number", self.number);
    visit.Fixed64(2, "hash", self.hash);
  }
};

struct Posting {
  uint64_t account = 0;
  int64_t minor_units = 0;
  int64_t balance_after = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt64(1, "account", self.account);
    visit.SInt64(2, "minor_units", self.minor_units);
    visit.SInt64(3, "balance_after", self.balance_after);
  }
};

struct Entry {
  uint32_t kind = 0;
  uint64_t trade = 0;
  int32_t value_day = 0;
  std::vector<Posting> postings;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt32(1, "kind", self.kind);
    visit.UInt64(2, "trade", self.trade);
    visit.SInt32(3, "value_day", self.value_day);
    visit.Repeated(4, "postings", self.postings, kNoLimit);
  }
};

struct Commitment {
  uint64_t subject = 0;
  uint32_t field = 0;
  std::string digest;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt64(1, "subject", self.subject);
    visit.UInt32(2, "field", self.field);
    visit.Bytes(3, "digest", self.digest, kDigestLength);
  }
};

struct Record {
  std::string actor;
  std::string request_id;
  std::vector<FieldHash> request_fields;
  uint32_t group_count = 0;
  int32_t booking_day = 0;
  std::vector<Entry> entries;
  std::string event;
  std::vector<Commitment> commitments;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.Text(1, "actor", self.actor, kNoLimit);
    visit.Text(2, "request_id", self.request_id, kRequestIdLengthMax);
    visit.Repeated(3, "request_fields", self.request_fields, kNoLimit);
    visit.UInt32(4, "group_count", self.group_count);
    visit.SInt32(5, "booking_day", self.booking_day);
    visit.Repeated(6, "entries", self.entries, kNoLimit);
    visit.Bytes(7, "event", self.event, kNoLimit);
    visit.Repeated(8, "commitments", self.commitments, kNoLimit);
  }
};

struct NetworkCreated {
  std::string id;
  std::string display_name;
  std::string unit_code;
  uint32_t unit_decimals = 0;
  std::string peg_currency;
  uint32_t peg_decimals = 0;
  int64_t rate_numerator = 0;
  int64_t rate_denominator = 0;
  std::string time_zone;
  int64_t default_credit_line = 0;
  int64_t default_balance_limit = 0;
  std::string request_key;
  std::string head_key;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.Text(1, "id", self.id, kIdLengthMax);
    visit.Text(2, "display_name", self.display_name, kDisplayNameLengthMax);
    visit.Text(3, "unit_code", self.unit_code, kNoLimit);
    visit.UInt32(4, "unit_decimals", self.unit_decimals);
    visit.Text(5, "peg_currency", self.peg_currency, kNoLimit);
    visit.UInt32(6, "peg_decimals", self.peg_decimals);
    visit.Int64(7, "rate_numerator", self.rate_numerator);
    visit.Int64(8, "rate_denominator", self.rate_denominator);
    visit.Text(9, "time_zone", self.time_zone, kNoLimit);
    visit.Int64(10, "default_credit_line", self.default_credit_line);
    visit.Int64(11, "default_balance_limit", self.default_balance_limit);
    visit.Bytes(12, "request_key", self.request_key, kNoLimit);
    visit.Bytes(13, "head_key", self.head_key, kNoLimit);
  }
};

struct CompanyId {
  std::string scheme;
  std::string value;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.Text(1, "scheme", self.scheme, kNoLimit);
    visit.Text(2, "value", self.value, kNoLimit);
  }
};

struct MemberCreated {
  uint64_t number = 0;
  std::string id;
  std::string country;
  std::string vat_id;
  std::vector<CompanyId> company_ids;
  uint64_t main_account = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt64(1, "number", self.number);
    visit.Text(2, "id", self.id, kIdLengthMax);
    visit.Text(3, "country", self.country, kNoLimit);
    visit.Text(4, "vat_id", self.vat_id, kNoLimit);
    visit.Repeated(5, "company_ids", self.company_ids, kCompanyIdsMax);
    visit.UInt64(6, "main_account", self.main_account);
  }
};

struct MemberStatusSet {
  uint64_t member = 0;
  uint32_t old_status = 0;
  uint32_t new_status = 0;
  int32_t wind_down_day = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt64(1, "member", self.member);
    visit.UInt32(2, "old_status", self.old_status);
    visit.UInt32(3, "new_status", self.new_status);
    visit.SInt32(4, "wind_down_day", self.wind_down_day);
  }
};

struct CreditLineSet {
  uint64_t account = 0;
  int64_t old_credit_line = 0;
  int64_t new_credit_line = 0;
  int64_t old_balance_limit = 0;
  int64_t new_balance_limit = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt64(1, "account", self.account);
    visit.Int64(2, "old_credit_line", self.old_credit_line);
    visit.Int64(3, "new_credit_line", self.new_credit_line);
    visit.Int64(4, "old_balance_limit", self.old_balance_limit);
    visit.Int64(5, "new_balance_limit", self.new_balance_limit);
  }
};

struct Metadata {
  std::string key;
  std::string value;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.Text(1, "key", self.key, kNoLimit);
    visit.Text(2, "value", self.value, kNoLimit);
  }
};

struct RequestRefused {
  uint32_t reason = 0;
  std::vector<Metadata> metadata;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt32(1, "reason", self.reason);
    visit.Repeated(2, "metadata", self.metadata, kNoLimit);
  }
};

struct HeadKeySet {
  std::string public_key;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.Bytes(1, "public_key", self.public_key, kNoLimit);
  }
};

struct RecordHead {
  uint64_t sequence = 0;
  std::string digest;
  int64_t time_us = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt64(1, "sequence", self.sequence);
    visit.Bytes(2, "digest", self.digest, kDigestLength);
    visit.Int64(3, "time_us", self.time_us);
  }
};

struct RecoveryAccepted {
  std::optional<RecordHead> anchored;
  std::optional<RecordHead> found;
  uint64_t stored_sequence = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.Message(1, "anchored", self.anchored);
    visit.Message(2, "found", self.found);
    visit.UInt64(3, "stored_sequence", self.stored_sequence);
  }
};

struct StateDigested {
  uint64_t members = 0;
  uint64_t accounts = 0;
  uint64_t open_trades = 0;
  int64_t balances_sum = 0;
  std::string digest;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt64(1, "members", self.members);
    visit.UInt64(2, "accounts", self.accounts);
    visit.UInt64(3, "open_trades", self.open_trades);
    visit.SInt64(4, "balances_sum", self.balances_sum);
    visit.Bytes(5, "digest", self.digest, kDigestLength);
  }
};

struct ApiKeyMember {
  uint64_t number = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt64(1, "number", self.number);
  }

  friend bool operator==(const ApiKeyMember&, const ApiKeyMember&) = default;
};

struct ApiKeyCreated {
  std::string id;
  std::string identity;
  uint32_t role = 0;
  std::vector<ApiKeyMember> members;
  int64_t spending_ceiling = 0;
  int64_t credit_mandate = 0;
  int64_t expire_time_us = 0;
  uint32_t kind = 0;
  std::string digest;
  std::string replaces;
  int64_t replaced_expire_time_us = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.Text(1, "id", self.id, kIdLengthMax);
    visit.Text(2, "identity", self.identity, kIdLengthMax);
    visit.UInt32(3, "role", self.role);
    visit.Repeated(4, "members", self.members, kKeyMembersMax);
    visit.Int64(5, "spending_ceiling", self.spending_ceiling);
    visit.Int64(6, "credit_mandate", self.credit_mandate);
    visit.Int64(7, "expire_time_us", self.expire_time_us);
    visit.UInt32(8, "kind", self.kind);
    visit.Bytes(9, "digest", self.digest, kDigestLength);
    visit.Text(10, "replaces", self.replaces, kIdLengthMax);
    visit.Int64(11, "replaced_expire_time_us", self.replaced_expire_time_us);
  }

  friend bool operator==(const ApiKeyCreated&, const ApiKeyCreated&) = default;
};

struct ApiKeyRevoked {
  std::string id;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.Text(1, "id", self.id, kIdLengthMax);
  }
};

struct PolicyValue {
  uint32_t policy = 0;
  int64_t value = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt32(1, "policy", self.policy);
    visit.Int64(2, "value", self.value);
  }

  friend bool operator==(const PolicyValue&, const PolicyValue&) = default;
};

struct PoliciesSet {
  uint64_t version = 0;
  std::vector<PolicyValue> values;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt64(1, "version", self.version);
    visit.Repeated(2, "values", self.values, kPoliciesMax);
  }

  friend bool operator==(const PoliciesSet&, const PoliciesSet&) = default;
};

struct WebhookEventType {
  uint32_t type = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt32(1, "type", self.type);
  }

  friend bool operator==(const WebhookEventType&,
                         const WebhookEventType&) = default;
};

struct WebhookCreated {
  std::string id;
  std::string url;
  std::vector<WebhookEventType> types;
  uint64_t member = 0;
  std::string owner;
  std::string api_key;
  std::string salt;
  std::string digest;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.Text(1, "id", self.id, kIdLengthMax);
    visit.Text(2, "url", self.url, kWebhookUrlLengthMax);
    visit.Repeated(3, "types", self.types, kWebhookTypesMax);
    visit.UInt64(4, "member", self.member);
    visit.Text(5, "owner", self.owner, kNoLimit);
    visit.Text(6, "api_key", self.api_key, kIdLengthMax);
    visit.Bytes(7, "salt", self.salt, kWebhookSaltLength);
    visit.Bytes(8, "digest", self.digest, kDigestLength);
  }

  friend bool operator==(const WebhookCreated&,
                         const WebhookCreated&) = default;
};

struct WebhookStateSet {
  std::string id;
  uint32_t state = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.Text(1, "id", self.id, kIdLengthMax);
    visit.UInt32(2, "state", self.state);
  }
};

// In the order of kEventNumbers.
using Event =
    std::variant<NetworkCreated, MemberCreated, CreditLineSet, TradeCreated,
                 TradeAccepted, TradeDeclined, TradeReversed, RequestRefused,
                 HeadKeySet, RecoveryAccepted, StateDigested, ApiKeyCreated,
                 ApiKeyRevoked, PoliciesSet, MemberStatusSet, TradeAuthorised,
                 HoldSettled, HoldReleased, HoldExpired, TradeWithdrawn,
                 WebhookCreated, WebhookStateSet>;

// Their field numbers in `skontro.storage.v1.Event`.
inline constexpr std::array<uint32_t, std::variant_size_v<Event>>
    kEventNumbers = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11,
                     12, 13, 14, 30, 15, 16, 17, 18, 19, 40, 41};

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_MESSAGES_H_
