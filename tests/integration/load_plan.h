// A LoadPlan says what the clients of one network will ask: each call is a pure
// function of the seed and its place, and never depends on an answer. So a call
// whose answer was lost can be made again from its place alone, by any client,
// in any order, after any number of crashes.
//
// A round is a fixed number of calls per client. Calls of a round refer to
// trades of the same round and of the one before.
//
// Thread safety: const methods from any thread.

#ifndef SKONTRO_TESTS_INTEGRATION_LOAD_PLAN_H_
#define SKONTRO_TESTS_INTEGRATION_LOAD_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/integration/dice.h"

namespace skontro::integration {

// The place of a call.
struct CallId {
  int64_t round = 0;
  int64_t client = 0;
  int64_t index = 0;
};

// The place of a trade: in which call, and which of its trades.
struct TradeKey {
  CallId call;
  int64_t item = 0;
};

struct PlannedTrade {
  // Names the trade among all of the plan. Travels as its description, and as
  // the request id where the trade is a request of its own.
  std::string key;
  std::string trade_id;  // Empty: the server chooses.
  int64_t seller = 0;    // Numbers of members.
  int64_t buyer = 0;
  bool buyer_pays = false;
  int64_t units = 0;
  int64_t cash = 0;
  std::string invoice;  // The number; empty for a trade without.
  int32_t invoice_year = 0;
};

struct PlannedCall {
  enum class Kind {
    kCreate,  // One trade.
    kBatch,   // Many, each for itself.
    kGroup,   // Many, all or none.
    kAccept,  // These three are about `trade_id`.
    kDecline,
    kReverse,
    kSetLimits,  // Of `member`.
    kAdmit,      // The member `member_id`.
  };
  Kind kind = Kind::kCreate;
  CallId id;
  std::string request_id;  // Of kBatch: none; each of its trades has its own.
  std::vector<PlannedTrade> trades;
  std::string trade_id;
  int64_t member = 0;
  int64_t credit_line = 0;
  int64_t balance_limit = 0;  // 0 leaves it as it is.
  std::string member_id;
};

class LoadPlan {
 public:
  struct Options {
    uint64_t seed = 0;
    int64_t clients = 6;
    int64_t calls = 150;  // Of each client in a round.
    int64_t members = 24;
  };

  // What an account starts with.
  static constexpr int64_t kDefaultCreditLine = 100'000;
  static constexpr int64_t kDefaultBalanceLimit = 200'000;

  explicit LoadPlan(const Options& options) : options_(options) {}

  const Options& options() const { return options_; }

  PlannedCall Call(const CallId& id) const;

  // Where the trade with this key is planned; nullopt for a key that is none.
  static std::optional<TradeKey> Find(std::string_view key);
  // The same for a request id.
  static std::optional<CallId> FindCall(std::string_view request_id);

 private:
  PlannedCall::Kind KindOf(const CallId& id) const;
  PlannedTrade NewTrade(const TradeKey& key, bool plain, Dice* dice) const;
  std::string Target(const CallId& id, bool paid_too, Dice* dice) const;

  const Options options_;
};

}  // namespace skontro::integration

#endif  // SKONTRO_TESTS_INTEGRATION_LOAD_PLAN_H_
