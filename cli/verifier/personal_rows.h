// PersonalRows compares the commitments of records with the rows of the family
// `personal`. A row that is gone was erased; one that does not match was
// changed.
//
// Thread safety: none.

#ifndef SKONTRO_CLI_VERIFIER_PERSONAL_ROWS_H_
#define SKONTRO_CLI_VERIFIER_PERSONAL_ROWS_H_

#include <cstdint>

#include "cli/verifier/account_book.h"
#include "cli/verifier/hashes.h"
#include "cli/verifier/journal_reader.h"
#include "cli/verifier/messages.h"
#include "cli/verifier/report.h"
#include "cli/verifier/row_sink.h"
#include "cli/verifier/source.h"

namespace skontro::verifier {

class PersonalRows {
 public:
  // All must outlive this. `accounts` says whose an account is. With
  // `can_look_up` false the source has no family `personal`.
  PersonalRows(Source* source, bool can_look_up, const AccountBook* accounts,
               Findings* findings)
      : source_(*source),
        can_look_up_(can_look_up),
        accounts_(*accounts),
        findings_(*findings) {}

  // Checks that the commitments are of texts that the event has, and that the
  // rows that are there match. Gives `sink` the key of each row that is there.
  void Check(const Frame& frame, const Record& record, const Event& event,
             RowSink* sink);

  uint64_t matching() const { return matching_; }
  uint64_t erased() const { return erased_; }

 private:
  void CheckRow(const Frame& frame, const Commitment& commitment,
                RowSink* sink);

  Source& source_;
  const bool can_look_up_;
  const AccountBook& accounts_;
  Findings& findings_;
  Sha256 sha256_;
  uint64_t matching_ = 0;
  uint64_t erased_ = 0;
};

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_PERSONAL_ROWS_H_
