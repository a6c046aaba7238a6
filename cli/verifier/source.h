// A Source is one unchanging view of the rows of one network: whatever is
// written meanwhile, every call sees the same rows. The verifier reads nothing
// else, so whoever can show rows can have them verified: a directory opened for
// reading, the snapshot of a running server, a map in a test.
//
// In the view, the families other than `journal` and `personal` must be exactly
// as they were when `meta`/`projected` had the value that it has in the view.
//
// Thread safety: the methods of a Source may be called from several threads at
// once where VerifyOptions::threads says so; one thread uses a Cursor.

#ifndef SKONTRO_CLI_VERIFIER_SOURCE_H_
#define SKONTRO_CLI_VERIFIER_SOURCE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace skontro::verifier {

// Walks the rows of one family once, in ascending order of their keys, compared
// byte by byte.
class Cursor {
 public:
  Cursor() = default;
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  virtual ~Cursor() = default;

  // Whether the cursor is at a row. False past the last one, and for good as
  // soon as a row could not be read: status() tells which.
  virtual bool Valid() const = 0;

  // Goes to the next row. REQUIRES: Valid().
  virtual void Next() = 0;

  // The row. Until Next(). REQUIRES: Valid().
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;

  // OK, or why the rows from here on cannot be read: DATA_LOSS if they are
  // damaged.
  virtual absl::Status status() const = 0;
};

struct Row {
  std::string key;
  std::string value;
};

class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  // Every family that there is, known to the verifier or not.
  virtual std::vector<std::string> Families() const = 0;

  // A cursor at the first row. The source outlives it.
  // REQUIRES: `family` is one of Families(), here and below.
  virtual std::unique_ptr<Cursor> Scan(std::string_view family) = 0;

  // The value at `key`, or nullopt if there is none.
  virtual absl::StatusOr<std::optional<std::string>> Get(
      std::string_view family, std::string_view key) = 0;

  // The row with the greatest key, or nullopt if there is none.
  virtual absl::StatusOr<std::optional<Row>> Last(std::string_view family) = 0;
};

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_SOURCE_H_
