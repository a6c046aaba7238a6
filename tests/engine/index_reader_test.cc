#include "engine/index_reader.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "ledger/big_endian.h"
#include "tests/engine/desk.h"

namespace skontro::engine {
namespace {

using ledger::Family;

Sequence At(uint64_t number) { return Sequence{number}; }

// Stands in for a disk that gives back other bytes than it was given.
class SpoiledSnapshot : public ledger::Snapshot {
 public:
  SpoiledSnapshot(const ledger::Snapshot* snapshot, Family family,
                  std::string value)
      : snapshot_(snapshot), family_(family), value_(std::move(value)) {}

  absl::StatusOr<std::optional<std::string>> Get(
      Family family, std::string_view key) const override {
    if (family == family_) return value_;
    return snapshot_->Get(family, key);
  }
  std::unique_ptr<ledger::Iterator> NewIterator(Family family) const override {
    return snapshot_->NewIterator(family);
  }

 private:
  const ledger::Snapshot* const snapshot_;
  const Family family_;
  const std::string value_;
};

class IndexReaderTest : public testing::Test {
 protected:
  IndexReaderTest() {
    desk_.MustRun(AdmitWithVat("baker", "BE 0123"));  // 2
    desk_.MustRun(Admit("mason"));                    // 3
    desk_.MustRun(Admit("printer"));                  // 4
  }

  std::optional<TradeHistory> Trade(std::string_view id, Sequence as_of) {
    const auto found = FindTrade(desk_.snapshot(), id, as_of);
    EXPECT_TRUE(found.ok()) << found.status();
    return *found;
  }

