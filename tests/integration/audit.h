// An Audit compares three tellings of a round: what the clients asked and were
// answered, what the server shows, and what a witness's own books make of it.
//
// It holds, whenever nobody is at work:
//   - what was answered is there, at the sequence of the answer;
//   - what is there was asked for, and by nobody who was told otherwise;
//   - what was not answered is there whole or not at all;
//   - no sequence is missing: each is an event or the record of a refusal or an
//     admission, as many as the answers say, or a state digest;
//   - the witness's books find no rule broken and have the same balances;
//   - time goes up with the sequence;
//   - once all is answered, each refusal was right at some moment at which it
//     could have been decided.
//
// Thread safety: none; one thread owns an Audit.

#ifndef SKONTRO_TESTS_INTEGRATION_AUDIT_H_
#define SKONTRO_TESTS_INTEGRATION_AUDIT_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/integration/books.h"
#include "tests/integration/call_log.h"
#include "tests/integration/load_plan.h"
#include "tests/integration/network_reader.h"

namespace skontro::integration {

// What a reader was shown while clients were at work: it must not be taken
// back.
struct Observation {
  int64_t member = 0;
  int64_t sequence = 0;
  int64_t balance = 0;
  int64_t postings = 0;
};

// How many state digests there are from sequence `after + 1` to `upto`, at
// least and at most: one at each multiple of 65,536, or right behind a group of
// up to 1,024 trades that is open there (docs/journal_format.md).
struct DigestCount {
  int64_t least = 0;
  int64_t most = 0;
};
DigestCount StateDigests(int64_t after, int64_t upto);

class Audit {
 public:
  // `books` are closed at the beginning of the round that `log` is of.
  Audit(const LoadPlan& plan, const CallLog& log, Books* books,
        Findings* findings);

  // Tells the books what the server shows, and compares.
  void Check(const SeenNetwork& seen,
             const std::vector<Observation>& observations);

  // How many of the trades that the server shows were made in this round.
  int64_t new_trades() const { return new_trades_; }
  // Records of refusals, once every call is answered.
  int64_t refusals() const { return refusals_; }

 private:
  using StepKey = std::pair<PlannedCall::Kind, std::string>;

  // What the answers say of how many records are no events.
  struct Others {
    int64_t refusals = 0;
    int64_t admissions = 0;
    int64_t possible = 0;  // Of calls without an answer.
  };

  void ReadEvents(const SeenNetwork& seen);
  void ReadTrade(const v1::Trade& trade);
  void AddEvent(BookEvent event, const google::protobuf::Timestamp* time);
  void CheckContent(const v1::Trade& trade, const PlannedTrade& planned);
  void CheckTimes();
  void CheckCalls(const SeenNetwork& seen);
  void CheckKnown(const PlannedCall& call, const CallLog::Slot& slot,
                  const SeenNetwork& seen);
  void CheckItem(const PlannedCall& call, size_t index, const ItemAnswer& item,
                 const SeenNetwork& seen);
  void CheckGroup(const PlannedCall& call, const CallLog::Slot& slot);
  void CountOthers(const PlannedCall& call, const CallLog::Slot& slot);
  void CheckAsked(const BookEvent& event);
  void CheckAccounts(const SeenNetwork& seen);
  void CheckObservations(const SeenNetwork& seen,
                         const std::vector<Observation>& observations);

  const LoadPlan& plan_;
  const CallLog& log_;
  Books& books_;
  Findings& findings_;
  std::map<int64_t, BookEvent> events_;  // By sequence.
  std::map<int64_t, int64_t> times_us_;
  std::map<std::string, int64_t> created_;  // Key of a trade to sequence.
  std::set<int64_t> answered_;              // Sequences of events.
  std::map<StepKey, std::vector<CallId>> steps_;
  Others others_;
  bool all_known_ = true;
  int64_t new_trades_ = 0;
  int64_t refusals_ = 0;
};

}  // namespace skontro::integration

#endif  // SKONTRO_TESTS_INTEGRATION_AUDIT_H_
