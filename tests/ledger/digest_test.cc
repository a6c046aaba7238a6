#include "ledger/digest.h"

#include <gtest/gtest.h>

#include <string>

namespace skontro::ledger {
namespace {

TEST(DigestTest, AgreesWithTheExamplesOfFips180) {
  struct Case {
    const char* what;
    std::string bytes;
    const char* digest;
  };
  const Case kCases[] = {
      {"nothing", "",
       "e3b0c44298fc1c149afbf4c8996fb924"
       "27ae41e4649b934ca495991b7852b855"},
      {"one block", "abc",
       "ba7816bf8f01cfea414140de5dae2223"
       "b00361a396177a9cb410ff61f20015ad"},
      {"two blocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039"
       "a33ce45964ff2167f6ecedd419db06c1"},
      {"a million times the letter a", std::string(1'000'000, 'a'),
       "cdc76e5c9914fb9281a1c7e284d73e67"
       "f1809a48a497200e046d39ccc7112cd0"},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.what);
    EXPECT_EQ(ToHex(HashOf(c.bytes)), c.digest);
  }
}

TEST(DigestTest, BytesMayBeAddedInPieces) {
  Sha256 hash;
  for (int round = 0; round < 3; ++round) {
    hash.Begin();
    for (const char* piece : {"a", "", "b", "c"}) hash.Add(piece);
    EXPECT_EQ(hash.Finish(), HashOf("abc"));
  }
}

TEST(DigestTest, AHashThatWasLeftHalfWayLeavesNothingBehind) {
  Sha256 hash;
  hash.Begin();
  hash.Add("half");
  hash.Begin();
  hash.Add("abc");
  EXPECT_EQ(hash.Finish(), HashOf("abc"));
}

TEST(DigestTest, ACommitmentIsTheHashOfSaltAndText) {
  EXPECT_EQ(CommitmentOf("0123456789abcdef", "Boulangerie Petit"),
            HashOf("0123456789abcdefBoulangerie Petit"));
  EXPECT_NE(CommitmentOf("0123456789abcdef", "Boulangerie Petit"),
            CommitmentOf("0123456789abcdeF", "Boulangerie Petit"));
}

TEST(DigestTest, ADigestIsReadFromItsBytes) {
  const Digest digest = HashOf("abc");
  EXPECT_EQ(BytesOf(digest).size(), 32U);
  EXPECT_EQ(DigestFromBytes(BytesOf(digest)), digest);
}

TEST(DigestDeathTest, OtherThan32BytesAreNoDigest) {
  EXPECT_DEATH(DigestFromBytes(std::string(31, 'x')), "broken invariant");
  EXPECT_DEATH(DigestFromBytes(std::string(33, 'x')), "broken invariant");
}

}  // namespace
}  // namespace skontro::ledger
