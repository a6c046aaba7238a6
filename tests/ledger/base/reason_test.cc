#include "ledger/base/reason.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "absl/strings/cord.h"

namespace skontro {
namespace {

// What error_reason.proto promises about one reason.
struct Promise {
  int number = 0;
  std::string code;
  std::set<std::string> keys;
};

std::set<std::string> QuotedIn(const std::string& text) {
  static const std::regex kQuoted("`([a-z_]+)`");
  std::set<std::string> quoted;
  for (std::sregex_iterator it(text.begin(), text.end(), kQuoted), end;
       it != end; ++it) {
    quoted.insert((*it)[1]);
  }
  return quoted;
}

// Reads the contract where clients read it: the values of the enum and the
// comment above each.
std::map<std::string, Promise> ReadContract() {
  static const std::regex kComment(" *// ?(.*)");
  static const std::regex kValue(" *([A-Z_]+) = ([0-9]+);");
  static const std::regex kCode("^`([A-Z_]+)`");
  std::map<std::string, Promise> contract;
  std::ifstream file(SKONTRO_SOURCE_DIR "/proto/skontro/v1/error_reason.proto");
  std::string comment;
  std::smatch match;
  for (std::string line; std::getline(file, line);) {
    if (std::regex_match(line, match, kComment)) {
      comment.append(match[1]).push_back(' ');
      continue;
    }
    std::smatch code;
    if (std::regex_match(line, match, kValue) &&
        std::regex_search(comment, code, kCode)) {
      const size_t metadata = comment.find("Metadata:");
      contract[match[1]] = {std::stoi(match[2]), code[1],
                            metadata == std::string::npos
                                ? std::set<std::string>()
                                : QuotedIn(comment.substr(metadata))};
    }
    comment.clear();
  }
  return contract;
}

// Every reason beside what the contract promises about it.
class ReasonContractTest : public testing::Test {
 protected:
  const std::map<std::string, Promise> contract_ = ReadContract();

  const Promise& PromiseOf(Reason reason) const {
    return contract_.at(std::string(ReasonName(reason)));
  }

