// SHA-256 digests, as the hash chain and the commitments use them.
//
// Thread safety: a Sha256 belongs to one thread; the functions are pure.

#ifndef SKONTRO_LEDGER_DIGEST_H_
#define SKONTRO_LEDGER_DIGEST_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace skontro::ledger {

using Digest = std::array<uint8_t, 32>;

// The digest as a view of its 32 bytes, or as 64 lower-case hex digits.
std::string_view BytesOf(const Digest& digest);
std::string ToHex(const Digest& digest);

// The digest in `bytes`. REQUIRES: 32 bytes.
Digest DigestFromBytes(std::string_view bytes);

// One hash after another with one context, which is what makes short inputs
// cheap.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  // Begins a hash, whatever was there before.
  void Begin();
  void Add(std::string_view bytes);
  Digest Finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// The digest of `bytes`.
Digest HashOf(std::string_view bytes);

// What a record says of a row of personal data: SHA-256 over salt and text.
Digest CommitmentOf(std::string_view salt, std::string_view text);

}  // namespace skontro::ledger

#endif  // SKONTRO_LEDGER_DIGEST_H_
