#include "cli/verifier/hashes.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace skontro::verifier {
namespace {

// kCrcTables[k][b]: what byte b contributes when k more bytes follow it.
using CrcTables = std::array<std::array<uint32_t, 256>, 8>;

constexpr CrcTables MakeCrcTables() {
  constexpr uint32_t kCastagnoliReflected = 0x82f63b78;
  CrcTables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) {
      crc = crc >> 1 ^ (crc & 1 ? kCastagnoliReflected : 0);
    }
    tables[0][byte] = crc;
  }
  for (size_t k = 1; k < tables.size(); ++k) {
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t before = tables[k - 1][byte];
      tables[k][byte] = before >> 8 ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

constexpr CrcTables kCrcTables = MakeCrcTables();

static_assert(std::endian::native == std::endian::little,
              "the hashes below read words as the processor does");

uint64_t ReadLittle64(const char* bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

uint32_t ExtendCrc(uint32_t crc, std::string_view bytes) {
  while (bytes.size() >= 8) {
    const uint64_t word = ReadLittle64(bytes.data()) ^ crc;
    crc = 0;
    for (size_t i = 0; i < 8; ++i) {
      crc ^= kCrcTables[7 - i][word >> (8 * i) & 0xff];
    }
    bytes.remove_prefix(8);
  }
  for (const char c : bytes) {
    crc = crc >> 8 ^ kCrcTables[0][(crc ^ static_cast<uint32_t>(c)) & 0xff];
  }
  return crc;
}

[[noreturn]] void StopWithoutHash(const char* what) {
  std::fprintf(stderr, "cannot verify: OpenSSL has no %s\n", what);
  std::abort();
}

}  // namespace

uint32_t Crc32c(std::initializer_list<std::string_view> parts) {
  uint32_t crc = 0xffffffff;
  for (const std::string_view part : parts) crc = ExtendCrc(crc, part);
  return crc ^ 0xffffffff;
}

Digest DigestOf32(std::string_view bytes) {
  Digest digest;
  std::copy_n(bytes.data(), digest.bytes.size(), digest.bytes.data());
  return digest;
}

struct Sha256::Context {
  EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();

  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() {
    EVP_MD_CTX_free(context);
    EVP_MD_free(algorithm);
  }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  if (context_->algorithm == nullptr || context_->context == nullptr) {
    StopWithoutHash("SHA-256");
  }
}

Sha256::~Sha256() = default;

Digest Sha256::Of(std::initializer_list<std::string_view> parts) {
  EVP_MD_CTX* context = context_->context;
  bool done = EVP_DigestInit_ex2(context, context_->algorithm, nullptr) == 1;
  for (const std::string_view part : parts) {
    done = done && EVP_DigestUpdate(context, part.data(), part.size()) == 1;
  }
  Digest digest;
  auto* bytes = reinterpret_cast<unsigned char*>(digest.bytes.data());
  done = done && EVP_DigestFinal_ex(context, bytes, nullptr) == 1;
  if (!done) StopWithoutHash("SHA-256");
  return digest;
}

SipKey RandomSipKey() {
  SipKey key;
  static_assert(sizeof(key) == 16);
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&key), sizeof(key)) != 1) {
    StopWithoutHash("random numbers");
  }
  return key;
}

namespace {

struct SipState {
  uint64_t v0, v1, v2, v3;

  void Rounds(int count) {
    for (int i = 0; i < count; ++i) {
      v0 += v1;
      v1 = std::rotl(v1, 13) ^ v0;
      v0 = std::rotl(v0, 32);
      v2 += v3;
      v3 = std::rotl(v3, 16) ^ v2;
      v0 += v3;
      v3 = std::rotl(v3, 21) ^ v0;
      v2 += v1;
      v1 = std::rotl(v1, 17) ^ v2;
      v2 = std::rotl(v2, 32);
    }
  }

  void Take(uint64_t word) {
    v3 ^= word;
    Rounds(2);
    v0 ^= word;
  }

  uint64_t Sum() const { return v0 ^ v1 ^ v2 ^ v3; }
};

}  // namespace

unsigned __int128 SipHash128(const SipKey& key, std::string_view bytes) {
  SipState state = {
      .v0 = key.low ^ 0x736f6d6570736575,
      .v1 = key.high ^ 0x646f72616e646f6d ^ 0xee,
      .v2 = key.low ^ 0x6c7967656e657261,
      .v3 = key.high ^ 0x7465646279746573,
  };
  uint64_t last = static_cast<uint64_t>(bytes.size()) << 56;
  while (bytes.size() >= 8) {
    state.Take(ReadLittle64(bytes.data()));
    bytes.remove_prefix(8);
  }
  for (size_t i = 0; i < bytes.size(); ++i) {
    last |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[i]))
            << (8 * i);
  }
  state.Take(last);
  state.v2 ^= 0xee;
  state.Rounds(4);
  const uint64_t low = state.Sum();
  state.v1 ^= 0xdd;
  state.Rounds(4);
  return static_cast<unsigned __int128>(state.Sum()) << 64 | low;
}

}  // namespace skontro::verifier
