// Heads and proofs from the server as receipts, and the files that hold them
// and keys.
//
// Thread safety: functions of a Session; see there.

#ifndef SKONTRO_CLI_HEAD_FILE_H_
#define SKONTRO_CLI_HEAD_FILE_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/receipt_file.h"
#include "cli/session.h"
#include "skontro/v1/audit_service.pb.h"

namespace skontro::cli {

// What the server says of a head. kBroken if it is not of its form.
absl::StatusOr<verifier::SignedHead> HeadOf(const v1::TreeHead& wire);

// Hashes of a proof. kBroken if they are not of their form.
absl::StatusOr<std::vector<verifier::Digest>> HashesOf(
    const google::protobuf::RepeatedPtrField<std::string>& wire);

// A hash of the server's. kBroken if it is none.
absl::StatusOr<verifier::Digest> HashOf(const std::string& wire);

// Reads the receipt or head in the file at `path`; a usage failure that names
// the file where it holds none.
absl::StatusOr<ReceiptFile> ReadReceiptFile(const std::string& path);

// The public key that `text` is: 64 hexadecimal digits, or else the path of a
// file that holds them or the key in PEM.
absl::StatusOr<std::string> ReadPublicKey(const std::string& text);

// A public key as PEM, and as OpenSSL reads it.
std::string PublicKeyPem(std::string_view public_key);

// Has the server prove that the head in the file `older_path` is the beginning
// of that of `receipt`, and adds the proof. kBroken if the books that the
// server shows do not go on from the older head.
absl::Status AddOlder(Session& session, const std::string& older_path,
                      ReceiptFile* receipt);

// Writes the receipt to a new file, or where `path` is empty to the standard
// output. A local failure if there is a file already: nobody wants a receipt to
// be overwritten.
absl::Status WriteReceiptFile(Session& session, const std::string& path,
                              const ReceiptFile& receipt);

// The head for people, line by line.
std::vector<std::pair<std::string, std::string>> HeadLines(
    const verifier::SignedHead& head);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_HEAD_FILE_H_
