#include "ledger/signed_head.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"

namespace skontro::ledger {
namespace {

TreeHead AnyHead() {
  TreeHead head;
  head.uid = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  head.network_id = "res";
  head.size = 258;
  head.root = HashOf("root");
  head.time_us = 1'767'225'600'000'000;
  return head;
}

SigningKey KeyOf(char byte) {
  return SigningKey::FromSeed(std::string(32, byte));
}

std::string Hex(const HeadKey& key) {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(key.data()), key.size()));
}

// RFC 8032, section 7.1, test 1.
TEST(SignedHeadTest, KeysAreThoseOfRfc8032) {
  const SigningKey key = SigningKey::FromSeed(absl::HexStringToBytes(
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  EXPECT_EQ(Hex(key.public_key()),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
}

TEST(SignedHeadTest, WhatIsSignedIsWrittenDown) {
  const std::string bytes = HeadBytes(AnyHead());
  EXPECT_EQ(absl::BytesToHexString(absl::string_view(bytes.data(), 40)),
            "736b6f6e74726f207472656520686561642031"  // skontro tree head 1
            "0a"
            "0102030405060708090a0b0c0d0e0f10"
            "03726573");
  EXPECT_EQ(absl::BytesToHexString(absl::string_view(bytes.data() + 40, 8)),
            "0000000000000102");
  EXPECT_EQ(bytes.substr(48, 32), BytesOf(HashOf("root")));
  EXPECT_EQ(bytes.size(), 88U);
}

TEST(SignedHeadTest, AHeadIsBelievedAsItWasSigned) {
  const SigningKey key = KeyOf('a');
  const SignedHead head = key.Sign(AnyHead());
  EXPECT_EQ(head.signature.size(), kHeadSignatureLength);
  EXPECT_TRUE(VerifyHead(head, key.public_key()));
  EXPECT_EQ(key.Sign(AnyHead()).signature, head.signature);
}

TEST(SignedHeadTest, AHeadThatWasChangedIsNotBelieved) {
  const SigningKey key = KeyOf('a');
  const std::function<void(SignedHead&)> kChanges[] = {
      [](SignedHead& head) { head.head.uid[15] ^= 1; },
      [](SignedHead& head) { head.head.network_id = "ret"; },
      [](SignedHead& head) { head.head.network_id = "re"; },
      [](SignedHead& head) { ++head.head.size; },
      [](SignedHead& head) { head.head.root[0] ^= 1; },
      [](SignedHead& head) { --head.head.time_us; },
      [](SignedHead& head) { head.key_id[31] ^= 1; },
      [](SignedHead& head) { head.signature[63] ^= 1; },
      [](SignedHead& head) { head.signature.pop_back(); },
      [](SignedHead& head) { head.signature.clear(); },
  };
  for (const auto& change : kChanges) {
    SignedHead head = key.Sign(AnyHead());
    change(head);
    EXPECT_FALSE(VerifyHead(head, key.public_key()));
  }
}

TEST(SignedHeadTest, AHeadOfAnotherKeyIsNotBelieved) {
  SignedHead head = KeyOf('a').Sign(AnyHead());
  EXPECT_FALSE(VerifyHead(head, KeyOf('b').public_key()));
  head.key_id = KeyOf('b').id();
  EXPECT_FALSE(VerifyHead(head, KeyOf('b').public_key()));
}

TEST(SignedHeadTest, AKeyComesBackFromPem) {
  const SigningKey key = KeyOf('a');
  const std::string pem = key.ToPem();
  EXPECT_EQ(pem.rfind("-----BEGIN PRIVATE KEY-----\n", 0), 0U) << pem;
  const absl::StatusOr<SigningKey> back = SigningKey::FromPem(pem);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->id(), key.id());
  EXPECT_TRUE(VerifyHead(back->Sign(AnyHead()), key.public_key()));
}

TEST(SignedHeadTest, WhatIsNoSecretKeyOfEd25519IsRefused) {
  const std::string pem = KeyOf('a').ToPem();
  const std::string other_algorithm =  // X25519, by OpenSSL.
      "-----BEGIN PRIVATE KEY-----\n"
      "MC4CAQAwBQYDK2VuBCIEIGFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh\n"
      "-----END PRIVATE KEY-----\n";
  for (const std::string& bad :
       {std::string(), std::string("key"), pem.substr(0, pem.size() / 2),
        other_algorithm}) {
    EXPECT_EQ(SigningKey::FromPem(bad).status().code(),
              absl::StatusCode::kInvalidArgument)
        << bad;
  }
}

}  // namespace
}  // namespace skontro::ledger