  // A refusal with every value of the contract, each one recognisable.
  Refusal WithAllValues(Reason reason) const {
    Refusal refusal{reason, {}};
    for (const std::string& key : PromiseOf(reason).keys) {
      refusal.metadata.emplace_back(key, "<" + key + ">");
    }
    return refusal;
  }
};

TEST_F(ReasonContractTest, EveryReasonHasTheNumberAndNameOfTheContract) {
  ASSERT_EQ(contract_.size(), AllReasons().size());
  for (Reason reason : AllReasons()) {
    SCOPED_TRACE(std::string(ReasonName(reason)));
    ASSERT_EQ(contract_.count(std::string(ReasonName(reason))), 1);
    EXPECT_EQ(PromiseOf(reason).number, static_cast<int>(reason));
    EXPECT_EQ(ReasonFromNumber(static_cast<int>(reason)), reason);
  }
}

TEST_F(ReasonContractTest, EveryReasonTravelsWithTheCodeOfTheContract) {
  for (Reason reason : AllReasons()) {
    SCOPED_TRACE(std::string(ReasonName(reason)));
    EXPECT_EQ(absl::StatusCodeToString(ReasonCode(reason)),
              PromiseOf(reason).code);
  }
}

TEST_F(ReasonContractTest, TheSentenceForPeopleShowsEveryValue) {
  for (Reason reason : AllReasons()) {
    SCOPED_TRACE(std::string(ReasonName(reason)));
    const std::string text = Explain(WithAllValues(reason));
    for (const std::string& key : PromiseOf(reason).keys) {
      EXPECT_NE(text.find("<" + key + ">"), std::string::npos) << text;
    }
    EXPECT_EQ(text.find_first_of("{}"), std::string::npos) << text;
    EXPECT_EQ(text.find("(empty)"), std::string::npos)
        << "the sentence asks for a value that the contract has not: " << text;
  }
}

TEST_F(ReasonContractTest, EveryReasonComesBackFromItsStatus) {
  for (Reason reason : AllReasons()) {
    const Refusal refusal = WithAllValues(reason);
    const absl::Status status = ToStatus(refusal);
    EXPECT_EQ(status.code(), ReasonCode(reason));
    EXPECT_EQ(status.message(), Explain(refusal));
    EXPECT_EQ(RefusalOf(status), refusal);
  }
}

TEST(ReasonTest, ReasonsAreInTheOrderOfTheirNumbers) {
  for (size_t i = 1; i < AllReasons().size(); ++i) {
    EXPECT_LT(AllReasons()[i - 1], AllReasons()[i]);
  }
}

TEST(ReasonTest, ANumberOfNoReasonIsNone) {
  for (int number : {-1, 0, 16, 17, 23, 31, 1000, 65'537}) {
    EXPECT_EQ(ReasonFromNumber(number), std::nullopt) << number;
  }
}

TEST(ReasonTest, WhateverAClientSentComesBackUnchanged) {
  using std::string_literals::operator""s;
  const std::string kHostile[] = {"",
                                  "\0"s,
                                  "a\0b"s,
                                  "\0\0\0"s,
                                  "3:abc",
                                  "1:",
                                  "{allowed}",
                                  "{",
                                  "}",
                                  "\xff\xfe",
                                  "\n\r",
                                  "ünïcödé",
                                  "%s%n",
                                  "0:0:0:",
                                  ":",
                                  "4294967295:",
                                  "18446744073709551616:x",
                                  std::string(100'000, 'x')};
  for (const std::string& value : kHostile) {
    const Refusal refusal = FieldInvalid(value, value, value);
    EXPECT_EQ(RefusalOf(ToStatus(refusal)), refusal) << value.substr(0, 40);
    const Refusal keys{Reason::kTradeState, {{value, ""}, {"", value}}};
    EXPECT_EQ(RefusalOf(ToStatus(keys)), keys) << value.substr(0, 40);
  }
}

TEST(ReasonTest, AValueThatLooksLikeAPlaceIsNotFilledIn) {
  EXPECT_EQ(Explain(FieldInvalid("name", "{allowed}", "letters")),
            "name: {allowed} is not allowed; allowed is letters");
}

TEST(ReasonTest, AMissingOrEmptyValueIsShownAsEmpty) {
  EXPECT_EQ(Explain(FieldInvalid("name", "", "letters")),
            "name: (empty) is not allowed; allowed is letters");
  EXPECT_EQ(Explain({Reason::kMemberNotActive, {{"who", "the buyer"}}}),
            "the buyer is (empty) and may not do this; ask the broker");
}

TEST(ReasonTest, AValueIsFoundByItsKey) {
  const Refusal refusal = FieldInvalid("name", "x", "letters");
  EXPECT_EQ(MetadataOf(refusal, "allowed"), "letters");
  EXPECT_EQ(MetadataOf(refusal, "Allowed"), "");
}

TEST(ReasonTest, AStatusThatIsNoRefusalHasNone) {
  EXPECT_EQ(RefusalOf(absl::OkStatus()), std::nullopt);
  EXPECT_EQ(RefusalOf(absl::NotFoundError("RESOURCE_NOT_FOUND")), std::nullopt);
}

TEST(ReasonTest, ADamagedRefusalIsNone) {
  std::string url;
  ToStatus(FieldInvalid("a", "b", "c"))
      .ForEachPayload([&](absl::string_view key, const absl::Cord&) {
        url = std::string(key);
      });
  ASSERT_FALSE(url.empty());
  for (const char* payload : {"", "1", "1:", "2:1",
                              "1:1"
                              "1:k",
                              "2:16", "5:99999", "2:-1", "1:x", "-1:1", "x:1",
                              "1:1"
                              "1:k"
                              "2:v",
                              "1:1"
                              "18446744073709551615:v",
                              "6:655371"}) {
    absl::Status status = absl::InvalidArgumentError("damaged");
    status.SetPayload(url, absl::Cord(payload));
    EXPECT_EQ(RefusalOf(status), std::nullopt) << payload;
  }
}

}  // namespace
}  // namespace skontro