  Desk desk_;
};

using Numbers = std::vector<uint64_t>;

// --- Members -----------------------------------------------------------------

TEST_F(IndexReaderTest, AMemberIsThereFromTheRecordThatAdmittedIt) {
  for (const Sequence as_of : {At(2), At(3), At(99)}) {
    const auto found = FindMember(desk_.snapshot(), "baker", as_of);
    ASSERT_TRUE(found.ok() && found->has_value());
    EXPECT_EQ((*found)->created.number, MemberNumber{1});
    EXPECT_EQ((*found)->sequence, At(2));
  }
  EXPECT_FALSE(FindMember(desk_.snapshot(), "baker", At(1))->has_value());
  EXPECT_FALSE(FindMember(desk_.snapshot(), "ghost", At(99))->has_value());
  EXPECT_TRUE(
      FindMember(desk_.snapshot(), MemberNumber{3}, At(4))->has_value());
  EXPECT_FALSE(
      FindMember(desk_.snapshot(), MemberNumber{4}, At(99))->has_value());
}

TEST_F(IndexReaderTest, MembersAreWalkedOldestFirst) {
  const auto walk = [&](uint64_t first, uint64_t as_of, size_t limit) {
    std::vector<std::string> ids;
    EXPECT_TRUE(WalkMembers(desk_.snapshot(), MemberNumber{first}, At(as_of),
                            [&](const MemberRow& row) {
                              ids.push_back(row.created.id);
                              return ids.size() < limit;
                            })
                    .ok());
    return ids;
  };
  using Ids = std::vector<std::string>;
  EXPECT_EQ(walk(1, 99, 99), (Ids{"baker", "mason", "printer"}));
  EXPECT_EQ(walk(0, 99, 99), (Ids{"baker", "mason", "printer"}));
  EXPECT_EQ(walk(2, 99, 99), (Ids{"mason", "printer"}));
  EXPECT_EQ(walk(4, 99, 99), Ids());
  EXPECT_EQ(walk(1, 3, 99), (Ids{"baker", "mason"}));
  EXPECT_EQ(walk(1, 1, 99), Ids());
  EXPECT_EQ(walk(1, 99, 2), (Ids{"baker", "mason"}));
}

TEST_F(IndexReaderTest, AProfileHasTheTextsThatWereNotErased) {
  Command command = Admit("smith");
  auto& member = std::get<CreateMember>(command.body);
  member.address = Text("Rue 1\n\nB-1000");
  desk_.MustRun(command);
  const auto row = FindMember(desk_.snapshot(), "smith", At(99));
  ASSERT_TRUE(row.ok() && row->has_value());
  const auto profile = ReadProfile(desk_.snapshot(), **row);
  ASSERT_TRUE(profile.ok());
  EXPECT_EQ(profile->legal_name, "The smith SA");
  EXPECT_EQ(profile->address_lines,
            (std::vector<std::string>{"Rue 1", "", "B-1000"}));
  const auto baker = ReadProfile(
      desk_.snapshot(), **FindMember(desk_.snapshot(), "baker", At(99)));
  ASSERT_TRUE(baker.ok());
  EXPECT_TRUE(baker->address_lines.empty());
}

TEST_F(IndexReaderTest, ATaxIdIsFoundWithoutPunctuationAndCase) {
  Command command = Admit("smith");
  auto& smith = std::get<CreateMember>(command.body);
  smith.vat_id = "FR-99";
  smith.company_ids = {{"siren", "BE.0123"}, {"other", "fr 99"}};
  desk_.MustRun(command);
  const auto find = [&](std::string_view id) {
    const auto found = FindByTaxId(desk_.snapshot(), id);
    EXPECT_TRUE(found.ok());
    std::vector<uint64_t> numbers;
    for (const MemberNumber number : *found) {
      numbers.push_back(static_cast<uint64_t>(number));
    }
    return numbers;
  };
  EXPECT_EQ(find("BE0123"), (Numbers{1, 4}));
  EXPECT_EQ(find(" be-01 23 "), (Numbers{1, 4}));
  // A member whose ids are the same is found once.
  EXPECT_EQ(find("FR99"), Numbers{4});
  EXPECT_EQ(find("BE012"), Numbers());
  EXPECT_EQ(find("BE01234"), Numbers());
  EXPECT_EQ(find(""), Numbers());
}

// --- Trades ------------------------------------------------------------------

TEST_F(IndexReaderTest, ATradeIsSeenInTheStateThatItHad) {
  desk_.MustRun(Create(WithId(Sale("baker", "mason", 10), "sale")));  // 5
  desk_.MustRun(SetLine("baker", 1));                                 // 6
  desk_.MustRun(Accept("sale"));                                      // 7
  desk_.MustRun(SetLine("baker", 2));                                 // 8
  desk_.MustRun(Reverse("sale"));                                     // 9
  EXPECT_FALSE(Trade("sale", At(4)).has_value());
  for (uint64_t as_of = 5; as_of <= 11; ++as_of) {
    const auto trade = Trade("sale", At(as_of));
    ASSERT_TRUE(trade.has_value());
    EXPECT_EQ(trade->number, TradeNumber{5});
    EXPECT_EQ(trade->id, "sale");
    EXPECT_EQ(trade->state, as_of >= 9   ? TradeState::kReversed
                            : as_of >= 7 ? TradeState::kSettled
                                         : TradeState::kProposed);
    EXPECT_EQ(trade->settled.has_value(), as_of >= 7);
    EXPECT_EQ(trade->ended.has_value(), as_of >= 9);
    if (trade->settled.has_value()) {
      EXPECT_EQ(trade->settled->sequence, At(7));
      EXPECT_EQ(trade->settled->booking_date, Day(2026, 3, 2));
    }
    if (trade->ended.has_value()) {
      EXPECT_EQ(trade->ended->sequence, At(9));
    }
  }
}

TEST_F(IndexReaderTest, ADeclinedTradeEndedAndNeverSettled) {
  desk_.MustRun(Create(WithId(Sale("baker", "mason", 10), "sale")));  // 5
  desk_.MustRun(Decline("sale"));                                     // 6
  const auto trade = Trade("sale", At(6));
  ASSERT_TRUE(trade.has_value());
  EXPECT_EQ(trade->state, TradeState::kDeclined);
  EXPECT_FALSE(trade->settled.has_value());
  EXPECT_EQ(trade->ended->sequence, At(6));
}

TEST_F(IndexReaderTest, APaidTradeIsSettledFromItsRecordOn) {
  desk_.MustRun(Pay("baker", "mason", 10));  // 5
  const auto trade = Trade("t5", At(5));
  ASSERT_TRUE(trade.has_value());
  EXPECT_EQ(trade->state, TradeState::kSettled);
  EXPECT_EQ(trade->settled->sequence, At(5));
  EXPECT_EQ(trade->settled->time_us, trade->row.time_us);
}

TEST_F(IndexReaderTest, ATradeHasOneName) {
  desk_.MustRun(Create(WithId(Sale("baker", "mason", 10), "sale")));  // 5
  desk_.MustRun(Propose("baker", "mason", 10));                       // 6
  EXPECT_TRUE(Trade("sale", At(99)).has_value());
  EXPECT_TRUE(Trade("t6", At(99)).has_value());
  for (const char* other :
       {"t5", "t06", "t", "t0", "T6", "6", "t6 ", "", "t4", "t7",
        "t18446744073709551616", "t18446744073709551622", "t-6"}) {
    EXPECT_FALSE(Trade(other, At(UINT64_MAX)).has_value()) << other;
  }
}

TEST_F(IndexReaderTest, ADescriptionIsReadBesideTheTrade) {
  CreateTrade sale = Sale("baker", "mason", 1);
  sale.description = Text("bread");
  desk_.MustRun(Create(sale));                  // 5
  desk_.MustRun(Propose("baker", "mason", 1));  // 6
  EXPECT_EQ(*ReadDescription(desk_.snapshot(), *Trade("t5", At(9))), "bread");
  EXPECT_EQ(*ReadDescription(desk_.snapshot(), *Trade("t6", At(9))), "");
}

TEST_F(IndexReaderTest, ATimeDividesTheTrades) {
  desk_.MustRun(Pay("baker", "mason", 10));      // 5
  desk_.MustRun(SetLine("baker", 8));            // 6
  desk_.MustRun(Propose("baker", "mason", 10));  // 7
  desk_.MustRun(Accept("t7"));                   // 8
  desk_.MustRun(Pay("mason", "printer", 10));    // 9
  const auto from = [&](int64_t time_us, uint64_t as_of) {
    const auto first =
        FirstTradeFrom(desk_.snapshot(), time_us, Sequence{as_of});
    EXPECT_TRUE(first.ok());
    return static_cast<uint64_t>(*first);
  };
  const auto time_of = [&](const char* id) {
    return Trade(id, At(9))->row.time_us;
  };
  EXPECT_LE(from(0, 9), 5u);
  for (const char* id : {"t5", "t7", "t9"}) {
    const uint64_t number = std::stoull(std::string(id).substr(1));
    // What it names is the trade, or a number behind the one before.
    EXPECT_LE(from(time_of(id), 9), number);
    EXPECT_GT(from(time_of(id) + 1, 9), number);
  }
  EXPECT_GT(from(time_of("t5") + 1, 9), 5u);
  EXPECT_EQ(from(INT64_MAX, 9), 10u);
  EXPECT_EQ(from(INT64_MAX, 7), 8u);
  EXPECT_LE(from(INT64_MAX, 4), 5u);
}

// --- Limits ------------------------------------------------------------------

TEST_F(IndexReaderTest, LimitsAreThoseOfTheNewestChangeBefore) {
  desk_.MustRun(SetLimits("baker", 7, 70));  // 5
  desk_.MustRun(SetLine("mason", 9));        // 6
  desk_.MustRun(SetLine("baker", 8));        // 7
  const auto at = [&](uint64_t as_of) {
    const auto limits =
        LimitsAt(desk_.snapshot(), desk_.terms(), AccountId{1}, At(as_of));
    EXPECT_TRUE(limits.ok());
    return std::tuple(limits->credit_line.minor_units(),
                      limits->balance_limit.minor_units(), limits->own);
  };
  EXPECT_EQ(at(4), std::tuple(500'00, 1'000'00, false));
  EXPECT_EQ(at(5), std::tuple(7, 70, true));
  EXPECT_EQ(at(6), std::tuple(7, 70, true));
  EXPECT_EQ(at(7), std::tuple(8, 70, true));
  EXPECT_EQ(at(99), std::tuple(8, 70, true));
}

TEST_F(IndexReaderTest, ChangesOfLimitsAreWalkedNewestFirst) {
  desk_.MustRun(SetLimits("baker", 7, 70));                // 5
  desk_.MustRun(By("operator/ann", SetLine("baker", 8)));  // 6
  const auto walk = [&](uint64_t before) {
    Numbers sequences;
    EXPECT_TRUE(
        WalkLimits(desk_.snapshot(), AccountId{1}, At(before),
                   [&](Sequence sequence, const LimitRow& row) {
                     const auto number = static_cast<uint64_t>(sequence);
                     EXPECT_EQ(row.author,
                               number == 6 ? "operator/ann" : "operator/local");
                     EXPECT_EQ(row.subject, MemberNumber{1});
                     sequences.push_back(number);
                     return true;
                   })
            .ok());
    return sequences;
  };
  EXPECT_EQ(walk(99), (Numbers{6, 5}));
  EXPECT_EQ(walk(6), Numbers{5});
  EXPECT_EQ(walk(5), Numbers());
  EXPECT_EQ(walk(0), Numbers());
}

// --- Damage ------------------------------------------------------------------

TEST_F(IndexReaderTest, ARowThatCannotBeReadIsDataLoss) {
  desk_.MustRun(Create(WithId(Sale("baker", "mason", 1), "sale")));  // 5
  const auto spoil = [&](Family family, std::string value) {
    return SpoiledSnapshot(&desk_.snapshot(), family, std::move(value));
  };
  EXPECT_TRUE(absl::IsDataLoss(
      FindMember(spoil(Family::kMemberId, "short"), "baker", At(9)).status()));
  EXPECT_TRUE(absl::IsDataLoss(
      FindMember(spoil(Family::kMember, "\xff"), "baker", At(9)).status()));
  EXPECT_TRUE(absl::IsDataLoss(
      FindTrade(spoil(Family::kTradeId, "short"), "sale", At(9)).status()));
  EXPECT_TRUE(absl::IsDataLoss(
      FindTrade(spoil(Family::kTrade, "\xff"), "sale", At(9)).status()));
}

}  // namespace
}  // namespace skontro::engine
