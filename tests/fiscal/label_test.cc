#include "fiscal/label.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "fiscal/siren.h"
#include "fiscal/utf8.h"

namespace skontro::fiscal {
namespace {

TEST(LabelTest, PlainTextStaysAsItIs) {
  for (const char* text :
       {"Garage Martin SARL", "Réglement 60% en unités", "A = B + C",
        "O'Neill & Fils", "日本", "a;b", "\"q\"", "'", ""}) {
    EXPECT_EQ(CleanLabel(text), text);
  }
}

TEST(LabelTest, SeparatorsLineEndsAndNoBreakSpacesBecomeOneBlank) {
  EXPECT_EQ(CleanLabel("a\tb|c\r\nd\xC2\xA0"
                       "e\xE2\x80\xAF"
                       "f\x01g\x7Fh"),
            "a b c d e f g h");
  EXPECT_EQ(CleanLabel("a\xC2\x85"
                       "b\xE2\x80\xA8"
                       "c\xE2\x80\xA9"
                       "d"),
            "a b c d");
  EXPECT_EQ(CleanLabel(" \t a  |  b \n "), "a b");
  EXPECT_EQ(CleanLabel(std::string("a\0b", 3)), "a b");
  EXPECT_EQ(CleanLabel("|\t|"), "");
}

TEST(LabelTest, AFormulaIsMadeHarmless) {
  EXPECT_EQ(CleanLabel("=1+1"), "'=1+1");
  EXPECT_EQ(CleanLabel("+33 1"), "'+33 1");
  EXPECT_EQ(CleanLabel("-5"), "'-5");
  EXPECT_EQ(CleanLabel("@SUM(A1)"), "'@SUM(A1)");
  EXPECT_EQ(CleanLabel("\t =cmd|' /C calc'!A0"), "'=cmd ' /C calc'!A0");
  EXPECT_EQ(CleanLabel("\xEF\xBC\x9D"
                       "1"),
            "'\xEF\xBC\x9D"
            "1");
  EXPECT_EQ(CleanLabel("\xE2\x80\x8B=1"), "'=1");  // Hidden behind no width.
}

TEST(LabelTest, MarksThatTurnTheDirectionAreLeftOut) {
  EXPECT_EQ(CleanLabel("a\xE2\x80\xAE"
                       "b\xEF\xBB\xBF"
                       "c"),
            "abc");
}

TEST(LabelTest, BytesThatAreNoTextBecomeQuestionMarks) {
  EXPECT_EQ(CleanLabel("Soci\xE9t\xE9"), "Soci?t?");
  EXPECT_EQ(CleanLabel("\xC0\xAF"), "??");
}

TEST(LabelTest, ALongTextIsCutBetweenCharacters) {
  EXPECT_EQ(CleanLabel("ééé", 5), "éé");
  EXPECT_EQ(CleanLabel("ab cd", 3), "ab");
  EXPECT_EQ(CleanLabel(std::string(1'000, 'x')).size(), kLabelLengthMax);
}

TEST(LabelTest, WhateverComesInACleanLabelIsSafeAndStaysTheSame) {
  const std::string kBytes =
      "=+-@\t|\r\n \xC2\xA0\xE2\x80\xAE\xA8"
      "aZé\"';";
  std::mt19937_64 random(5'124);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (size_t k = random() % 30; k > 0; --k) {
      text.push_back(kBytes[random() % kBytes.size()]);
    }
    const std::string clean = CleanLabel(text, 20);
    ASSERT_TRUE(IsPlainText(clean));
    ASSERT_LE(clean.size(), 20u);
    ASSERT_EQ(clean.find_first_of("\t|\r\n"), std::string::npos);
    ASSERT_EQ(clean.find("\xC2\xA0"), std::string::npos);
    ASSERT_TRUE(clean.empty() ||
                std::string("=+-@ ").find(clean[0]) == std::string::npos);
    ASSERT_EQ(CleanLabel(clean, 20), clean);
  }
}

TEST(LabelTest, AQuoteIsShortPlainText) {
  EXPECT_EQ(Quoted("a\x01"
                   "b\nc"),
            "a?b c");
  EXPECT_LE(Quoted(std::string(500, 'x')).size(), 80u);
  EXPECT_EQ(Quoted("\xFF"), "?");
}

TEST(Utf8Test, OnlyTheShortestFormOfACharacterIsOne) {
  EXPECT_TRUE(IsUtf8("aé日😀"));
  for (const char* text : {"\x80", "\xC3", "\xC0\x80", "\xE0\x80\x80",
                           "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF"}) {
    EXPECT_FALSE(IsUtf8(text));
  }
}

TEST(SirenTest, ASirenPassesTheLuhnCheck) {
  for (const char* siren :
       {"732829320", "404833048", "552100554", "356000000"}) {
    EXPECT_TRUE(IsSiren(siren)) << siren;
  }
  for (const char* text : {"732829321", "73282932", "7328293200", "",
                           "000000000", "73282932O", "732 829 320"}) {
    EXPECT_FALSE(IsSiren(text)) << text;
  }
}

TEST(SirenTest, NoDigitMayBeMistyped) {
  const std::string siren = "732829320";
  for (size_t i = 0; i < siren.size(); ++i) {
    for (char c = '0'; c <= '9'; ++c) {
      std::string typed = siren;
      typed[i] = c;
      EXPECT_EQ(IsSiren(typed), typed == siren) << typed;
    }
  }
}

}  // namespace
}  // namespace skontro::fiscal
