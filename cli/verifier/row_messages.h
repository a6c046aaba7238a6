// The values of the projection families, as `row.proto` has them; written by
// hand like messages.h.

#ifndef SKONTRO_CLI_VERIFIER_ROW_MESSAGES_H_
#define SKONTRO_CLI_VERIFIER_ROW_MESSAGES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/verifier/messages.h"

namespace skontro::verifier {

struct AccountRow {
  int64_t balance = 0;
  uint64_t posting_count = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.SInt64(1, "balance", self.balance);
    visit.UInt64(2, "posting_count", self.posting_count);
  }
};

struct AccountEntryRow {
  int64_t minor_units = 0;
  int64_t balance_after = 0;
  uint64_t posting_count = 0;
  uint32_t kind = 0;
  uint64_t trade = 0;
  uint64_t counterparty = 0;
  int32_t booking_day = 0;
  int32_t value_day = 0;
  int64_t time_us = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.SInt64(1, "minor_units", self.minor_units);
    visit.SInt64(2, "balance_after", self.balance_after);
    visit.UInt64(3, "posting_count", self.posting_count);
    visit.UInt32(4, "kind", self.kind);
    visit.UInt64(5, "trade", self.trade);
    visit.UInt64(6, "counterparty", self.counterparty);
    visit.SInt32(7, "booking_day", self.booking_day);
    visit.SInt32(8, "value_day", self.value_day);
    visit.Int64(9, "time_us", self.time_us);
  }
};

struct RequestRow {
  uint64_t sequence = 0;
  uint32_t group_count = 0;
  std::vector<FieldHash> fields;
  std::optional<RequestRefused> refused;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt64(1, "sequence", self.sequence);
    visit.UInt32(2, "group_count", self.group_count);
    visit.Repeated(3, "fields", self.fields, kNoLimit);
    visit.Message(4, "refused", self.refused);
  }
};

struct MemberRow {
  std::optional<MemberCreated> created;
  uint64_t sequence = 0;
  int64_t time_us = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.Message(1, "created", self.created);
    visit.UInt64(2, "sequence", self.sequence);
    visit.Int64(3, "time_us", self.time_us);
  }
};

struct TradeRow {
  std::optional<TradeCreated> created;
  int64_t time_us = 0;
  int32_t booking_day = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.Message(1, "created", self.created);
    visit.Int64(2, "time_us", self.time_us);
    visit.SInt32(3, "booking_day", self.booking_day);
  }
};

struct TradeStepRow {
  uint32_t state = 0;
  int64_t time_us = 0;
  int32_t booking_day = 0;
  int64_t units = 0;
  int64_t national_value = 0;
  int64_t cash = 0;
  int64_t expire_time_us = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt32(1, "state", self.state);
    visit.Int64(2, "time_us", self.time_us);
    visit.SInt32(3, "booking_day", self.booking_day);
    visit.Int64(4, "units", self.units);
    visit.Int64(5, "national_value", self.national_value);
    visit.Int64(6, "cash", self.cash);
    visit.Int64(7, "expire_time_us", self.expire_time_us);
  }
};

struct LimitRow {
  std::optional<CreditLineSet> set;
  int64_t time_us = 0;
  std::string author;
  uint64_t subject = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.Message(1, "set", self.set);
    visit.Int64(2, "time_us", self.time_us);
    visit.Text(3, "author", self.author, kNoLimit);
    visit.UInt64(4, "subject", self.subject);
  }
};

struct ApiKeyRow {
  std::optional<ApiKeyCreated> created;
  int64_t time_us = 0;
  std::string author;
  uint32_t revoked = 0;
  int64_t expire_time_us = 0;
  std::string replaced_by;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.Message(1, "created", self.created);
    visit.Int64(2, "time_us", self.time_us);
    visit.Text(3, "author", self.author, kNoLimit);
    visit.UInt32(4, "revoked", self.revoked);
    visit.Int64(5, "expire_time_us", self.expire_time_us);
    visit.Text(6, "replaced_by", self.replaced_by, kIdLengthMax);
  }
};

struct PoliciesRow {
  std::optional<PoliciesSet> set;
  int64_t time_us = 0;
  std::string author;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.Message(1, "set", self.set);
    visit.Int64(2, "time_us", self.time_us);
    visit.Text(3, "author", self.author, kNoLimit);
  }
};

struct MemberStatusRow {
  std::optional<MemberStatusSet> set;
  int64_t time_us = 0;
  std::string author;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.Message(1, "set", self.set);
    visit.Int64(2, "time_us", self.time_us);
    visit.Text(3, "author", self.author, kNoLimit);
  }
};

struct WebhookRow {
  std::optional<WebhookCreated> created;
  uint32_t state = 0;
  int64_t time_us = 0;
  std::string author;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.Message(1, "created", self.created);
    visit.UInt32(2, "state", self.state);
    visit.Int64(3, "time_us", self.time_us);
    visit.Text(4, "author", self.author, kNoLimit);
  }
};

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_ROW_MESSAGES_H_
