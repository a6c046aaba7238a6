#include "ledger/sha256_pair.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace skontro::ledger {
namespace {

std::string RandomBytes(size_t count, std::mt19937_64* random) {
  std::string bytes;
  while (bytes.size() < count) {
    bytes.push_back(static_cast<char>((*random)() & 0xff));
  }
  return bytes;
}

TEST(Sha256PairTest, BothAgreeWithTheExamplesOfFips180) {
  const DigestPair digests = HashPair(
      "abc", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq");
  EXPECT_EQ(ToHex(digests.first),
            "ba7816bf8f01cfea414140de5dae2223"
            "b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(ToHex(digests.second),
            "248d6a61d20638b8e5c026930c3e6039"
            "a33ce45964ff2167f6ecedd419db06c1");
}

// Where the padding goes depends on both lengths: up to three blocks each.
TEST(Sha256PairTest, EveryPairOfLengthsGivesWhatOneAfterTheOtherGives) {
  std::mt19937_64 random(20'261'128);
  const std::string bytes = RandomBytes(400, &random);
  for (size_t a = 0; a <= 192; ++a) {
    const std::string_view first = std::string_view(bytes).substr(1, a);
    const Digest wanted = HashOf(first);
    for (const size_t b : {0U, 1U, 55U, 56U, 63U, 64U, 65U, 119U, 120U, 128U,
                           129U, 183U, 184U, 192U}) {
      const std::string_view second =
          std::string_view(bytes).substr(203 - b, b);
      const DigestPair digests = HashPair(first, second);
      ASSERT_EQ(digests.first, wanted) << a << " and " << b;
      ASSERT_EQ(digests.second, HashOf(second)) << a << " and " << b;
    }
  }
}

TEST(Sha256PairTest, LongMessagesAreHashedToTheirEnds) {
  std::mt19937_64 random(7);
  for (const size_t size : {4'096U, 65'535U, 1'000'000U}) {
    const std::string first = RandomBytes(size, &random);
    const std::string second = RandomBytes(size / 3, &random);
    const DigestPair digests = HashPair(first, second);
    EXPECT_EQ(digests.first, HashOf(first));
    EXPECT_EQ(digests.second, HashOf(second));
    EXPECT_EQ(HashPair(second, first).second, digests.first);
  }
}

}  // namespace
}  // namespace skontro::ledger
