#include "ledger/crc32c.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace skontro::ledger {
namespace {

// The 48 bytes of an iSCSI command from RFC 3720, appendix B.4.
std::string IscsiReadCommand() {
  std::string bytes(48, '\0');
  bytes[0] = 0x01;
  bytes[1] = static_cast<char>(0xc0);
  bytes[16] = 0x14;
  bytes[22] = 0x04;
  bytes[27] = 0x14;
  bytes[31] = 0x18;
  bytes[32] = 0x28;
  bytes[40] = 0x02;
  return bytes;
}

std::string CountingUp() {
  std::string bytes;
  for (char c = 0; c < 32; ++c) bytes.push_back(c);
  return bytes;
}

std::string CountingDown() {
  const std::string up = CountingUp();
  return {up.rbegin(), up.rend()};
}

TEST(Crc32cTest, AgreesWithTheExamplesOfRfc3720) {
  struct Case {
    const char* what;
    std::string bytes;
    uint32_t crc;
  };
  // The RFC writes the bytes in the order of the wire, least significant first.
  const Case kCases[] = {
      {"32 bytes of zeroes", std::string(32, '\0'), 0x8a9136aa},
      {"32 bytes of ones", std::string(32, '\xff'), 0x62a8ab43},
      {"32 bytes counting up", CountingUp(), 0x46dd794e},
      {"32 bytes counting down", CountingDown(), 0x113fdb5c},
      {"an iSCSI read command", IscsiReadCommand(), 0xd9963a56},
      {"the check of the catalogue", "123456789", 0xe3069283},
      {"nothing", "", 0},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.what);
    EXPECT_EQ(Crc32c(c.bytes), c.crc);
    EXPECT_EQ(internal::PortableCrc32c(c.bytes, {}), c.crc);
  }
}

TEST(Crc32cTest, TheInstructionAndTheTableAgree) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 2'000; ++i) {
    std::string bytes(random() % 300, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    // At any alignment, and split anywhere.
    const std::string_view all =
        std::string_view(bytes).substr(random() % (bytes.size() + 1));
    const size_t split = random() % (all.size() + 1);
    const uint32_t crc = internal::PortableCrc32c(all, {});
    ASSERT_EQ(Crc32c(all), crc);
    ASSERT_EQ(Crc32c(all.substr(0, split), all.substr(split)), crc);
    ASSERT_EQ(internal::PortableCrc32c(all.substr(0, split), all.substr(split)),
              crc);
  }
}

TEST(Crc32cTest, EveryFlippedBitIsNoticed) {
  const std::string bytes = IscsiReadCommand();
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    EXPECT_NE(Crc32c(flipped), Crc32c(bytes)) << bit;
  }
}

}  // namespace
}  // namespace skontro::ledger
