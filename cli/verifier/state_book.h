// A StateBook holds what a server holds in memory to decide: members, accounts,
// trades that are proposed. It checks the state digests of the journal against
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
#include "cli/verifier/messages.h"
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
  // A trade that is proposed.
  struct OpenTrade {
    std::string id;
    uint64_t seller = 0;
    uint64_t buyer = 0;
    int64_t units = 0;
    InvoiceKey invoice;  // Without a number if there is none.
  };

  // A key of a client.
  struct ApiKey {
    ApiKeyCreated created;
    int64_t expire_time_us = 0;
    bool revoked = false;
  };

  // Both must outlive the book.
  StateBook(const AccountBook* accounts, uint64_t digest_interval,
            Findings* findings)
      : accounts_(*accounts),
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
  const std::set<std::string>& tax_ids() const { return tax_ids_; }
  // By id.
  const std::map<std::string, ApiKey>& api_keys() const { return api_keys_; }

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

 private:
  void On(uint64_t, const NetworkCreated&) {}
  void On(uint64_t sequence, const MemberCreated& event);
  void On(uint64_t sequence, const CreditLineSet& event);
  void On(uint64_t sequence, const TradeCreated& event);
  void On(uint64_t sequence, const TradeAccepted& event);
  void On(uint64_t sequence, const TradeDeclined& event);
  void On(uint64_t, const TradeReversed&) {}
  void On(uint64_t, const RequestRefused&) {}
  void On(uint64_t, const HeadKeySet&) {}
  void On(uint64_t, const RecoveryAccepted&) {}
  void On(uint64_t sequence, const StateDigested& event);
  void On(uint64_t sequence, const ApiKeyCreated& event);
  void On(uint64_t sequence, const ApiKeyRevoked& event);
  void AppendApiKeys(std::string* rows) const;
  void Close(uint64_t trade);
  Digest Compute() const;

  const AccountBook& accounts_;
  Findings& findings_;
  const uint64_t digest_interval_;

  std::map<uint64_t, Member> members_;
  std::map<uint64_t, OpenTrade> trades_;
  std::set<std::string> tax_ids_;
  std::map<std::string, ApiKey> api_keys_;

  Digest digest_;
  uint64_t digest_sequence_ = 0;
  uint64_t missed_ = 0;  // Where a digest was missing, to say so once.
  uint64_t digest_members_ = 0;
  Numbers touched_accounts_;
  Numbers touched_trades_;
  std::set<std::string> touched_tax_ids_;
  std::set<std::string> touched_api_keys_;
};

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_STATE_BOOK_H_
