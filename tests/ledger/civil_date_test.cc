#include "ledger/civil_date.h"

#include <gtest/gtest.h>

#include <string>

namespace skontro::ledger {
namespace {

using std::string_literals::operator""s;

CivilDate Day(const char* text) { return ParseDate(text).value(); }

// The calendar as one learns it at school.
bool IsLeapYear(int year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}
int DaysOfMonth(int year, int month) {
  if (month == 2) return IsLeapYear(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

TEST(CivilDateTest, DaysAreCountedFrom1970) {
  EXPECT_EQ(Day("1970-01-01").days(), 0);
  EXPECT_EQ(Day("1969-12-31").days(), -1);
  EXPECT_EQ(Day("2000-03-01").days(), 11'017);
  EXPECT_EQ(Day("9999-12-31").days(), 2'932'896);
}

TEST(CivilDateTest, EveryDayOfTwoCenturiesIsReadAndWritten) {
  int32_t days = Day("1900-01-01").days();
  for (int year = 1900; year <= 2100; ++year) {
    for (int month = 1; month <= 12; ++month) {
      for (int day = 1; day <= DaysOfMonth(year, month); ++day, ++days) {
        const CivilDate date = CivilDate::FromDays(days);
        ASSERT_EQ(date, CivilDate::From(std::chrono::year_month_day(
                            std::chrono::year(year),
                            std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day)))));
        const std::string text = FormatDate(date);
        ASSERT_EQ(std::stoi(text.substr(0, 4)), year) << text;
        ASSERT_EQ(std::stoi(text.substr(5, 2)), month) << text;
        ASSERT_EQ(std::stoi(text.substr(8, 2)), day) << text;
        ASSERT_EQ(ParseDate(text).value(), date) << text;
      }
    }
  }
  EXPECT_EQ(days, Day("2101-01-01").days());
}

TEST(CivilDateTest, OnlyLeapYearsHaveA29thOfFebruary) {
  for (int year = 1900; year <= 2400; ++year) {
    EXPECT_EQ(ParseDate(std::to_string(year) + "-02-29").ok(), IsLeapYear(year))
        << year;
  }
}

TEST(CivilDateTest, DatesAreFrom1900To9999) {
  EXPECT_FALSE(ParseDate("1899-12-31").ok());
  EXPECT_TRUE(ParseDate("1900-01-01").ok());
  EXPECT_TRUE(ParseDate("9999-12-31").ok());
  EXPECT_FALSE(ParseDate("10000-01-01").ok());
  EXPECT_FALSE(ParseDate("0000-01-01").ok());
}

TEST(CivilDateTest, AnotherFormOrADayThatDoesNotExistIsRefused) {
  const std::string kTexts[] = {"",           "2026-1-1",    "2026/01/01",
                                "20260101",   " 2026-01-01", "2026-01-01 ",
                                "2026-13-01", "2026-00-10",  "2026-01-00",
                                "2026-04-31", "2026-01-32",  "-026-01-01",
                                "+026-01-01", "2026-01-0a",  "2026-0x-01",
                                "01.01.2026", "2026-01-01T", "2026-01-1\0"s,
                                "2026--1-01", "2026-01--1",  "٢٠٢٦-٠١-٠١"};
  for (const std::string& text : kTexts) {
    SCOPED_TRACE(text);
    EXPECT_EQ(ParseDate(text).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST(CivilDateTest, NoDateIsBeforeEveryDate) {
  EXPECT_FALSE(CivilDate().has_value());
  EXPECT_EQ(FormatDate(CivilDate()), "");
  EXPECT_LT(CivilDate(), CivilDate::FromDays(INT32_MIN + 1));
  EXPECT_LT(CivilDate(), Day("1900-01-01"));
}

TEST(CivilDateTest, DatesCompareAsTheCalendarDoes) {
  EXPECT_LT(Day("1969-12-31"), Day("1970-01-01"));
  EXPECT_LT(Day("2025-12-31"), Day("2026-01-01"));
  EXPECT_EQ(Day("2026-01-01"), Day("2026-01-01"));
}

TEST(CivilDateDeathTest, NoDateHasNoCalendarDay) {
  EXPECT_DEATH(CivilDate().ymd(), "broken invariant");
}

TEST(CivilDateDeathTest, ADayThatDoesNotExistStopsTheProcess) {
  using std::chrono::February;
  EXPECT_DEATH(CivilDate::From(std::chrono::year(2026) / February / 29),
               "broken invariant");
}

}  // namespace
}  // namespace skontro::ledger
