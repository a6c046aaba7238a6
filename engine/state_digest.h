// The digest of a state, as the journal holds it now and then: counts, the sum
// of all balances, and a SHA-256 over what was touched since the last one,
// chained to that one. Whoever replays the journal comes to the same digests or
// has found a difference. docs/journal_format.md has the bytes.
//
// Thread safety: none.

#ifndef SKONTRO_ENGINE_STATE_DIGEST_H_
#define SKONTRO_ENGINE_STATE_DIGEST_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "engine/event.h"
#include "ledger/digest.h"
#include "ledger/record.h"

namespace skontro::engine {

class State;

// The first record at or after each multiple of this is a state digest. Part of
// the format of the journal; only tests have another one.
inline constexpr uint64_t kDigestInterval = 65'536;

// What was touched since the newest state digest.
struct Touched {
  ledger::Digest digest{};           // Of that record; zeros before the first.
  Sequence since{};                  // Its sequence; 0 before the first.
  uint64_t member_count = 0;         // Members that there were then.
  std::vector<bool> accounts;        // By number - 1; absent is not touched.
  std::vector<TradeNumber> trades;   // Opened, held or ended since.
  std::vector<std::string> tax_ids;  // Taken since, as it came.
  std::set<std::string> api_keys;    // Made or changed since: their ids.
  std::set<std::string> webhooks;    // Made, changed or gone since: their ids.
  std::set<MemberNumber> statuses;   // Of members, changed since.
  bool policies = false;             // Set since.

  // Whether the account was touched; says that it was, or takes it back.
  bool Has(AccountId account) const;
  void Touch(AccountId account, bool touched = true);

  // Nothing is touched since the state digest `of_digest` at `sequence`.
  void Begin(const ledger::Digest& of_digest, Sequence sequence,
             uint64_t members);
};

// What a state digest says when it is the next record.
StateDigested DigestOf(const State& state);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_STATE_DIGEST_H_
