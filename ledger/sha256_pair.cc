#include "ledger/sha256_pair.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace skontro::ledger {

#if defined(__x86_64__)
namespace {

constexpr size_t kBlock = 64;
constexpr size_t kLengthBytes = 8;

// FIPS 180-4, 4.2.2: what is added to the words, four rounds in a row.
alignas(16) constexpr std::array<uint32_t, 64> kRoundConstants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// FIPS 180-4, 5.3.3.
constexpr std::array<uint32_t, 8> kInitialWords = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

bool HasInstructions() {
  static const bool kHas = [] {
    unsigned eax = 0;
    unsigned ebx = 0;
    unsigned ecx = 0;
    unsigned edx = 0;
    constexpr unsigned kShaBit = 1U << 29;
    return __builtin_cpu_supports("sse4.1") != 0 &&
           __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 &&
           (ebx & kShaBit) != 0;
  }();
  return kHas;
}

#define SKONTRO_SHA __attribute__((target("sha,sse4.1"), always_inline))

// The state of one hash between two blocks, in the order of the instructions.
struct Words {
  __m128i abef;
  __m128i cdgh;
};

// One hash within a block.
struct Lane {
  Words words;
  __m128i schedule[4];  // The last sixteen words of the message.
};

SKONTRO_SHA inline Words InitialWords() {
  const auto* const words =
      reinterpret_cast<const __m128i*>(kInitialWords.data());
  const __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128(words), 0xB1);
  const __m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128(words + 1), 0x1B);
  return {_mm_alignr_epi8(cdab, hgfe, 8), _mm_blend_epi16(hgfe, cdab, 0xF0)};
}

SKONTRO_SHA inline Digest ToDigest(const Words& words) {
  const __m128i feba = _mm_shuffle_epi32(words.abef, 0x1B);
  const __m128i dchg = _mm_shuffle_epi32(words.cdgh, 0xB1);
  const __m128i big_endian =
      _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  Digest digest;
  auto* const out = reinterpret_cast<__m128i*>(digest.data());
  _mm_storeu_si128(
      out, _mm_shuffle_epi8(_mm_blend_epi16(feba, dchg, 0xF0), big_endian));
  _mm_storeu_si128(
      out + 1, _mm_shuffle_epi8(_mm_alignr_epi8(dchg, feba, 8), big_endian));
  return digest;
}

// Rounds 4 * group to 4 * group + 3.
SKONTRO_SHA inline void FourRounds(size_t group, const uint8_t* block,
                                   Lane* lane) {
  __m128i(&schedule)[4] = lane->schedule;
  __m128i& next = schedule[group % 4];
  if (group < 4) {
    const __m128i big_endian =
        _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    next = _mm_shuffle_epi8(
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(block) + group),
        big_endian);
  } else {
    const __m128i last = schedule[(group + 3) % 4];
    next = _mm_sha256msg1_epu32(next, schedule[(group + 1) % 4]);
    next = _mm_add_epi32(next,
                         _mm_alignr_epi8(last, schedule[(group + 2) % 4], 4));
    next = _mm_sha256msg2_epu32(next, last);
  }
  const __m128i sum = _mm_add_epi32(
      next,
      _mm_load_si128(reinterpret_cast<const __m128i*>(kRoundConstants.data()) +
                     group));
  Words& words = lane->words;
  words.cdgh = _mm_sha256rnds2_epu32(words.cdgh, words.abef, sum);
  words.abef = _mm_sha256rnds2_epu32(words.abef, words.cdgh,
                                     _mm_shuffle_epi32(sum, 0x0E));
}

SKONTRO_SHA inline void AddWords(const Words& before, Words* words) {
  words->abef = _mm_add_epi32(words->abef, before.abef);
  words->cdgh = _mm_add_epi32(words->cdgh, before.cdgh);
}

__attribute__((target("sha,sse4.1"))) void Compress(const uint8_t* block,
                                                    size_t blocks,
                                                    Words* words) {
  Lane lane{*words, {}};
  for (; blocks > 0; --blocks, block += kBlock) {
    const Words before = lane.words;
#pragma GCC unroll 16
    for (size_t group = 0; group < 16; ++group) {
      FourRounds(group, block, &lane);
    }
    AddWords(before, &lane.words);
  }
  *words = lane.words;
}

__attribute__((target("sha,sse4.1"))) void CompressBoth(const uint8_t* first,
                                                        const uint8_t* second,
                                                        size_t blocks,
                                                        Words* first_words,
                                                        Words* second_words) {
  Lane a{*first_words, {}};
  Lane b{*second_words, {}};
  for (; blocks > 0; --blocks, first += kBlock, second += kBlock) {
    const Words a_before = a.words;
    const Words b_before = b.words;
#pragma GCC unroll 16
    for (size_t group = 0; group < 16; ++group) {
      FourRounds(group, first, &a);
      FourRounds(group, second, &b);
    }
    AddWords(a_before, &a.words);
    AddWords(b_before, &b.words);
  }
  *first_words = a.words;
  *second_words = b.words;
}

// A message in blocks: the whole ones where they are, then what is left of it,
// padded (FIPS 180-4, 5.1.1).
class Blocks {
 public:
  explicit Blocks(std::string_view message)
      : whole_(reinterpret_cast<const uint8_t*>(message.data())),
        whole_count_(message.size() / kBlock) {
    const size_t rest = message.size() % kBlock;
    std::memcpy(rest_.data(), message.data() + whole_count_ * kBlock, rest);
    rest_[rest] = 0x80;
    rest_count_ = rest + 1 + kLengthBytes <= kBlock ? 1 : 2;
    const uint64_t bits = __builtin_bswap64(uint64_t{message.size()} * 8);
    std::memcpy(rest_.data() + rest_count_ * kBlock - kLengthBytes, &bits,
                sizeof(bits));
  }

  size_t count() const { return whole_count_ + rest_count_; }

  // Where the block `index` is, and how many lie in a row from there.
  const uint8_t* At(size_t index) const {
    return index < whole_count_
               ? whole_ + index * kBlock
               : rest_.data() + (index - whole_count_) * kBlock;
  }
  size_t RowFrom(size_t index) const {
    return index < whole_count_ ? whole_count_ - index : count() - index;
  }

 private:
  const uint8_t* const whole_;
  const size_t whole_count_;
  std::array<uint8_t, 2 * kBlock> rest_{};
  size_t rest_count_ = 0;
};

__attribute__((target("sha,sse4.1"))) DigestPair Hash(const Blocks& first,
                                                      const Blocks& second) {
  Words a = InitialWords();
  Words b = InitialWords();
  size_t done = 0;
  while (done < first.count() && done < second.count()) {
    const size_t row = std::min(first.RowFrom(done), second.RowFrom(done));
    CompressBoth(first.At(done), second.At(done), row, &a, &b);
    done += row;
  }
  const bool first_is_longer = first.count() > second.count();
  const Blocks& longer = first_is_longer ? first : second;
  while (done < longer.count()) {
    const size_t row = longer.RowFrom(done);
    Compress(longer.At(done), row, first_is_longer ? &a : &b);
    done += row;
  }
  return {ToDigest(a), ToDigest(b)};
}

#undef SKONTRO_SHA

}  // namespace
#endif

DigestPair HashPair(std::string_view first, std::string_view second) {
#if defined(__x86_64__)
  if (HasInstructions()) return Hash(Blocks(first), Blocks(second));
#endif
  return {HashOf(first), HashOf(second)};
}

}  // namespace skontro::ledger
