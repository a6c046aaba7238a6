// A receipt or a head as a file: one JSON object whose members are texts,
// numbers and lists of texts. docs/journal_format.md lists them. Bytes are
// lower-case hexadecimal. Whoever has such a file and the network's public key
// needs nothing else.
//
// Thread safety: pure functions.

#ifndef SKONTRO_CLI_RECEIPT_FILE_H_
#define SKONTRO_CLI_RECEIPT_FILE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/verifier/receipt.h"

namespace skontro::cli {

struct ReceiptFile {
  // A record and the proof that it is in the tree of `head`; absent in the file
  // of a head alone.
  struct Record {
    uint64_t sequence = 0;
    verifier::Digest digest;
    std::vector<verifier::Digest> proof;
  };
  // The proof that an older tree is the beginning of the tree of `head`.
  struct Older {
    uint64_t tree_size = 0;
    verifier::Digest root;
    std::vector<verifier::Digest> proof;
  };

  std::optional<Record> record;
  verifier::SignedHead head;
  std::optional<Older> older;
};

// A file may have this many bytes: more than two proofs of 65 hashes take.
inline constexpr size_t kReceiptBytesMax = 64 * 1024;

std::string WriteReceipt(const ReceiptFile& receipt);

// What is in `text`. A usage failure where it is no receipt: a member that is
// missing, there twice, not known, or not of its form.
absl::StatusOr<ReceiptFile> ParseReceipt(std::string_view text);

// Checks everything in `receipt` against the public key: OK or DATA_LOSS.
absl::Status CheckReceipt(const ReceiptFile& receipt,
                          std::string_view public_key);

// Checks that the head of `receipt`, which was checked, goes on from `older`:
// of the same network, and by the proof that the receipt has for it. The older
// head may be signed with `older_key`. OK, DATA_LOSS, or INVALID_ARGUMENT where
// the receipt has no proof for that head.
absl::Status CheckGoesOn(const ReceiptFile& receipt,
                         const verifier::SignedHead& older,
                         std::string_view older_key);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_RECEIPT_FILE_H_
