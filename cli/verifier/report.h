// A Report is what a verification found about one network.
//
// Thread safety: values.

#ifndef SKONTRO_CLI_VERIFIER_REPORT_H_
#define SKONTRO_CLI_VERIFIER_REPORT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/verifier/hashes.h"

namespace skontro::verifier {

enum class Verdict {
  kOk,          // All that there is was checked, and it holds.
  kIncomplete,  // What was checked holds, but not all could be checked.
  kBroken,      // Something does not hold: see the findings.
};

// One thing that does not hold.
struct Finding {
  uint64_t sequence = 0;  // Where it shows; 0 if at no record.
  std::string message;    // Printable ASCII, with the values.
};

// A record that says that an operator accepted a loss.
struct Recovery {
  uint64_t sequence = 0;
  int64_t time_us = 0;
  uint64_t anchored_sequence = 0;  // 0 if there was no anchor to read.
  uint64_t stored_sequence = 0;    // What the store held then.
  // The anchor was of the record before, and of another one.
  bool another_history = false;
  std::string reason = {};  // Empty if the text was erased.
  std::string author = {};  // The same.
};

// The first findings, and how many there are in all.
class Findings {
 public:
  static constexpr size_t kKeptMax = 100;

  void Add(uint64_t sequence, std::string message) {
    ++count_;
    if (kept_.size() < kKeptMax) {
      kept_.push_back({sequence, std::move(message)});
    }
  }

  const std::vector<Finding>& kept() const { return kept_; }
  uint64_t count() const { return count_; }

 private:
  std::vector<Finding> kept_;
  uint64_t count_ = 0;
};

// How many rows of a family were compared with what the journal gives.
struct FamilyRows {
  std::string family;
  uint64_t rows = 0;
};

struct Report {
  // Of the genesis; empty or zero if there is none that can be read.
  std::string network_id;
  std::string network_uid;  // 16 bytes.
  std::string unit_code;
  uint32_t unit_decimals = 0;

  // The journal: how many records hold, and where it ends. Sequence and digest
  // are to be compared with a receipt: a journal that was cut at its end holds
  // in itself.
  uint64_t records = 0;
  uint64_t last_sequence = 0;
  Digest last_digest;

  // The newest sequence that the projections include.
  uint64_t projected = 0;
  std::vector<FamilyRows> compared;

  // The books.
  __int128 balances_sum = 0;
  uint64_t accounts = 0;
  uint64_t members = 0;
  uint64_t trades = 0;

  // Personal texts that match their commitments, and those that were erased.
  uint64_t personal_rows = 0;
  uint64_t personal_erased = 0;

  // The losses that were accepted. What was lost before them is not here, and
  // was not checked.
  std::vector<Recovery> recoveries;

  // What was not checked, one sentence each.
  std::vector<std::string> not_checked;

  std::vector<Finding> findings;  // The first Findings::kKeptMax.
  uint64_t finding_count = 0;

  bool incomplete() const { return !not_checked.empty(); }
  Verdict verdict() const;
};

// "OK", "INCOMPLETE" or "BROKEN".
std::string_view NameOf(Verdict verdict);

// One JSON object, in ASCII, without a line feed at the end. Bytes are in
// hexadecimal; the sum of balances is a string, since it may need 128 bits.
std::string ToJson(const Report& report);

// For a person: some lines of at most 80 columns, but for the findings.
std::string ToText(const Report& report);

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_REPORT_H_
