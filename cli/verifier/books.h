// Books checks what the records of a journal mean: that each follows from those
// before it by the rules of the network, without believing any of them. It
// holds the state that the rules need: limits and balances, members, trades,
// invoices.
//
// Keys that may be taken only once (request ids, ids, tax ids) are not kept
// here: row_sums.h and tail_keys.h see to them.
//
// Thread safety: none.

#ifndef SKONTRO_CLI_VERIFIER_BOOKS_H_
#define SKONTRO_CLI_VERIFIER_BOOKS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/verifier/account_book.h"
#include "cli/verifier/journal_reader.h"
#include "cli/verifier/member_book.h"
#include "cli/verifier/messages.h"
#include "cli/verifier/policy_book.h"
#include "cli/verifier/report.h"
#include "cli/verifier/state_book.h"
#include "cli/verifier/trade_book.h"

namespace skontro::verifier {

class Books {
 public:
  // `findings` must outlive the books. `digest_interval` is that of the format
  // but in tests.
  Books(Findings* findings, uint64_t digest_interval);

  // Checks the record and takes it over.
  // REQUIRES: called once for every record, in order.
  void Apply(const Frame& frame, const Record& record, const Event& event);

  const std::optional<NetworkCreated>& network() const { return network_; }
  const AccountBook& accounts() const { return accounts_; }
  const PolicyBook& policies() const { return policies_; }
  const MemberBook& members() const { return members_; }
  const StateBook& state() const { return state_; }
  const TradeBook& trades() const { return trades_; }
  uint64_t member_count() const { return member_count_; }
  uint64_t trade_count() const { return trades_.count(); }
  const std::vector<Recovery>& recoveries() const { return recoveries_; }

 private:
  // What a check of an event looks at.
  struct At {
    uint64_t sequence;
    const Record& record;
    const Frame& frame;
  };

  void Add(const At& at, const std::string& message) {
    findings_.Add(at.sequence, message);
  }

  void CheckKind(const At& at, RecordKind kind, const Event& event);
  void CheckDay(const At& at);
  void CheckRequest(const At& at, const Frame& frame, const Event& event);
  void CheckFollower(const At& at, const Frame& frame, const Event& event);
  void CheckNoEntries(const At& at, const char* what);
  void CheckArchived(const At& at, const Event& event);

  void On(const At& at, const NetworkCreated& event);
  void On(const At& at, const MemberCreated& event);
  void On(const At& at, const CreditLineSet& event);
  void On(const At& at, const TradeCreated& event);
  void On(const At& at, const TradeAccepted& event);
  void On(const At& at, const TradeDeclined& event);
  void On(const At& at, const TradeReversed& event);
  void On(const At& at, const RequestRefused& event);
  void On(const At& at, const HeadKeySet& event);
  void On(const At& at, const RecoveryAccepted& event);
  void On(const At& at, const StateDigested& event);
  void On(const At& at, const ApiKeyCreated& event);
  void On(const At& at, const ApiKeyRevoked& event);
  void On(const At& at, const PoliciesSet& event);
  void On(const At& at, const WebhookCreated& event);
  void On(const At& at, const WebhookStateSet& event);
  void On(const At& at, const MemberStatusSet& event);
  void On(const At& at, const TradeAuthorised& event);
  void On(const At& at, const HoldSettled& event);
  void On(const At& at, const HoldReleased& event);
  void On(const At& at, const HoldExpired& event);
  void On(const At& at, const TradeWithdrawn& event);

  Findings& findings_;
  AccountBook accounts_;
  PolicyBook policies_;
  MemberBook members_;
  TradeBook trades_;
  StateBook state_;
  std::optional<NetworkCreated> network_;
  std::vector<Recovery> recoveries_;
  uint64_t member_count_ = 0;
  uint64_t last_member_ = 0;
  std::optional<int32_t> last_day_;
  uint32_t group_count_ = 0;
  uint32_t group_left_ = 0;  // Records of the open group that are to come.
  std::string group_actor_;
};

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_BOOKS_H_
