// A StateBook holds what a server holds in memory to decide: members, accounts,
// trades that are open. It checks the state digests of the journal against
// them, and shows them to whoever compares a checkpoint.
//
// Thread safety: none.

#ifndef SKONTRO_CLI_VERIFIER_STATE_BOOK_H_
#define SKONTRO_CLI_VERIFIER_STATE_BOOK_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "cli/verifier/account_book.h"
#include "cli/verifier/hashes.h"
#include "cli/verifier/member_book.h"
#include "cli/verifier/messages.h"
#include "cli/verifier/policy_book.h"
#include "cli/verifier/report.h"

namespace skontro::verifier {

// The first record at or after each multiple of it is a state digest.
inline constexpr uint64_t kDigestInterval = 65'536;

class StateBook {
 public:
  struct Member {
    std::string id;
    uint64_t account = 0;
  };
  // A trade that is proposed or authorised.
  struct OpenTrade {
    std::string id;
    uint64_t seller = 0;
    uint64_t buyer = 0;
    int64_t units = 0;
    InvoiceKey invoice;  // Without a number if there is none.
    int64_t national_value = 0;
    int64_t cash = 0;
    // Of one that is authorised: when its hold ends, and what was settled.
    int64_t expire_time_us = 0;
    int64_t settled = 0;
    uint64_t settle_sequence = 0;
  };

  // A key of a client.
  struct ApiKey {
    ApiKeyCreated created;
    int64_t expire_time_us = 0;
    bool revoked = false;
  };

  // A webhook that is not deleted.
  struct Webhook {
    WebhookCreated created;
    uint32_t state = 0;
  };

  // All must outlive the book.
  StateBook(const AccountBook* accounts, const PolicyBook* policies,
            const MemberBook* members, uint64_t digest_interval,
            Findings* findings)
      : accounts_(*accounts),
        policies_(*policies),
        member_book_(*members),
        findings_(*findings),
        digest_interval_(digest_interval) {}

  // Checks that the record is a state digest if, and only if, one is due.
  // `in_group` says whether a group is open before it.
  void CheckPlace(uint64_t sequence, const Event& event, bool in_group);

  // Takes over what the record changed, or compares its state digest. The
  // accounts are those after it.
  void Apply(uint64_t sequence, const std::vector<Entry>& entries,
             const Event& event);

  // By number.
  const std::map<uint64_t, Member>& members() const { return members_; }
  const std::map<uint64_t, OpenTrade>& open_trades() const { return trades_; }
  uint64_t CountOpenTradesOf(uint64_t member) const;
  const std::set<std::string>& tax_ids() const { return tax_ids_; }
  // By id.
  const std::map<std::string, ApiKey>& api_keys() const { return api_keys_; }

  // By id, and whether there ever was one.
  const std::map<std::string, Webhook>& webhooks() const { return webhooks_; }
  bool had_webhooks() const { return had_webhooks_; }

  // The newest state digest and its sequence, and what was touched since.
  const Digest& digest() const { return digest_; }
  uint64_t digest_sequence() const { return digest_sequence_; }
  uint64_t digest_members() const { return digest_members_; }
  using Numbers = absl::flat_hash_set<uint64_t>;
  const Numbers& touched_accounts() const { return touched_accounts_; }
  const Numbers& touched_trades() const { return touched_trades_; }
  const std::set<std::string>& touched_tax_ids() const {
    return touched_tax_ids_;
  }
  const std::set<std::string>& touched_api_keys() const {
    return touched_api_keys_;
  }

  const std::set<uint64_t>& touched_statuses() const {
    return touched_statuses_;
  }
  bool touched_policies() const { return touched_policies_; }
  const std::set<std::string>& touched_webhooks() const {
    return touched_webhooks_;
  }

 private:
  void On(uint64_t, const NetworkCreated&) {}
  void On(uint64_t sequence, const MemberCreated& event);
  void On(uint64_t sequence, const CreditLineSet& event);
  void On(uint64_t sequence, const TradeCreated& event);
  void On(uint64_t sequence, const TradeAccepted& event);
  void On(uint64_t sequence, const TradeDeclined& event);
  void On(uint64_t, const TradeReversed&) {}
  void On(uint64_t sequence, const TradeAuthorised& event);
  void On(uint64_t sequence, const HoldSettled& event);
  void On(uint64_t, const HoldReleased& event) { Close(event.trade); }
  void On(uint64_t, const HoldExpired& event) { Close(event.trade); }
  void On(uint64_t, const TradeWithdrawn& event) { Close(event.trade); }
  void On(uint64_t, const RequestRefused&) {}
  void On(uint64_t, const HeadKeySet&) {}
  void On(uint64_t, const RecoveryAccepted&) {}
  void On(uint64_t sequence, const StateDigested& event);
  void On(uint64_t sequence, const ApiKeyCreated& event);
  void On(uint64_t sequence, const ApiKeyRevoked& event);
  void On(uint64_t, const MemberStatusSet& event) {
    touched_statuses_.insert(event.member);
  }
  void On(uint64_t, const PoliciesSet&) { touched_policies_ = true; }
  void On(uint64_t sequence, const WebhookCreated& event);
  void On(uint64_t sequence, const WebhookStateSet& event);
  void AppendApiKeys(std::string* rows) const;
  void AppendWebhooks(std::string* rows) const;
  void Close(uint64_t trade);
  Digest Compute() const;

  const AccountBook& accounts_;
  const PolicyBook& policies_;
  const MemberBook& member_book_;
  Findings& findings_;
  const uint64_t digest_interval_;

  std::map<uint64_t, Member> members_;
  std::map<uint64_t, OpenTrade> trades_;
  std::set<std::string> tax_ids_;
  std::map<std::string, ApiKey> api_keys_;
  std::map<std::string, Webhook> webhooks_;
  bool had_webhooks_ = false;

  Digest digest_;
  uint64_t digest_sequence_ = 0;
  uint64_t missed_ = 0;  // Where a digest was missing, to say so once.
  uint64_t digest_members_ = 0;
  Numbers touched_accounts_;
  Numbers touched_trades_;
  std::set<std::string> touched_tax_ids_;
  std::set<std::string> touched_api_keys_;
  bool touched_policies_ = false;
  std::set<uint64_t> touched_statuses_;
  std::set<std::string> touched_webhooks_;
};

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_STATE_BOOK_H_
