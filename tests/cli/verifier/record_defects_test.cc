// One defect at a time in what a record says, everything around it consistent:
// checksums and digests are right, and the projections are those of the record
// as it stands.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "cli/verifier/verifier.h"
#include "tests/cli/verifier/expect.h"
#include "tests/cli/verifier/memory_source.h"
#include "tests/cli/verifier/scene.h"

namespace skontro::verifier {
namespace {

struct Case {
  const char* what;
  std::function<void(Scene&)> plant;
  Expected findings;
};

void ExpectEach(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    Scene scene;
    c.plant(scene);
    ExpectFindings(scene.Write(), c.findings);
  }
}

Message Member(int64_t number, const std::string& id, int64_t account) {
  return Message().Int(1, number).Text(2, id).Text(3, "BE").Int(6, account);
}

TEST(RecordDefectsTest, KindsAndGenesis) {
  ExpectEach({
      {"a second genesis",
       [](Scene& scene) {
         const Message genesis = scene.at(1).event;
         scene.Append(kNetworkCreated, genesis).kind = 1;
       },
       {{15, "created again"}}},
      {"no genesis",
       [](Scene& scene) {
         scene.CutBehind(1);
         scene.at(1).kind = 3;
         scene.at(1).event_number = kRequestRefused;
         scene.at(1).event = Message().Int(1, 6);
       },
       {{1, "does not create the network"}}},
      {"an event as a refusal",
       [](Scene& scene) { scene.at(kBob).kind = 3; },
       {{kBob, "kind 3 cannot hold event 2"}}},
      {"a refusal as an event",
       [](Scene& scene) { scene.at(kRefused).kind = 2; },
       {{kRefused, "kind 2 cannot hold event 8"}}},
      {"an event as a genesis",
       [](Scene& scene) { scene.at(kAlice).kind = 1; },
       {{kAlice, "kind 1 cannot hold event 2"}}},
  });
}

TEST(RecordDefectsTest, AnAcceptedLossIsToldAndIsNoDefect) {
  Scene scene;
  AppendRecovery(scene);
  const Report report = ExpectFindings(scene.Write(), {});
  ASSERT_EQ(report.recoveries.size(), 1u);
  EXPECT_EQ(report.recoveries[0].sequence, kLast + 1);
  EXPECT_EQ(report.recoveries[0].anchored_sequence, 20u);
  EXPECT_EQ(report.recoveries[0].stored_sequence, 16u);
  const std::string text = ToText(report);
  EXPECT_NE(text.find("  accepted     at sequence 15: records 15 to 20 were "
                      "lost; (erased), by (erased)\n"),
            std::string::npos)
      << text;
  EXPECT_NE(ToJson(report).find("\"recoveries\":[{\"sequence\":15,"),
            std::string::npos);
}

TEST(RecordDefectsTest, AnAcceptedLossThatDoesNotFit) {
  const uint64_t kHere = kLast + 1;
  ExpectEach({
      {"an acceptance as an event",
       [](Scene& scene) { AppendRecovery(scene).kind = 2; },
       {{kHere, "kind 2 cannot hold event 10"}}},
      {"an event as an acceptance",
       [](Scene& scene) { scene.at(kBob).kind = 9; },
       {{kBob, "kind 9 cannot hold event 2"}}},
      {"another record found",
       [](Scene& scene) {
         Draft& draft = AppendRecovery(scene);
         draft.event.Sub(2, Head(kLast - 1, std::string(32, 'b')));
       },
       {{kHere, "record 13 was found; it is not the record before"}}},
      {"another digest found",
       [](Scene& scene) {
         Draft& draft = AppendRecovery(scene);
         draft.event.Sub(2, Head(kLast, std::string(32, 'b')));
       },
       {{kHere, "record 14 was found; it is not the record before"}}},
      {"a store that ended before what was found",
       [](Scene& scene) { AppendRecovery(scene).event.Int(3, 13); },
       {{kHere, "held record 14 and ended at 13"}}},
  });
}

TEST(RecordDefectsTest, GenesisOutOfBounds) {
  struct Field {
    std::function<void(Message&)> set;
    std::string finding;
  };
  const std::vector<Field> fields = {
      {[](Message& event) { event.Text(1, "Res"); }, "an id"},
      {[](Message& event) { event.Text(3, "RE"); }, "a unit code"},
      {[](Message& event) { event.Int(4, 5); }, "too many decimals"},
      {[](Message& event) { event.Text(5, "eur"); }, "a currency code"},
      {[](Message& event) { event.Int(6, 5); }, "decimals of its currency"},
      {[](Message& event) { event.Text(9, ""); }, "no time zone"},
      {[](Message& event) { event.Int(7, 0); }, "a rate"},
      {[](Message& event) { event.Int(8, -2); }, "a rate"},
      {[](Message& event) { event.Int(10, -1); }, "a credit line"},
      {[](Message& event) { event.Int(11, 0); }, "a balance limit"},
      {[](Message& event) { event.Text(12, "short"); }, "a request key"},
  };
  for (const Field& field : fields) {
    SCOPED_TRACE(field.finding);
    Scene scene;
    scene.CutBehind(1);
    field.set(scene.at(1).event);
    ExpectFindings(scene.Write(), {{1, field.finding}});
  }
}

TEST(RecordDefectsTest, DaysAndRequests) {
  ExpectEach({
      {"the day goes back",
       [](Scene& scene) { scene.at(kLast).record.Zigzag(5, 20'601); },
       {{kLast, "goes back from 20602 to 20601"}}},
      {"a zero byte in the actor",
       [](Scene& scene) {
         scene.at(kBob).record.Text(1, std::string("a\0b", 3));
       },
       {{kBob, "zero byte"}}},
      {"hashes of one field twice",
       [](Scene& scene) {
         scene.at(kBob).record.Add(3, Message().Int(1, 3).Fixed(2, 5));
       },
       {{kBob, "not ascending"}}},
      {"a group without a request",
       [](Scene& scene) {
         scene.at(kGroup).record.Clear(2);
         for (uint64_t i = 1; i < 3; ++i) scene.at(kGroup + i).record.Clear(4);
       },
       {{kGroup, "has no request id"}}},
      {"a refusal of two records",
       [](Scene& scene) { scene.at(kRefused).record.Int(4, 2); },
       {{kRefused, "a refusal is said to be 2 records"}}},
      {"a group longer than its batch",
       [](Scene& scene) {
         scene.at(kGroup).record.Int(4, 4);
         for (uint64_t i = 1; i < 3; ++i) scene.at(kGroup + i).record.Clear(4);
       },
       {{kGroup, "a group of 4 records is split: 3 are left"}}},
      {"a request within a group",
       [](Scene& scene) { scene.at(kLast).record.Text(2, "inner"); },
       {{kLast, "within a group has the request id \"inner\""}}},
      {"a group that counts in two ways",
       [](Scene& scene) { scene.at(kLast).record.Int(4, 2); },
       {{kLast, "within a group of 3 says that the group has 2"}}},
      {"a group of two actors",
       [](Scene& scene) { scene.at(kLast).record.Text(1, "broker/x"); },
       {{kLast, "two actors"}}},
      {"a refusal within a group",
       [](Scene& scene) {
         scene.at(kLast).kind = 3;
         scene.at(kLast).event_number = kRequestRefused;
         scene.at(kLast).event = Message().Int(1, 6);
         scene.at(kLast).record.Clear(6).Clear(8);
       },
       {{kLast, "is a refusal"}, {kLast, "answers nobody"}}},
      {"a refusal without a reason",
       [](Scene& scene) { scene.at(kRefused).event.Clear(1); },
       {{kRefused, "no reason"}}},
  });
}

TEST(RecordDefectsTest, Entries) {
  const auto unbalanced = [](Scene& scene) {
    scene.at(kPaid).record.Clear(6).Add(6, Message()
                                               .Int(1, 1)
                                               .Int(2, kPaid)
                                               .Add(4, MakePosting(2, -299))
                                               .Add(4, MakePosting(1, 300)));
  };
  const int64_t huge = int64_t{1} << 62;
  ExpectEach({
      {"postings that do not add up",
       unbalanced,
       {{kPaid, "add up to 1, not to zero"},
        {kPaid, "does not have one entry"}}},
      {"one posting",
       [](Scene& scene) {
         scene.at(kPaid).record.Clear(6).Add(
             6, Message().Int(1, 1).Int(2, kPaid).Add(4, MakePosting(2, -300)));
       },
       {{kPaid, "1 postings, fewer than two"},
        {kPaid, "add up to -300"},
        {kPaid, "does not have one entry"}}},
      {"a posting of zero",
       [](Scene& scene) {
         scene.at(kPaid).record.Clear(6).Add(
             6, MakeEntry(1, kPaid, 2, 1, 300).Add(4, MakePosting(1, 0)));
       },
       {{kPaid, "a posting of zero"}, {kPaid, "does not have one entry"}}},
      {"an account that nobody opened",
       [](Scene& scene) {
         scene.at(kPaid).record.Clear(6).Add(6, MakeEntry(1, kPaid, 3, 1, 300));
       },
       {{kPaid, "account 3: a posting to an account that was never opened"},
        {kPaid, "does not have one entry"}}},
      {"a balance past 64 bits",
       [](Scene& scene) {
         scene.CutBehind(kPaid);
         scene.at(kPaid)
             .record.Clear(6)
             .Add(6, MakeEntry(1, kPaid, 2, 1, huge))
             .Add(6, MakeEntry(1, kPaid, 2, 1, huge));
       },
       {{kPaid, "account 1: the balance does not fit"},
        {kPaid, "does not have one entry"}}},
      {"a wrong balance after a posting",
       [](Scene& scene) {
         scene.Write();  // Fills the balances.
         scene.fills_balances = false;
         Message entry = scene.at(kLast).record.GetSub(6);
         const Message first = entry.All(4)[0];
         const Message second = entry.All(4)[1];
         entry.Clear(4).Add(4, first).Add(4, Message(second).Zigzag(3, 150));
         scene.at(kLast).record.Clear(6).Add(6, entry);
       },
       {{kLast,
         "account 2: the balance is 151 after a posting of 10; the "
         "record says 150"}}},
  });
}

TEST(RecordDefectsTest, EntriesWhereNothingMoves) {
  const struct {
    uint64_t sequence;
    const char* what;
  } quiet[] = {{kBob, "admitting a member moves no units"},
               {kLimits, "setting limits moves no units"},
               {kProposed, "the record moves no units"},
               {kRefused, "a refusal moves no units"},
               {kOffered, "the record moves no units"},
               {kDeclined, "the record moves no units"}};
  for (const auto& [sequence, what] : quiet) {
    SCOPED_TRACE(sequence);
    Scene scene;
    // To itself, so that no balance differs.
    scene.at(sequence).record.Add(6, MakeEntry(1, 0, 1, 1, 5));
    ExpectFindings(scene.Write(), {{sequence, what}});
  }
}

TEST(RecordDefectsTest, Members) {
  ExpectEach({
      {"a gap in the members",
       [](Scene& scene) { scene.Append(kMemberCreated, Member(4, "carl", 3)); },
       {{15, "member 4 is admitted; 3 would be next"}}},
      {"a gap in the accounts",
       [](Scene& scene) { scene.Append(kMemberCreated, Member(3, "carl", 4)); },
       {{15, "account 4 is opened; 3 would be next"}}},
      {"an id that is none",
       [](Scene& scene) { scene.Append(kMemberCreated, Member(3, "C_", 3)); },
       {{15, "the id \"C_\", which is none"}}},
      {"a country that is none",
       [](Scene& scene) {
         scene.Append(kMemberCreated, Member(3, "carl", 3).Text(3, "be"));
       },
       {{15, "country is \"be\""}}},
  });
}

TEST(RecordDefectsTest, Limits) {
  ExpectEach({
      {"of an unknown account",
       [](Scene& scene) { scene.at(kLimits).event.Int(1, 7); },
       {{kLimits, "account 7: limits of an account that was never opened"},
        {kLimits, "commits to text 1 of member 1"}}},
      {"an old credit line that was not in force",
       [](Scene& scene) { scene.at(kLimits).event.Int(2, 401); },
       {{kLimits,
         "the credit line in force is 400; the record says that it "
         "was 401"}}},
      {"an old balance limit that was not in force",
       [](Scene& scene) { scene.at(kLimits).event.Int(4, 999); },
       {{kLimits, "the balance limit in force is 1000"}}},
      {"a credit line below zero",
       [](Scene& scene) {
         scene.CutBehind(kLimits);
         scene.at(kLimits).event.Int(3, -1);
       },
       {{kLimits, "a credit line of -1"}}},
      {"a credit line past the largest amount",
       [](Scene& scene) {
         scene.at(kLimits).event.Int(3, 1'000'000'000'000'001);
       },
       {{kLimits, "a credit line of 1000000000000001"}}},
      {"a balance limit of zero",
       [](Scene& scene) {
         scene.CutBehind(kLimits);
         scene.at(kLimits).event.Clear(5);
       },
       {{kLimits, "a balance limit of 0"}}},
  });
}

TEST(RecordDefectsTest, PersonalTexts) {
  const auto commitment = [](int64_t subject, int64_t field) {
    return Message()
        .Int(1, subject)
        .Int(2, field)
        .Text(3, std::string(32, 'x'));
  };
  ExpectEach({
      {"a text that the event does not have",
       [&](Scene& scene) { scene.at(kBob).record.Add(8, commitment(2, 3)); },
       {{kBob, "commits to text 3 of member 2; its event has no such text"}}},
      {"a text of another member",
       [&](Scene& scene) {
         scene.at(kOffered).record.Add(8, commitment(2, 1));
       },
       {{kOffered, "commits to text 1 of member 2"}}},
      {"a text of an event without any",
       [&](Scene& scene) {
         scene.at(kRefused).record.Add(8, commitment(1, 1));
       },
       {{kRefused, "its event has no such text"}}},
      {"a text twice",
       [&](Scene& scene) { scene.at(kBob).record.Add(8, commitment(2, 1)); },
       {{kBob, "commits to text 1 twice"}}},
      {"a commitment that is no digest",
       [&](Scene& scene) {
         scene.at(kOffered).record.Add(8, commitment(1, 1).Text(3, "short"));
       },
       {{kOffered, "has 5 bytes"}}},
  });
}

TEST(RecordDefectsTest, PayloadsThatCannotBeRead) {
  const std::string unknown_text = "\x7a\x01x";  // Field 15.
  const std::vector<Case> cases = {
      {"a field that is not known",
       [&](Scene& scene) { scene.at(kAccepted).record.AddRaw(unknown_text); },
       {{kAccepted, "field 15 is not known"}}},
      {"in a posting",
       [&](Scene& scene) {
         scene.at(kAccepted).record.Clear(6).Add(
             6, Message().Add(4, MakePosting(1, 5).AddRaw(unknown_text)));
       },
       {{kAccepted, "entries: postings: field 15 is not known"}}},
      {"in the event",
       [&](Scene& scene) { scene.at(kAccepted).event.AddRaw(unknown_text); },
       {{kAccepted, "field 15 is not known"}}},
      {"an event that is not known",
       [](Scene& scene) { scene.at(kAccepted).event_number = 99; },
       {{kAccepted, "event 99 is not known"}}},
      {"two events",
       [](Scene& scene) {
         scene.at(kAccepted).after_event = Message().Sub(5, Message()).Encode();
       },
       {{kAccepted, "more than one event"}}},
      {"another wire type",
       [](Scene& scene) { scene.at(kAccepted).event.Clear(1).Fixed(1, 6); },
       {{kAccepted, "trade has another wire type"}}},
      {"a field twice",
       [](Scene& scene) { scene.at(kAccepted).event.AddRaw("\x08\x06"); },
       {{kAccepted, "trade is there twice"}}},
      {"a varint with a byte too many",
       [](Scene& scene) {
         scene.at(kAccepted).event.Clear(1).AddRaw(
             std::string("\x08\x86\x00", 3));
       },
       {{kAccepted, "longer than its number needs"}}},
      {"a field that is cut short",
       [](Scene& scene) { scene.at(kAccepted).event.AddRaw("\x08"); },
       {{kAccepted, "cut short"}}},
      {"text that is not UTF-8",
       [](Scene& scene) { scene.at(kOffered).event.Text(1, "\xff"); },
       {{kOffered, "id is not UTF-8"}}},
      {"text that is too long",
       [](Scene& scene) {
         scene.at(kOffered).event.Text(1, std::string(64, 'a'));
       },
       {{kOffered, "id has 64 bytes, more than 63"}}},
      {"a list that is too long",
       [](Scene& scene) {
         Message event = scene.at(kOffered).event;
         Message invoice = event.GetSub(11);
         for (int i = 0; i < 31; ++i) invoice.Add(8, Message());
         scene.at(kOffered).event = event.Sub(11, invoice);
       },
       {{kOffered, "invoice: tax_lines has more than 32 values"}}},
      {"a number past 32 bits",
       [](Scene& scene) { scene.at(kOffered).event.Int(4, int64_t{1} << 32); },
       {{kOffered, "initiator is 4294967296, which does not fit"}}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    Scene scene;
    const uint64_t before = c.findings[0].first - 1;
    c.plant(scene);
    const Report report = ExpectFindings(scene.Write(before), c.findings);
    EXPECT_TRUE(report.incomplete());
    // The chain is checked to the end all the same, and so are the rows.
    EXPECT_EQ(report.records, kLast);
    EXPECT_EQ(report.compared.size(), 17u);
  }
}

}  // namespace
}  // namespace skontro::verifier
