// A Projector rebuilds the projections: it says which rows each record makes,
// by the table in docs/journal_format.md. It believes the records; books.h does
// not.
//
// Thread safety: none.

#ifndef SKONTRO_CLI_VERIFIER_PROJECTOR_H_
#define SKONTRO_CLI_VERIFIER_PROJECTOR_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "cli/verifier/journal_reader.h"
#include "cli/verifier/messages.h"
#include "cli/verifier/row_sink.h"

namespace skontro::verifier {

class Projector {
 public:
  // Gives `sink` every row that the record makes, but those of the family
  // `account`. REQUIRES: called once for every record, in order.
  void Project(const Frame& frame, const Record& record, const Event& event,
               RowSink* sink);

  // Gives `sink` the rows of the family `account` as they are now: one for each
  // account that has a posting.
  void ProjectAccounts(uint64_t sequence, RowSink* sink) const;

 private:
  struct Account {
    int64_t balance = 0;
    uint64_t posting_count = 0;
    uint64_t member = 0;
  };
  // Where the rows of a record go, and what they have in common.
  struct Out {
    const Frame& frame;
    const Record& record;
    RowSink& sink;
    std::string& buffer;  // For one value after another.

    template <class M>
    void Put(Family family, const std::string& key, const M& row) const;
    void PutNumber(Family family, const std::string& key, uint64_t value) const;
    void PutStep(uint64_t trade, uint32_t state) const;
    void PutState(uint64_t trade, uint32_t state) const;
    void PutHolds(const std::optional<HoldsAfter>& holds) const;
    void EraseOpen(uint64_t trade) const;
    void EraseInvoice(const std::optional<InvoiceKey>& key,
                      uint64_t trade) const;
  };

  void ProjectDay(const Out& out);
  void ProjectEntries(const Out& out);
  static void ProjectRequest(const Out& out, const Event& event);

  static void ProjectEvent(const Out& out, const NetworkCreated& event);
  void ProjectEvent(const Out& out, const MemberCreated& event);
  void ProjectEvent(const Out& out, const CreditLineSet& event);
  void ProjectEvent(const Out& out, const TradeCreated& event);
  void ProjectEvent(const Out& out, const TradeAccepted& event);
  void ProjectEvent(const Out& out, const TradeDeclined& event);
  void ProjectEvent(const Out& out, const TradeReversed& event);
  static void ProjectEvent(const Out& out, const TradeAuthorised& event);
  static void ProjectEvent(const Out& out, const HoldSettled& event);
  static void ProjectEvent(const Out& out, const HoldReleased& event);
  static void ProjectEvent(const Out& out, const HoldExpired& event);
  static void ProjectEvent(const Out& out, const TradeWithdrawn& event);
  void ProjectEvent(const Out&, const RequestRefused&) {}
  static void ProjectEvent(const Out& out, const HeadKeySet& event);
  void ProjectEvent(const Out&, const RecoveryAccepted&) {}
  void ProjectEvent(const Out&, const StateDigested&) {}
  static void ProjectEvent(const Out& out, const ApiKeyCreated& event);
  static void ProjectEvent(const Out& out, const ApiKeyRevoked& event);
  static void ProjectEvent(const Out& out, const PoliciesSet& event);
  static void ProjectEvent(const Out& out, const WebhookCreated& event);
  static void ProjectEvent(const Out& out, const WebhookStateSet& event);
  static void ProjectEvent(const Out& out, const MemberStatusSet& event);

  std::string buffer_;
  absl::flat_hash_map<uint64_t, Account> accounts_;
  std::optional<int32_t> last_day_;
};

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_PROJECTOR_H_
