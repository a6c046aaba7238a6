// The rows of the family `checkpoint`, as `checkpoint.proto` has them; written
// by hand like messages.h.

#ifndef SKONTRO_CLI_VERIFIER_CHECKPOINT_MESSAGES_H_
#define SKONTRO_CLI_VERIFIER_CHECKPOINT_MESSAGES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/verifier/messages.h"

namespace skontro::verifier {

struct CheckpointHeader {
  uint32_t format = 0;
  std::string network_uid;
  uint64_t sequence = 0;
  std::string journal_digest;
  int64_t time_us = 0;
  int32_t booking_day = 0;
  uint64_t state_digest_sequence = 0;
  std::string state_digest;
  uint64_t state_digest_members = 0;
  uint64_t members = 0;
  uint64_t accounts = 0;
  uint64_t open_trades = 0;
  uint64_t finished_trades = 0;
  uint64_t tax_ids = 0;
  uint32_t chunks = 0;
  std::string chunks_digest;
  uint64_t api_keys = 0;
  std::optional<PoliciesSet> policies;
  uint32_t policies_touched = 0;
  uint64_t member_statuses = 0;
  uint64_t webhooks = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt32(1, "format", self.format);
    visit.Bytes(2, "network_uid", self.network_uid, kDigestLength);
    visit.UInt64(3, "sequence", self.sequence);
    visit.Bytes(4, "journal_digest", self.journal_digest, kDigestLength);
    visit.Int64(5, "time_us", self.time_us);
    visit.SInt32(6, "booking_day", self.booking_day);
    visit.UInt64(7, "state_digest_sequence", self.state_digest_sequence);
    visit.Bytes(8, "state_digest", self.state_digest, kDigestLength);
    visit.UInt64(9, "state_digest_members", self.state_digest_members);
    visit.UInt64(10, "members", self.members);
    visit.UInt64(11, "accounts", self.accounts);
    visit.UInt64(12, "open_trades", self.open_trades);
    visit.UInt64(13, "finished_trades", self.finished_trades);
    visit.UInt64(14, "tax_ids", self.tax_ids);
    visit.UInt32(15, "chunks", self.chunks);
    visit.Bytes(16, "chunks_digest", self.chunks_digest, kDigestLength);
    visit.UInt64(17, "api_keys", self.api_keys);
    visit.Message(18, "policies", self.policies);
    visit.UInt32(19, "policies_touched", self.policies_touched);
    visit.UInt64(30, "member_statuses", self.member_statuses);
    visit.UInt64(40, "webhooks", self.webhooks);
  }
};

struct CheckpointMember {
  std::string id;
  uint32_t status = 0;
  uint64_t main_account = 0;
  int32_t wind_down_day = 0;
  uint32_t status_touched = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.Text(1, "id", self.id, kIdLengthMax);
    visit.UInt32(2, "status", self.status);
    visit.UInt64(3, "main_account", self.main_account);
    visit.SInt32(4, "wind_down_day", self.wind_down_day);
    visit.UInt32(5, "status_touched", self.status_touched);
  }

  friend bool operator==(const CheckpointMember&,
                         const CheckpointMember&) = default;
};

struct CheckpointAccount {
  uint64_t owner = 0;
  int64_t balance = 0;
  int64_t credit_line = 0;
  int64_t balance_limit = 0;
  uint32_t touched = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt64(1, "owner", self.owner);
    visit.SInt64(2, "balance", self.balance);
    visit.Int64(3, "credit_line", self.credit_line);
    visit.Int64(4, "balance_limit", self.balance_limit);
    visit.UInt32(5, "touched", self.touched);
  }
};

struct CheckpointTrade {
  uint64_t number = 0;
  std::string id;
  uint64_t seller = 0;
  uint64_t buyer = 0;
  int64_t units = 0;
  int32_t invoice_year = 0;
  std::string invoice_number;
  int64_t expire_time_us = 0;
  int64_t settled = 0;
  uint64_t settle_sequence = 0;
  uint32_t hold_touched = 0;
  int64_t national_value = 0;
  int64_t cash = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt64(1, "number", self.number);
    visit.Text(2, "id", self.id, kIdLengthMax);
    visit.UInt64(3, "seller", self.seller);
    visit.UInt64(4, "buyer", self.buyer);
    visit.Int64(5, "units", self.units);
    visit.Int32(6, "invoice_year", self.invoice_year);
    visit.Text(7, "invoice_number", self.invoice_number,
               kInvoiceNumberLengthMax);
    visit.Int64(8, "expire_time_us", self.expire_time_us);
    visit.Int64(9, "settled", self.settled);
    visit.UInt64(10, "settle_sequence", self.settle_sequence);
    visit.UInt32(11, "hold_touched", self.hold_touched);
    visit.Int64(12, "national_value", self.national_value);
    visit.Int64(13, "cash", self.cash);
  }
};

struct FinishedTrade {
  uint64_t number = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.UInt64(1, "number", self.number);
  }
};

struct TaxId {
  std::string key;
  uint32_t touched = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.Bytes(1, "key", self.key, kNoLimit);
    visit.UInt32(2, "touched", self.touched);
  }
};

struct CheckpointApiKey {
  std::optional<ApiKeyCreated> created;
  int64_t expire_time_us = 0;
  uint32_t revoked = 0;
  uint32_t touched = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.Message(1, "created", self.created);
    visit.Int64(2, "expire_time_us", self.expire_time_us);
    visit.UInt32(3, "revoked", self.revoked);
    visit.UInt32(4, "touched", self.touched);
  }
};

struct CheckpointWebhook {
  std::string id;
  std::optional<WebhookCreated> created;
  uint32_t state = 0;
  uint32_t touched = 0;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.Text(1, "id", self.id, kIdLengthMax);
    visit.Message(2, "created", self.created);
    visit.UInt32(3, "state", self.state);
    visit.UInt32(4, "touched", self.touched);
  }
};

struct CheckpointChunk {
  std::vector<CheckpointMember> members;
  std::vector<CheckpointAccount> accounts;
  std::vector<CheckpointTrade> open_trades;
  std::vector<FinishedTrade> finished_trades;
  std::vector<TaxId> tax_ids;
  std::vector<CheckpointApiKey> api_keys;
  std::vector<CheckpointWebhook> webhooks;

  template <class Self, class Visitor>
  static void VisitFields(Self& self, Visitor& visit) {
    visit.Repeated(1, "members", self.members, kNoLimit);
    visit.Repeated(2, "accounts", self.accounts, kNoLimit);
    visit.Repeated(3, "open_trades", self.open_trades, kNoLimit);
    visit.Repeated(4, "finished_trades", self.finished_trades, kNoLimit);
    visit.Repeated(5, "tax_ids", self.tax_ids, kNoLimit);
    visit.Repeated(6, "api_keys", self.api_keys, kNoLimit);
    visit.Repeated(40, "webhooks", self.webhooks, kNoLimit);
  }
};

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_CHECKPOINT_MESSAGES_H_
