#include "ledger/big_endian.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

namespace skontro::ledger {
namespace {

template <typename T>
std::string Bytes(T value) {
  std::string out;
  AppendBigEndian(&out, value);
  return out;
}

std::string Ordered(int32_t value) {
  std::string out;
  AppendOrdered(&out, value);
  return out;
}

template <typename T>
class BigEndianTest : public testing::Test {};

using Widths = testing::Types<uint8_t, uint16_t, uint32_t, uint64_t, int16_t,
                              int32_t, int64_t>;
TYPED_TEST_SUITE(BigEndianTest, Widths);

TYPED_TEST(BigEndianTest, WhatIsWrittenIsReadBack) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 10'000; ++i) {
    const auto value = static_cast<TypeParam>(random() >> (random() % 64));
    ASSERT_EQ(Bytes(value).size(), sizeof(TypeParam));
    ASSERT_EQ(ReadBigEndian<TypeParam>(Bytes(value) + "rest"), value);
  }
}

TYPED_TEST(BigEndianTest, UnsignedNumbersSortAsBytesDo) {
  using Unsigned = std::make_unsigned_t<TypeParam>;
  std::mt19937_64 random(2);
  for (int i = 0; i < 10'000; ++i) {
    const auto a = static_cast<Unsigned>(random() >> (random() % 64));
    const auto b = static_cast<Unsigned>(random() >> (random() % 64));
    ASSERT_EQ(a < b, Bytes(a) < Bytes(b)) << +a << " " << +b;
  }
}

TEST(BigEndianBytesTest, TheMostSignificantByteIsFirst) {
  EXPECT_EQ(Bytes(uint32_t{0x01020304}), "\x01\x02\x03\x04");
  EXPECT_EQ(Bytes(int16_t{-2}), "\xff\xfe");
  EXPECT_EQ(Bytes(INT64_MIN), std::string("\x80\0\0\0\0\0\0\0", 8));
}

TEST(BigEndianBytesTest, DaysBeforeAndAfter1970SortAsDaysDo) {
  EXPECT_EQ(Ordered(0), std::string("\x80\0\0\0", 4));
  EXPECT_LT(Ordered(INT32_MIN), Ordered(-1));
  EXPECT_LT(Ordered(-1), Ordered(0));
  EXPECT_LT(Ordered(0), Ordered(INT32_MAX));
  std::mt19937_64 random(3);
  for (int i = 0; i < 10'000; ++i) {
    const auto a = static_cast<int32_t>(random()) >> (random() % 32);
    const auto b = static_cast<int32_t>(random()) >> (random() % 32);
    ASSERT_EQ(a < b, Ordered(a) < Ordered(b)) << a << " " << b;
    ASSERT_EQ(ReadOrdered(Ordered(a)), a);
  }
}

TEST(BigEndianDeathTest, ReadingPastTheEndStopsTheProcess) {
  EXPECT_DEATH(ReadBigEndian<uint32_t>("abc"), "broken invariant");
  EXPECT_DEATH(ReadOrdered(""), "broken invariant");
}

}  // namespace
}  // namespace skontro::ledger
