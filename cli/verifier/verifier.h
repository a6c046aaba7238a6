// Verify() reads a network's journal and says whether the books can be
// believed, without trusting the code that wrote them: nothing here is shared
// with the ledger, the engine or the server, not even the decoder of the
// records. What it knows about the bytes is docs/journal_format.md.
//
// Checked, for every record: checksums, times and the chain of digests; that
// entries balance, that each balance is what the record says, and that all
// balances add up to zero; the limits in force, at every settlement and
// reversal; the life of every trade and invoice and the amounts in them;
// numbers without gaps, and ids, tax ids and request ids that are taken once
// only; personal texts against their commitments. Then the projections are
// rebuilt up to their watermark and compared, every row of every family.
//
// Not checked, since the journal alone cannot show it: whether records are
// missing at its end. Compare the last sequence and digest with a receipt.
//
// Cost: one pass over every family, in order, several at once if there are
// threads for it, and one look-up for each personal text; a second pass only
// where rows differ. About 32 bytes of memory for each trade, 45 for each
// invoice in a trade that is proposed or settled, 130 for each account, and 40
// for each request id above the watermark: 10 million trades with an invoice
// each take 0.8 GB, without any 0.35 GB.

#ifndef SKONTRO_CLI_VERIFIER_VERIFIER_H_
#define SKONTRO_CLI_VERIFIER_VERIFIER_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "cli/verifier/report.h"
#include "cli/verifier/source.h"
#include "cli/verifier/state_book.h"

namespace skontro::verifier {

struct Progress {
  uint64_t records = 0;        // Read so far.
  uint64_t records_total = 0;  // That the journal has in this view.
  uint64_t rows = 0;           // Rows of projections read so far.
};

// Called on the calling thread; false cancels.
using OnProgress = std::function<bool(const Progress&)>;

struct VerifyOptions {
  // The id that the genesis must have; empty for any.
  std::string network_id = {};

  // The source holds journal and personal texts only, as a journal file does:
  // the other families are not missed.
  bool journal_only = false;

  // How many threads read rows at once. What is found does not depend on it.
  int threads = 1;

  // Progress is told at the start, after as many records or rows, and at the
  // end.
  uint64_t progress_interval = 65'536;

  // That of the format; only tests have another one.
  uint64_t digest_interval = kDigestInterval;
};

// Verifies what `source` shows. Findings do not fail the call, and neither does
// damage: they are in the report. A cancelled verification returns what it
// found until then, and says in `not_checked` that it was cancelled.
//
// FAILED_PRECONDITION if the store has a format newer than this program: use a
// newer one. `on_progress` may be empty.
absl::StatusOr<Report> Verify(Source* source, const VerifyOptions& options,
                              const OnProgress& on_progress);

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_VERIFIER_H_
