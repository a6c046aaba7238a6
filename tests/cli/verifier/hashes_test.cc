#include "cli/verifier/hashes.h"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <string>

#include "cli/verifier/bytes.h"

namespace skontro::verifier {
namespace {

TEST(HashesTest, Crc32cOfKnownTexts) {
  // RFC 3720, B.4.
  EXPECT_EQ(Crc32c({std::string(32, '\0')}), 0x8a9136aau);
  EXPECT_EQ(Crc32c({std::string(32, '\xff')}), 0x62a8ab43u);
  std::string rising;
  for (char c = 0; c < 32; ++c) rising.push_back(c);
  EXPECT_EQ(Crc32c({rising}), 0x46dd794eu);
  EXPECT_EQ(Crc32c({"123456789"}), 0xe3069283u);
  EXPECT_EQ(Crc32c({}), 0u);
}

TEST(HashesTest, Crc32cOfPartsIsThatOfTheWhole) {
  const std::string text = "units go round in a barter network";
  for (size_t at = 0; at <= text.size(); ++at) {
    EXPECT_EQ(Crc32c({text.substr(0, at), text.substr(at)}), Crc32c({text}));
  }
}

TEST(HashesTest, Sha256OfKnownTexts) {
  // FIPS 180-4.
  Sha256 sha256;
  EXPECT_EQ(Hex(sha256.Of({"abc"}).view()),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hex(sha256.Of({"a", "", "bc"}).view()),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hex(sha256.Of({}).view()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

std::string SipHashByOpenSsl(const SipKey& key, const std::string& text) {
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "SIPHASH", nullptr);
  EVP_MAC_CTX* context = EVP_MAC_CTX_new(mac);
  size_t size = 16;
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
      OSSL_PARAM_construct_end()};
  std::string result(16, '\0');
  EXPECT_EQ(EVP_MAC_init(context, reinterpret_cast<const unsigned char*>(&key),
                         sizeof(key), params),
            1);
  EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(text.data()),
                 text.size());
  size_t length = 0;
  EVP_MAC_final(context, reinterpret_cast<unsigned char*>(result.data()),
                &length, result.size());
  EXPECT_EQ(length, 16u);
  EVP_MAC_CTX_free(context);
  EVP_MAC_free(mac);
  return result;
}

TEST(HashesTest, SipHashIsThatOfOpenSsl) {
  const SipKey key = RandomSipKey();
  std::string text;
  for (int i = 0; i < 40; ++i) {
    const unsigned __int128 hash = SipHash128(key, text);
    std::string bytes;
    for (int shift = 0; shift < 128; shift += 8) {
      bytes.push_back(static_cast<char>(hash >> shift & 0xff));
    }
    EXPECT_EQ(Hex(bytes), Hex(SipHashByOpenSsl(key, text))) << i;
    text.push_back(static_cast<char>(i * 37));
  }
}

TEST(HashesTest, KeysDiffer) {
  EXPECT_NE(RandomSipKey().low, RandomSipKey().low);
}

}  // namespace
}  // namespace skontro::verifier
