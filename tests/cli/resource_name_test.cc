#include "cli/resource_name.h"

#include <gtest/gtest.h>

#include <string>

namespace skontro::cli {
namespace {

constexpr char kNetwork[] = "networks/res";

TEST(ResourceNameTest, ShortAndLongFormsNameTheSame) {
  EXPECT_EQ(*NetworkName("res"), "networks/res");
  EXPECT_EQ(*NetworkName("networks/res"), "networks/res");
  EXPECT_EQ(*MemberName(kNetwork, "boulangerie"),
            "networks/res/members/boulangerie");
  EXPECT_EQ(*MemberName(kNetwork, "networks/res/members/boulangerie"),
            "networks/res/members/boulangerie");
  EXPECT_EQ(*TradeName(kNetwork, "f2025-0001"),
            "networks/res/trades/f2025-0001");
  EXPECT_EQ(*AccountName(kNetwork, "boulangerie"),
            "networks/res/members/boulangerie/accounts/main");
  EXPECT_EQ(*CreditLineName(kNetwork, "boulangerie"),
            "networks/res/members/boulangerie/accounts/main/creditLine");
}

TEST(ResourceNameTest, ANameOfAnotherNetworkOrKindIsRefused) {
  for (const char* name :
       {"networks/wir/members/boulangerie", "networks/res/trades/boulangerie",
        "networks/res/members/a/accounts/main", "networks/res/members/",
        "Boulangerie", "boulangerie dupont", "a/b", "../x", ""}) {
    EXPECT_FALSE(MemberName(kNetwork, name).ok()) << name;
  }
  EXPECT_TRUE(CheckId("member", std::string(63, 'a')).ok());
  EXPECT_FALSE(CheckId("member", std::string(64, 'a')).ok());
}

TEST(ResourceNameTest, PeopleReadTheShortForm) {
  EXPECT_EQ(ShortName("networks/res"), "res");
  EXPECT_EQ(ShortName("networks/res/members/boulangerie"), "boulangerie");
  EXPECT_EQ(ShortName("networks/res/trades/t17"), "t17");
  EXPECT_EQ(ShortName("networks/res/members/a/accounts/main"), "a");
  EXPECT_EQ(ShortName("networks/res/members/a/accounts/fee"), "a/fee");
  EXPECT_EQ(ShortName("networks/res/members/a/accounts/main/creditLine"), "a");
  EXPECT_EQ(ShortName("something/else"), "something/else");
  EXPECT_EQ(ShortName(""), "");
}

}  // namespace
}  // namespace skontro::cli
