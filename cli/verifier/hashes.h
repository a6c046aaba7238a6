// The hashes of the journal, and one of the verifier's own: CRC-32C, which
// notices rot; SHA-256, which notices tampering; and SipHash, which compares
// heaps of rows without keeping them.

#ifndef SKONTRO_CLI_VERIFIER_HASHES_H_
#define SKONTRO_CLI_VERIFIER_HASHES_H_

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string_view>

namespace skontro::verifier {

// CRC-32C (Castagnoli) of the parts, one after another.
uint32_t Crc32c(std::initializer_list<std::string_view> parts);

struct Digest {
  std::array<char, 32> bytes{};

  std::string_view view() const { return {bytes.data(), bytes.size()}; }

  friend bool operator==(const Digest&, const Digest&) = default;
};

// The digest in 32 bytes. REQUIRES: there are 32.
Digest DigestOf32(std::string_view bytes);

// SHA-256 by OpenSSL. Holds what OpenSSL wants to be made once.
// Thread safety: none.
class Sha256 {
 public:
  Sha256();
  ~Sha256();

  // SHA-256 of the parts, one after another. Stops the process if OpenSSL has
  // no SHA-256 or no memory: nothing can be verified then.
  Digest Of(std::initializer_list<std::string_view> parts);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

struct SipKey {
  uint64_t low = 0;
  uint64_t high = 0;
};

// A key that nobody else knows.
SipKey RandomSipKey();

// SipHash-2-4 with 128 bits of result: without the key, nobody can choose rows
// whose hashes add up to those of other rows.
unsigned __int128 SipHash128(const SipKey& key, std::string_view bytes);

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_HASHES_H_
