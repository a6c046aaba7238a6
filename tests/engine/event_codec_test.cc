#include "engine/event_codec.h"

#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

#include "ledger/base/limits.h"
#include "skontro/storage/v1/event.pb.h"
#include "tests/engine/commands.h"

namespace skontro::engine {
namespace {

TradeCreated FullTrade() {
  TradeCreated trade;
  trade.id = "a-1";
  trade.seller = MemberNumber{3};
  trade.buyer = MemberNumber{UINT64_MAX};
  trade.initiator = Initiator::kBuyer;
  trade.units = Minor(kAmountMax);
  trade.national_value = kAmountMax;
  trade.rate = {1, 100, 7};
  trade.cash = 12;
  Invoice invoice = InvoiceOf("F\xc3\xa9-1 / 7", Day(1968, 2, 29));
  invoice.supply_date = Day(1900, 1, 1);
  invoice.due_date = Day(9999, 12, 31);
  invoice.purchase_order = "PO 1";
  invoice.gross = 3 * kAmountMax;
  invoice.prepaid = kAmountMax;
  invoice.tax_lines = {{"S", 200'000, -kAmountMax, -1}, {"AE", 0, 5, 0}};
  trade.invoice = std::move(invoice);
  return trade;
}

Policies WithDealCap(int64_t cap) {
  Policies policies;
  policies.Set(Policy::kDealCap, cap);
  return policies;
}

// At least one of each, with every field set and with none.
HoldsAfter SomeHolds() {
  return {AccountId{2}, Amount::FromMinorUnits(70), AccountId{1},
          Amount::FromMinorUnits(80)};
}

TradeCreated HeldTrade() {
  TradeCreated trade = FullTrade();
  trade.initiator = Initiator::kBuyer;
  trade.hold_expire_time_us = 1'800'000'000'000'000;
  trade.holds = SomeHolds();
  return trade;
}

std::vector<Event> AllEvents() {
  MemberCreated member;
  member.number = MemberNumber{3};
  member.id = "baker";
  member.country = "BE";
  member.vat_id = "BE 0123.456.789";
  member.company_ids = {{"bce", "0123.456.789"}, {"x", ""}};
  member.main_account = AccountId{4};
  TradeCreated bare;
  bare.invoice = InvoiceOf("1", Day(1970, 1, 1));
  const InvoiceKey key{MemberNumber{3}, 2026, "F-1"};
  const InvoiceKey old{MemberNumber{3}, -5, ""};
  return {
      EuroTerms(),
      TermsWithDecimals(4, 0),
      MemberCreated{},
      member,
      CreditLineSet{},
      CreditLineSet{AccountId{1}, Minor(1), Minor(kAmountMax), Minor(3),
                    Minor(4)},
      TradeCreated{},
      bare,
      FullTrade(),
      TradeAccepted{TradeNumber{9}},
      TradeDeclined{TradeNumber{9}, std::nullopt},
      TradeDeclined{TradeNumber{9}, key},
      TradeReversed{TradeNumber{9}, Sequence{10}, std::nullopt},
      TradeReversed{TradeNumber{9}, Sequence{10}, old},
      RequestRefused{{Reason::kTradeState, {}}},
      RequestRefused{{Reason::kCreditLineExceeded,
                      {{"account", "a"}, {"missing", ""}, {"account", "b"}}}},
      HeadKeySet{std::string(32, 'k')},
      RecoveryAccepted{std::nullopt, {Sequence{1}, {}, -1}, Sequence{1}},
      RecoveryAccepted{{{Sequence{9}, ledger::HashOf("a"), 7}},
                       {Sequence{5}, ledger::HashOf("b"), 6},
                       Sequence{8}},
      StateDigested{},
      ApiKeyCreated{"k1",
                    "erp",
                    Role::kMemberUser,
                    {MemberNumber{7}},
                    Amount::FromMinorUnits(500),
                    Amount(),
                    1'000'000,
                    CredentialKind::kSecret,
                    std::string(32, 'd'),
                    "k0",
                    77},
      ApiKeyCreated{"k2",
                    "eyes",
                    Role::kAuditor,
                    {},
                    Amount(),
                    Amount(),
                    0,
                    CredentialKind::kCertificate,
                    std::string(32, 'c'),
                    "",
                    0},
      ApiKeyRevoked{"k1"},
      PoliciesSet{},
      PoliciesSet{7, WithDealCap(kAmountMax)},
      MemberStatusSet{MemberNumber{3}, MemberStatus::kFrozen,
                      MemberStatus::kClosing, CivilDate::FromDays(20'700)},
      HeldTrade(),
      TradeAuthorised{TradeNumber{4}, 1'800'000'000'000'000, SomeHolds()},
      HoldSettled{TradeNumber{4}, Amount::FromMinorUnits(7), 8, 9,
                  TradeState::kAuthorised, SomeHolds()},
      HoldSettled{TradeNumber{4}, Amount::FromMinorUnits(kAmountMax), -8, 0,
                  TradeState::kSettled, HoldsAfter()},
      HoldReleased{TradeNumber{4}, TradeState::kWithdrawn,
                   InvoiceKey{MemberNumber{1}, 2026, "F-1"}, SomeHolds()},
      HoldReleased{TradeNumber{4}, TradeState::kSettled, std::nullopt,
                   SomeHolds()},
      HoldExpired{TradeNumber{4}, TradeState::kExpired,
                  InvoiceKey{MemberNumber{1}, 2026, "F-1"}, SomeHolds()},
      HoldExpired{TradeNumber{4}, TradeState::kSettled, std::nullopt,
                  SomeHolds()},
      TradeWithdrawn{TradeNumber{4}, std::nullopt},
      TradeWithdrawn{TradeNumber{4}, InvoiceKey{MemberNumber{1}, 2026, "F-1"}},
      StateDigested{1, UINT64_MAX, 3, -4, ledger::HashOf("state")},
      WebhookCreated{"erp",
                     "https://a.example/b",
                     {},
                     MemberNumber{},
                     "operator/local",
                     "",
                     std::string(16, 's'),
                     std::string(32, 'd')},
      WebhookCreated{"erp",
                     "https://a.example/b",
                     {1, 5},
                     MemberNumber{3},
                     "member_user/a",
                     "k1",
                     std::string(16, 's'),
                     std::string(32, 'd')},
      WebhookStateSet{"erp", WebhookState::kPaused},
      WebhookStateSet{"erp", WebhookState::kDeleted},
  };
}

TEST(EventCodecTest, EveryEventComesBackAsItWas) {
  std::vector<bool> kinds(std::variant_size_v<Event>);
  for (const Event& event : AllEvents()) {
    SCOPED_TRACE(testing::Message() << "kind " << event.index());
    const absl::StatusOr<Event> back = DecodeEvent(EncodeEvent(event));
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(*back, event);
    kinds[event.index()] = true;
  }
  EXPECT_EQ(kinds, std::vector<bool>(kinds.size(), true));
}

TEST(EventCodecTest, EveryReasonOfARefusalComesBack) {
  for (const Reason reason : AllReasons()) {
    const Event event = RequestRefused{{reason, {{"key", "value"}}}};
    const absl::StatusOr<Event> back = DecodeEvent(EncodeEvent(event));
    ASSERT_TRUE(back.ok()) << ReasonName(reason);
    EXPECT_EQ(*back, event);
  }
}

TEST(EventCodecTest, TheSameEventHasTheSameBytes) {
  for (const Event& event : AllEvents()) {
    EXPECT_EQ(EncodeEvent(event), EncodeEvent(Event(event)));
  }
}

TEST(EventCodecTest, HalfAHoldIsRefused) {
  TradeCreated cases[] = {HeldTrade(), HeldTrade(), HeldTrade()};
  cases[0].hold_expire_time_us = 0;
  cases[1].holds.reset();
  cases[2].initiator = Initiator::kSeller;
  for (const TradeCreated& trade : cases) {
    storage::v1::Event message;
    EXPECT_TRUE(message.ParseFromString(EncodeEvent(HeldTrade())));
    auto* const created = message.mutable_trade_created();
    created->set_hold_expire_time_us(trade.hold_expire_time_us);
    if (!trade.holds.has_value()) created->clear_holds();
    created->set_initiator(static_cast<uint32_t>(trade.initiator));
    EXPECT_EQ(DecodeEvent(message.SerializeAsString()).status().code(),
              absl::StatusCode::kDataLoss);
  }
}

TEST(EventCodecTest, AHoldEndsInTheStatesThatItCan) {
  const auto spoiled = [](const Event& event, auto spoil) {
    storage::v1::Event message;
    EXPECT_TRUE(message.ParseFromString(EncodeEvent(event)));
    spoil(&message);
    return DecodeEvent(message.SerializeAsString()).status().code();
  };
  for (const uint32_t state : {0u, 1u, 4u, 6u, 7u, 8u, 10u}) {
    EXPECT_EQ(
        spoiled(HoldSettled{},
                [&](auto* m) { m->mutable_hold_settled()->set_state(state); }),
        absl::StatusCode::kDataLoss);
  }
  for (const uint32_t state : {0u, 1u, 2u, 8u}) {
    EXPECT_EQ(
        spoiled(HoldReleased{},
                [&](auto* m) { m->mutable_hold_released()->set_state(state); }),
        absl::StatusCode::kDataLoss);
  }
  for (const uint32_t state : {0u, 1u, 2u, 7u}) {
    EXPECT_EQ(
        spoiled(HoldExpired{},
                [&](auto* m) { m->mutable_hold_expired()->set_state(state); }),
        absl::StatusCode::kDataLoss);
  }
}

TEST(EventCodecTest, WhatThisVersionDoesNotKnowIsRefused) {
  const std::string good = EncodeEvent(FullTrade());
  storage::v1::Event message;
  const auto spoiled = [&](auto spoil) {
    EXPECT_TRUE(message.ParseFromString(good));
    spoil(&message);
    return DecodeEvent(message.SerializeAsString()).status();
  };
  const auto add_unknown = [](auto* part) {
    part->GetReflection()->MutableUnknownFields(part)->AddVarint(99, 1);
  };
  const absl::Status kCases[] = {
      DecodeEvent("").status(),
      DecodeEvent("\xff\xff").status(),
      DecodeEvent(good.substr(0, good.size() - 1)).status(),
      spoiled([&](auto* m) { add_unknown(m); }),
      spoiled([&](auto* m) { add_unknown(m->mutable_trade_created()); }),
      spoiled([&](auto* m) {
        add_unknown(m->mutable_trade_created()->mutable_invoice());
      }),
      spoiled([&](auto* m) {
        add_unknown(
            m->mutable_trade_created()->mutable_invoice()->mutable_tax_lines(
                1));
      }),
      spoiled([](auto* m) { m->clear_trade_created(); }),
      spoiled([](auto* m) { m->mutable_trade_created()->set_initiator(0); }),
      spoiled([](auto* m) { m->mutable_trade_created()->set_initiator(3); }),
      spoiled([](auto* m) {
        m->mutable_trade_created()->mutable_invoice()->set_issue_day(INT32_MIN);
      }),
      spoiled([](auto* m) {
        m->mutable_trade_created()->mutable_invoice()->set_issue_day(2'932'897);
      }),
      spoiled([](auto* m) { m->mutable_request_refused()->set_reason(0); }),
      spoiled([](auto* m) { m->mutable_request_refused()->set_reason(17); }),
      spoiled([](auto* m) {
        m->mutable_request_refused()->set_reason(UINT32_MAX);
      }),
  };
  int i = 0;
  for (const absl::Status& status : kCases) {
    EXPECT_TRUE(absl::IsDataLoss(status)) << i << ": " << status;
    ++i;
  }
}

// All messages in `message`, itself included.
void CollectParts(google::protobuf::Message* message,
                  std::vector<google::protobuf::Message*>* parts) {
  parts->push_back(message);
  const google::protobuf::Reflection* reflection = message->GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const google::protobuf::FieldDescriptor* field : fields) {
    if (field->cpp_type() !=
        google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
      continue;
    }
    if (!field->is_repeated()) {
      CollectParts(reflection->MutableMessage(message, field), parts);
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
      CollectParts(reflection->MutableRepeatedMessage(message, field, i),
                   parts);
    }
  }
}

TEST(EventCodecTest, AnUnknownFieldIsRefusedInWhateverMessageItIs) {
  std::set<std::string> spoilt;
  for (const Event& event : AllEvents()) {
    storage::v1::Event message;
    ASSERT_TRUE(message.ParseFromString(EncodeEvent(event)));
    std::vector<google::protobuf::Message*> parts;
    CollectParts(&message, &parts);
    for (google::protobuf::Message* part : parts) {
      const google::protobuf::Reflection* reflection = part->GetReflection();
      reflection->MutableUnknownFields(part)->AddVarint(99, 1);
      EXPECT_TRUE(
          absl::IsDataLoss(DecodeEvent(message.SerializeAsString()).status()))
          << part->GetDescriptor()->name();
      reflection->MutableUnknownFields(part)->Clear();
      spoilt.insert(part->GetDescriptor()->name());
    }
  }
  // Every message of event.proto.
  EXPECT_EQ(
      spoilt.size(),
      static_cast<size_t>(
          storage::v1::Event::descriptor()->file()->message_type_count()));
}

TEST(EventCodecTest, DamagedBytesNeverStopTheProcess) {
  const google::protobuf::LogSilencer quiet;  // It reports what is no UTF-8.
  std::mt19937_64 random(11);
  int read = 0;
  int refused = 0;
  for (const Event& event : AllEvents()) {
    const std::string good = EncodeEvent(event);
    for (int i = 0; i < 400 && !good.empty(); ++i) {
      std::string bad = good;
      for (uint64_t flips = random() % 3 + 1; flips > 0; --flips) {
        bad[random() % bad.size()] ^= static_cast<char>(1 << (random() % 8));
      }
      if (random() % 4 == 0) bad.resize(random() % (bad.size() + 1));
      const absl::StatusOr<Event> back = DecodeEvent(bad);
      if (back.ok()) {
        // What can be read can be written, and is read again as the same.
        const absl::StatusOr<Event> again = DecodeEvent(EncodeEvent(*back));
        ASSERT_TRUE(again.ok()) << again.status();
        EXPECT_EQ(*again, *back);
        ++read;
      } else {
        EXPECT_TRUE(absl::IsDataLoss(back.status())) << back.status();
        ++refused;
      }
    }
  }
  EXPECT_GT(read, 100);
  EXPECT_GT(refused, 100);
}

// --- Rows --------------------------------------------------------------------

TEST(RowCodecTest, EveryRowComesBackAsItWas) {
  const RequestRow request{
      Sequence{7}, 3, {{0, 1}, {2, UINT64_MAX}}, std::nullopt};
  const auto request_back = DecodeRequestRow(EncodeRequestRow(request));
  ASSERT_TRUE(request_back.ok());
  EXPECT_EQ(request_back->sequence, request.sequence);
  EXPECT_EQ(request_back->group_count, 3u);
  EXPECT_EQ(request_back->fields, request.fields);
  EXPECT_FALSE(request_back->refused.has_value());

  const RequestRow refused{
      Sequence{7}, 1, {}, Refusal{Reason::kTradeState, {{"a", "b"}}}};
  const auto refused_back = DecodeRequestRow(EncodeRequestRow(refused));
  ASSERT_TRUE(refused_back.ok());
  EXPECT_EQ(refused_back->refused, refused.refused);

  MemberCreated created;
  created.number = MemberNumber{3};
  created.company_ids = {{"bce", "1"}};
  const auto member =
      DecodeMemberRow(EncodeMemberRow({created, Sequence{9}, -5}));
  ASSERT_TRUE(member.ok());
  EXPECT_EQ(member->created, created);
  EXPECT_EQ(member->sequence, Sequence{9});
  EXPECT_EQ(member->time_us, -5);

  const auto trade =
      DecodeTradeRow(EncodeTradeRow({FullTrade(), 8, CivilDate::FromDays(-3)}));
  ASSERT_TRUE(trade.ok());
  EXPECT_EQ(trade->created, FullTrade());
  EXPECT_EQ(trade->time_us, 8);
  EXPECT_EQ(trade->booking_date, CivilDate::FromDays(-3));

  for (const TradeState state :
       {TradeState::kProposed, TradeState::kAuthorised, TradeState::kSettled,
        TradeState::kDeclined, TradeState::kWithdrawn, TradeState::kExpired,
        TradeState::kReversed}) {
    const TradeLegs part{Amount::FromMinorUnits(5), 6, 7};
    const auto step = DecodeTradeStepRow(
        EncodeTradeStepRow({state, 8, CivilDate::FromDays(0), part, 9}));
    ASSERT_TRUE(step.ok());
    EXPECT_EQ(step->state, state);
    EXPECT_EQ(step->part, part);
    EXPECT_EQ(step->expire_time_us, 9);
    EXPECT_EQ(step->time_us, 8);
    EXPECT_EQ(step->booking_date, CivilDate::FromDays(0));
  }

  const CreditLineSet set{AccountId{1}, Minor(1), Minor(2), Minor(3), Minor(4)};
  const auto limit =
      DecodeLimitRow(EncodeLimitRow({set, 8, "operator", MemberNumber{1}}));
  ASSERT_TRUE(limit.ok());
  EXPECT_EQ(limit->set, set);
  EXPECT_EQ(limit->time_us, 8);
  EXPECT_EQ(limit->author, "operator");
  EXPECT_EQ(limit->subject, MemberNumber{1});
}

TEST(RowCodecTest, WhatIsNoRowIsRefused) {
  const std::string bad = "\xff\xff\xff";
  EXPECT_TRUE(absl::IsDataLoss(DecodeRequestRow(bad).status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeMemberRow(bad).status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeTradeRow(bad).status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeTradeStepRow(bad).status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeLimitRow(bad).status()));
  // A step to no state.
  EXPECT_TRUE(absl::IsDataLoss(DecodeTradeStepRow("").status()));
}

}  // namespace
}  // namespace skontro::engine
