// A Store keeps ordered rows of bytes in families, and is the only thing of the
// ledger that touches a disk. It knows nothing of what the rows mean.
//
// Thread safety: every method may be called from any thread. Snapshots and
// iterators see one state for ever, whatever is written after; an iterator
// belongs to one thread.

#ifndef SKONTRO_LEDGER_STORAGE_STORE_H_
#define SKONTRO_LEDGER_STORAGE_STORE_H_

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace skontro::ledger {

// docs/journal_format.md says what is in each.
enum class Family : size_t {
  kJournal,
  kPersonal,
  kMeta,
  kAccount,
  kAccountEntry,
  kBookingDay,
  kRequest,
  kMember,
  kMemberId,
  kTaxId,
  kTrade,
  kTradeId,
  kTradeStep,
  kMemberTrade,
  kInvoice,
  kLimit,
  kTree,
  kHeadKey,
  kCheckpoint,
  kApiKey,
  kPolicies,
  kInvoiceNumber,
  kTradeState,
  kMemberStatus,
  kHold,
  kWebhook,
};

// The names on disk, in the order of the enum.
inline constexpr std::array<std::string_view, 26> kFamilyNames = {
    "journal",       "personal",       "meta",        "account",
    "account_entry", "booking_day",    "request",     "member",
    "member_id",     "tax_id",         "trade",       "trade_id",
    "trade_step",    "member_trade",   "invoice",     "limit",
    "tree",          "head_key",       "checkpoint",  "api_key",
    "policies",      "invoice_number", "trade_state", "member_status",
    "hold",          "webhook"};

// Rows to put and to delete, all of them or none, in this order.
class WriteBatch {
 public:
  struct Operation {
    Family family;
    std::string key;
    std::optional<std::string> value;  // Nothing deletes the row.
  };

  void Put(Family family, std::string key, std::string value) {
    operations_.push_back({family, std::move(key), std::move(value)});
  }
  void Delete(Family family, std::string key) {
    operations_.push_back({family, std::move(key), std::nullopt});
  }
  const std::vector<Operation>& operations() const { return operations_; }
  bool empty() const { return operations_.empty(); }

 private:
  std::vector<Operation> operations_;
};

// Walks the rows of one family in the order of their keys, as bytes compare.
class Iterator {
 public:
  virtual ~Iterator() = default;

  // Whether it stands on a row. False past either end and after an error.
  virtual bool Valid() const = 0;

  // Stand on the first row at or after `key`, or on the last at or before it.
  virtual void Seek(std::string_view key) = 0;
  virtual void SeekForPrev(std::string_view key) = 0;

  // REQUIRES: Valid().
  virtual void Next() = 0;
  virtual void Prev() = 0;

  // The row. The views end with the next move. REQUIRES: Valid().
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;

  // Not OK where the walk ended because a row could not be read.
  virtual absl::Status status() const = 0;
};

// One state of a store.
class Snapshot {
 public:
  virtual ~Snapshot() = default;

  // Returns the row, nullopt where there is none, or an error of the disk.
  virtual absl::StatusOr<std::optional<std::string>> Get(
      Family family, std::string_view key) const = 0;

  // Walks a family; stands nowhere yet. The snapshot must outlive it.
  virtual std::unique_ptr<Iterator> NewIterator(Family family) const = 0;
};

// When a write has to survive what.
enum class Durability {
  // Before Write() returns: a crash of the machine.
  kSynced,
  // After the next Flush(): a crash of the machine. Before it, a crash of the
  // process may lose it, together with every later kUnlogged write.
  kUnlogged,
};

class SortedRows;

class Store {
 public:
  virtual ~Store() = default;

  // Writes all rows or none. After an error nobody knows which: the caller may
  // not go on.
  virtual absl::Status Write(const WriteBatch& batch,
                             Durability durability) = 0;

  // Writes all of these rows or none, and they survive a crash of the machine
  // when it returns. For many rows at once: it costs less a row than Write(),
  // and more a call. After an error as Write().
  virtual absl::Status Ingest(const SortedRows& rows) = 0;

  // The state now.
  virtual std::shared_ptr<const Snapshot> GetSnapshot() const = 0;

  // Makes every earlier write survive a crash of the machine, all families
  // together.
  virtual absl::Status Flush() = 0;
};

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_STORAGE_STORE_H_
