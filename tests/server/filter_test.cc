#include "server/filter.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "ledger/base/limits.h"
#include "server/order_by.h"
#include "server/text_fold.h"

namespace skontro::server {
namespace {

enum Field : int { kState, kUnits, kDay, kTime, kSeller, kTrade, kNote, kCode };

constexpr std::array<std::pair<std::string_view, int64_t>, 2> kStates = {
    {{"OPEN", 1}, {"PAID", 2}}};
const std::vector<FilterField> kFields = {
    {kState, "state", FieldKind::kChoice, kStates},
    {kUnits, "units.minor_units", FieldKind::kNumber},
    {kDay, "day", FieldKind::kDate},
    {kTime, "time", FieldKind::kTime},
    {kSeller, "seller", FieldKind::kMember},
    {kTrade, "trade", FieldKind::kTrade},
    {kNote, "note", FieldKind::kText},
    {kCode, "code", FieldKind::kCode}};

// A row of the list; what is not there is not known.
struct Row {
  std::map<int, int64_t> numbers;
  std::map<int, std::string> texts;
};

Truth Ask(const Row& row, const Comparison& comparison) {
  const int field = comparison.field == kAnyText ? kNote : comparison.field;
  if (field == kNote || field == kCode || field == kSeller || field == kTrade) {
    const auto text = row.texts.find(field);
    if (text == row.texts.end()) return Truth::kUnknown;
    return field == kNote ? CompareText(comparison, text->second)
                          : CompareExactly(comparison, text->second);
  }
  const auto number = row.numbers.find(field);
  if (number == row.numbers.end()) return Truth::kUnknown;
  return Compare(comparison, number->second);
}

Filter MustParse(const std::string& text) {
  Form form;
  Filter filter = Filter::Parse(text, kFields, "res", &form);
  EXPECT_TRUE(form.ok()) << text << ": "
                         << MetadataOf(form.refusals()[0], "allowed");
  return filter;
}

Truth TruthIn(const std::string& text, const Row& row) {
  return MustParse(text).Test(
      [&](const Comparison& comparison) { return Ask(row, comparison); });
}

// What is told of a filter that cannot be read: the value and what is allowed.
std::pair<std::string, std::string> Told(const std::string& text) {
  Form form;
  EXPECT_TRUE(Filter::Parse(text, kFields, "res", &form).empty()) << text;
  if (form.refusals().size() != 1) {
    ADD_FAILURE() << form.refusals().size() << " refusals of " << text;
    return {};
  }
  const Refusal& refusal = form.refusals()[0];
  EXPECT_EQ(refusal.reason, Reason::kFieldInvalid);
  EXPECT_EQ(MetadataOf(refusal, "field"), "filter");
  return {std::string(MetadataOf(refusal, "value")),
          std::string(MetadataOf(refusal, "allowed"))};
}

const Row kRow = {
    {{kState, 1}, {kUnits, -7200}, {kDay, 20'543}, {kTime, 1'000}},
    {{kSeller, "imprimerie"},
     {kTrade, "t5"},
     {kNote, "Étiquettes d'été"},
     {kCode, "AB"}}};

TEST(FilterTest, AnEmptyFilterLetsEverythingPass) {
  EXPECT_TRUE(MustParse("").empty());
  EXPECT_TRUE(MustParse("   ").empty());
  EXPECT_EQ(TruthIn("", kRow), Truth::kTrue);
}

TEST(FilterTest, EachKindOfFieldIsCompared) {
  const char* const pass[] = {
      "state = OPEN",
      "state=open",
      "state != PAID",
      "units.minor_units = -7200",
      "units.minor_units < -7199",
      "units.minor_units <= -7200",
      "units.minor_units>-7201",
      "units.minor_units >= -7200",
      "day = 2026-03-31",
      "day > 2026-03-30",
      "day < \"2026-04-01\"",
      "time = 1970-01-01T00:00:00.001Z",
      "time < 1970-01-01T01:00:00.002+01:00",
      "seller = imprimerie",
      "seller = networks/res/members/imprimerie",
      "seller = 'networks/res/members/imprimerie'",
      "trade = t5",
      "trade != networks/res/trades/t6",
      "note = \"étiquettes D'ÉTÉ\"",
      "note : etiquettes",
      "note:\"d'ete\"",
      "note:'d\\'été'",
      "note != etiquettes",
      "code = AB",
      "code != ab",
      "etiquettes",
      "\"D'Été\"",
  };
  for (const char* text : pass) {
    EXPECT_EQ(TruthIn(text, kRow), Truth::kTrue) << text;
    EXPECT_EQ(TruthIn(absl::StrCat("NOT ", text), kRow), Truth::kFalse) << text;
    EXPECT_EQ(TruthIn(absl::StrCat("-", text), kRow), Truth::kFalse) << text;
  }
}

TEST(FilterTest, OrBindsCloserThanAnd) {
  // As AIP-160 has it: a AND b OR c is a AND (b OR c).
  const std::string yes = "state = OPEN";
  const std::string no = "state = PAID";
  EXPECT_EQ(TruthIn(absl::StrCat(no, " AND ", yes, " OR ", yes), kRow),
            Truth::kFalse);
  EXPECT_EQ(TruthIn(absl::StrCat("(", no, " AND ", yes, ") OR ", yes), kRow),
            Truth::kTrue);
  EXPECT_EQ(TruthIn(absl::StrCat(yes, " ", no, " OR ", yes), kRow),
            Truth::kTrue);
  EXPECT_EQ(TruthIn(absl::StrCat(yes, " ", no), kRow), Truth::kFalse);
  EXPECT_EQ(TruthIn(absl::StrCat("-(", no, " OR ", yes, ")"), kRow),
            Truth::kFalse);
}

TEST(FilterTest, WhatIsNotKnownMayNotMatter) {
  Row row = kRow;
  row.numbers.erase(kState);
  EXPECT_EQ(TruthIn("state = OPEN", row), Truth::kUnknown);
  EXPECT_EQ(TruthIn("NOT state = OPEN", row), Truth::kUnknown);
  EXPECT_EQ(TruthIn("state = OPEN AND trade = t6", row), Truth::kFalse);
  EXPECT_EQ(TruthIn("trade = t6 AND state = OPEN", row), Truth::kFalse);
  EXPECT_EQ(TruthIn("state = OPEN AND trade = t5", row), Truth::kUnknown);
  EXPECT_EQ(TruthIn("state = OPEN OR trade = t5", row), Truth::kTrue);
  EXPECT_EQ(TruthIn("state = OPEN OR trade = t6", row), Truth::kUnknown);
}

TEST(FilterTest, AFieldThatARowDoesNotHaveIsOnlyUnlike) {
  Comparison comparison;
  for (const FilterOp op :
       {FilterOp::kEqual, FilterOp::kLess, FilterOp::kAtMost, FilterOp::kMore,
        FilterOp::kAtLeast}) {
    comparison.op = op;
    EXPECT_EQ(Compare(comparison, std::nullopt), Truth::kFalse);
  }
  comparison.op = FilterOp::kNotEqual;
  EXPECT_EQ(Compare(comparison, std::nullopt), Truth::kTrue);
}

TEST(FilterTest, WhatEveryRowMustHaveIsKnown) {
  const Filter filter = MustParse(
      "seller = a (state = OPEN OR trade = t5) AND (day >= 2026-01-01 AND "
      "day < 2026-02-01) -units.minor_units = 5 AND code != X");
  ASSERT_NE(filter.RequiredEqual(kSeller), nullptr);
  EXPECT_EQ(filter.RequiredEqual(kSeller)->text, "a");
  EXPECT_EQ(filter.RequiredEqual(kState), nullptr);
  EXPECT_EQ(filter.RequiredEqual(kTrade), nullptr);
  EXPECT_EQ(filter.RequiredEqual(kUnits), nullptr);
  EXPECT_EQ(filter.RequiredEqual(kCode), nullptr);
  EXPECT_EQ(RangeOf(filter, kDay).first, 20'454);
  EXPECT_EQ(RangeOf(filter, kDay).last, 20'484);
  EXPECT_EQ(RangeOf(filter, kUnits).first, INT64_MIN);
  EXPECT_EQ(RangeOf(filter, kUnits).last, INT64_MAX);
  const char* const nothing[] = {
      "units.minor_units > 5 AND units.minor_units < 6",
      "units.minor_units > 9223372036854775807",
      "units.minor_units < -9223372036854775808"};
  for (const char* text : nothing) {
    EXPECT_TRUE(RangeOf(MustParse(text), kUnits).empty()) << text;
  }
  EXPECT_EQ(MustParse("seller = a OR seller = b").Required().size(), 0u);
}

TEST(FilterTest, AMistakeIsToldWithItsPlaceAndWhatWouldDo) {
  struct Case {
    const char* text;
    const char* value;
    const char* allowed;
  };
  const Case cases[] = {
      {"state = SETLED", "SETLED",
       "one of OPEN, PAID for state at character 9"},
      {"state > OPEN", "> OPEN", "= or != after state at character 7"},
      {"state", "the end", "= or != after state at character 6"},
      {"state =", "the end", "a value at character 8"},
      {"state = = OPEN", "= OPEN", "a value at character 9"},
      {"day", "the end",
       "= or != or < or <= or > or >= after day at character 4"},
      {"day : 2026-01-01", ": 2026-01-01",
       "= or != or < or <= or > or >= after day at character 5"},
      {"day = 2026-02-30", "2026-02-30",
       "a day, such as 2026-03-31 for day at character 7"},
      {"time > yesterday", "yesterday",
       "a time, such as 2026-03-31T12:00:00Z for time at character 8"},
      {"units.minor_units = 7.5", "7.5",
       "a whole number of 64 bits, such as -7200 for units.minor_units at "
       "character 21"},
      {"units.minor_units = 9223372036854775808", "9223372036854775808",
       "a whole number of 64 bits, such as -7200 for units.minor_units at "
       "character 21"},
      {"units.minor_units = +5", "+5",
       "a whole number of 64 bits, such as -7200 for units.minor_units at "
       "character 21"},
      {"seller = networks/other/members/a", "networks/other/members/a",
       "an id or networks/res/members/{member} for seller at character 10"},
      {"trade = A_B", "A_B",
       "an id or networks/res/trades/{trade} for trade at character 9"},
      {"note < a", "< a", "= or != or : after note at character 6"},
      {"note:\"\"", "\"\"", "a text that is not empty for note at character 6"},
      {"note:\"abc", "\"abc", "a text that ends with \" at character 6"},
      {"note:'abc\\'", "'abc\\'", "a text that ends with ' at character 6"},
      {"colour = red", "colour = red",
       "one of the fields state, units.minor_units, day, time, seller, trade, "
       "note, code at character 1"},
      {"\"é\" AND colour = red", "colour = red",
       "one of the fields state, units.minor_units, day, time, seller, trade, "
       "note, code at character 9"},
      {"state = OPEN AND", "the end", "a field or a text at character 17"},
      {"state = OPEN AND OR day = 2026-01-01", "OR day = 2026-01-01",
       "a field or a text; AND, OR and NOT stand between them at character "
       "18"},
      {"AND", "AND",
       "a field or a text; AND, OR and NOT stand between them at character 1"},
      {"NOT NOT a", "NOT a",
       "a field or a text; AND, OR and NOT stand between them at character 5"},
      {"()", ")", "a field or a text at character 2"},
      {"(state = OPEN", "the end", "a ')' at character 14"},
      {"state = OPEN)", ")", "AND, OR or the end at character 13"},
      {"= OPEN", "= OPEN", "a field or a text at character 1"},
      {"state = OPEN, day = 2026-01-01", ", day = 2026-01-01",
       "a field or a text at character 13"},
      {"\" \"", "\" \"", "a text that is not empty at character 1"},
  };
  for (const Case& c : cases) {
    const auto [value, allowed] = Told(c.text);
    EXPECT_EQ(value, c.value) << c.text;
    EXPECT_EQ(allowed, c.allowed) << c.text;
  }
}

TEST(FilterTest, BoundsHoldAtTheLimitAndNotPastIt) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '(') + "a" + std::string(depth, ')');
  };
  EXPECT_FALSE(MustParse(nested(kFilterDepthMax)).empty());
  EXPECT_EQ(Told(nested(kFilterDepthMax + 1)).second,
            "at most 8 parentheses within each other at character 9");
  EXPECT_EQ(Told(nested(1'000)).second,
            "at most 8 parentheses within each other at character 9");
  const auto many = [](size_t count) {
    std::string text;
    for (size_t i = 0; i < count; ++i) text += "a ";
    return text;
  };
  EXPECT_EQ(MustParse(many(kFilterTermsMax)).comparisons().size(),
            kFilterTermsMax);
  EXPECT_EQ(Told(many(kFilterTermsMax + 1)).second,
            "at most 64 comparisons in one filter at character 129");
  EXPECT_FALSE(MustParse(std::string(kFilterLengthMax, 'a')).empty());
  const auto [value, allowed] = Told(std::string(kFilterLengthMax + 1, 'a'));
  EXPECT_EQ(allowed, "at most 2048 bytes of UTF-8 without control characters");
  EXPECT_LE(value.size(), 100u);
}

TEST(FilterTest, HostileTextIsRefusedAndNeverEchoedWhole) {
  for (const std::string& text :
       {std::string("a\nb"), std::string("a\0b", 3), std::string("\xff\xfe"),
        std::string("\xc3"), std::string("a\x1b[31m"),
        std::string(1'000'000, '(')}) {
    EXPECT_EQ(Told(text).second,
              "at most 2048 bytes of UTF-8 without control characters");
  }
}

// Whatever the bytes are: a filter or one refusal, and no harm.
TEST(FilterTest, AnyTextIsAFilterOrAMistake) {
  std::mt19937 random(7);
  const std::string_view pieces[] = {"state", "=", "!=",  "<",    "(",  ")",
                                     "\"",    "'", "\\",  "AND",  "OR", "NOT",
                                     "-",     " ", ":",   ",",    "é",  "5",
                                     "OPEN",  "*", "day", "note", "t5", "\xff"};
  int filters = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    const size_t length = random() % 12;
    for (size_t j = 0; j < length; ++j) {
      text += pieces[random() % std::size(pieces)];
      if (random() % 2 == 0) text += ' ';
    }
    Form form;
    const Filter filter = Filter::Parse(text, kFields, "res", &form);
    EXPECT_LE(form.refusals().size(), 1u) << text;
    if (!form.ok()) continue;
    ++filters;
    filter.Test([](const Comparison& c) { return Ask(kRow, c); });
    filter.Required();
  }
  EXPECT_GT(filters, 1'000);
  EXPECT_LT(filters, 19'000);
}

TEST(OrderByTest, OneFieldAndADirection) {
  constexpr std::array kOrders = {OrderField{1, "name"}, OrderField{2, "age"}};
  const auto read = [&](const std::string& text) {
    Form form;
    const Order order = ReadOrder(text, kOrders, {1, true}, &form);
    return std::make_tuple(order.field, order.descending, form.ok());
  };
  EXPECT_EQ(read(""), std::make_tuple(1, true, true));
  EXPECT_EQ(read("name"), std::make_tuple(1, false, true));
  EXPECT_EQ(read("age asc"), std::make_tuple(2, false, true));
  EXPECT_EQ(read(" age  desc "), std::make_tuple(2, true, true));
  for (const char* text : {"size", "age down", "age, name", "age desc desc",
                           "AGE", " ", "age desc,"}) {
    EXPECT_FALSE(std::get<2>(read(text))) << text;
  }
  Form form;
  ReadOrder("size", kOrders, {1, true}, &form);
  EXPECT_EQ(MetadataOf(form.refusals()[0], "allowed"),
            "one of name, age, alone or with desc behind it");
  EXPECT_FALSE(std::get<2>(read(std::string(1'000'000, 'a'))));
}

TEST(TextFoldTest, NeitherCaseNorAccentsMatter) {
  EXPECT_EQ(FoldText("ÉCLUSE"), FoldText("ecluse"));
  EXPECT_EQ(FoldText(" Straße "), FoldText("STRASSE"));
  EXPECT_EQ(FoldText("Łódź"), "łodz");
  EXPECT_EQ(FoldText("ｆｕｌｌ"), "full");
  EXPECT_NE(FoldText("a b"), FoldText("ab"));
  EXPECT_EQ(FoldText("\xff"), "\xef\xbf\xbd");
}

TEST(TextFoldTest, TextsSortAsPeopleReadThem) {
  const std::vector<std::string> names = {"Avenir", "École", "Ecole Z",
                                          "etage",  "Zoo",   "Œuvre"};
  std::vector<std::string> sorted = {"Avenir", "École", "Ecole Z",
                                     "etage",  "Œuvre", "Zoo"};
  std::vector<std::string> shuffled = names;
  std::sort(shuffled.begin(), shuffled.end(),
            [](const std::string& a, const std::string& b) {
              return SortKeyOf(a, 64) < SortKeyOf(b, 64);
            });
  EXPECT_EQ(shuffled, sorted);
  EXPECT_LE(SortKeyOf(std::string(200, 'x'), 64).size(), 64u);
  EXPECT_EQ(SortKeyOf("", 64).size(), SortKeyOf("", 8).size());
  EXPECT_EQ(SortKeyOf(std::string(200, 'x'), 64).substr(0, 8),
            SortKeyOf(std::string(200, 'x'), 8));
}

}  // namespace
}  // namespace skontro::server
