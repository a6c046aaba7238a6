// A Scene writes the journal of a small network and the rows of its projections
// from docs/journal_format.md, with code of its own, and lets a test plant a
// defect at any depth: in what a record says, in the bytes of a batch, in a
// row.

#ifndef SKONTRO_TESTS_CLI_VERIFIER_SCENE_H_
#define SKONTRO_TESTS_CLI_VERIFIER_SCENE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/cli/verifier/memory_source.h"
#include "tests/cli/verifier/message.h"

namespace skontro::verifier {

// Field numbers of `Event`.
enum EventNumber {
  kNetworkCreated = 1,
  kMemberCreated,
  kCreditLineSet,
  kTradeCreated,
  kTradeAccepted,
  kTradeDeclined,
  kTradeReversed,
  kRequestRefused,
  kHeadKeySet,
  kRecoveryAccepted,
  kStateDigested,
  kApiKeyCreated,
  kApiKeyRevoked,
  kPoliciesSet,
  kTradeAuthorised,
  kHoldSettled,
  kHoldReleased,
  kHoldExpired,
  kTradeWithdrawn,
  kMemberStatusSet = 30,
  kWebhookCreated = 40,
  kWebhookStateSet = 41,
};

// A record before it is bytes. Entries and commitments are repeated fields of
// `record`, and their balances are filled in by Write().
struct Draft {
  uint16_t kind = 2;
  int64_t time_us = 0;
  Message record;  // Everything but the event.
  int event_number = 0;
  Message event;
  std::string after_event;  // Bytes behind it in `Event`.
  // Text field to salt and text: rows of `personal`.
  std::map<uint32_t, std::string> texts;
};

// A frame and a batch before they are bytes. What is absent is computed.
struct FrameBytes {
  uint16_t kind = 0;
  uint16_t zero = 0;
  std::optional<uint32_t> length;
  int64_t time_us = 0;
  uint32_t crc_xor = 0;
  std::string payload;
  std::optional<std::string> digest;
};

struct BatchBytes {
  std::optional<std::string> key;
  std::string magic = "SKJB";
  uint16_t version = 1;
  uint16_t zero = 0;
  std::string uid;
  uint64_t epoch = 0;
  std::optional<std::string> id;
  uint64_t first = 0;
  std::optional<uint32_t> count;
  std::optional<uint32_t> length;
  std::optional<std::string> previous;
  uint32_t crc_xor = 0;
  std::vector<FrameBytes> frames;
  std::string behind;  // Bytes after the last frame.
};

// Changes batches before they are written.
using Plant = std::function<void(std::vector<BatchBytes>&)>;

class Scene {
 public:
  // The standard scene, see scene.cc; every check of the verifier has something
  // to look at in it.
  Scene();

  // Appends a record with an event; `same_batch` puts it behind the one before.
  Draft& Append(int event_number, const Message& event,
                bool same_batch = false);

  // The record at `sequence`.
  Draft& at(uint64_t sequence) { return drafts_[sequence - 1]; }
  uint64_t last() const { return drafts_.size(); }

  // Takes off all records behind `last`.
  void CutBehind(uint64_t last);

  // All families: the journal, personal rows, and the projections of records up
  // to `projected`, which is all of them if absent.
  Store Write(std::optional<uint64_t> projected = std::nullopt,
              const Plant& plant = nullptr);

  // Whether Write() computes the balances of postings. True at first.
  bool fills_balances = true;

 private:
  void AppendParties();
  void AppendTrades();
  void AppendSteps();
  void FillBalances();
  std::vector<BatchBytes> Batches() const;

  std::vector<Draft> drafts_;
  std::vector<size_t> batch_sizes_;
};

// Sequences of the standard scene.
inline constexpr uint64_t kAlice = 2;     // Member 1, account 1.
inline constexpr uint64_t kBob = 3;       // Member 2, account 2.
inline constexpr uint64_t kLimits = 4;    // Of Alice.
inline constexpr uint64_t kPaid = 5;      // Bob pays Alice 300.
inline constexpr uint64_t kProposed = 6;  // Bob asks Alice for 120.
inline constexpr uint64_t kRefused = 7;
inline constexpr uint64_t kAccepted = 8;   // Of kProposed.
inline constexpr uint64_t kOffered = 9;    // Alice asks Bob for 50.
inline constexpr uint64_t kDeclined = 10;  // Of kOffered.
inline constexpr uint64_t kReversed = 11;  // Of kPaid.
inline constexpr uint64_t kGroup = 12;     // Three of one request, to 14.
inline constexpr uint64_t kLast = 14;

// Parts of a record.
Message MakePosting(uint64_t account, int64_t minor_units);
Message MakeEntry(uint32_t kind, uint64_t trade, uint64_t from, uint64_t to,
                  int64_t units);
Message MakeTrade(uint64_t seller, uint64_t buyer, int initiator,
                  int64_t units);
Message MakeFreedInvoice(uint64_t seller, int year, const std::string& number);

// The rows of the projections, as the records up to `projected` make them.
Store ProjectRows(const std::vector<Draft>& drafts, uint64_t projected);

// The rows of the family `tree` over the records up to `projected` in the rows
// of the family `journal`.
Rows TreeRows(const Rows& journal, uint64_t projected);

// Batches as rows of the family `journal`.
Rows WriteBatches(const std::vector<BatchBytes>& batches);

std::string Big(uint64_t number, int bytes);
std::string Sha256Of(const std::string& bytes);

inline const std::string kUid = "network-uid-0001";
inline const std::string kHeadKey(32, 'k');
inline const std::string kActor = "operator/local";

}  // namespace skontro::verifier

#endif  // SKONTRO_TESTS_CLI_VERIFIER_SCENE_H_
