// What must hold for any commands in any state: a preview tells what would
// happen, a group that fails leaves no trace, and the same commands give the
// same bytes.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/engine/desk.h"
#include "tests/engine/random_commands.h"

namespace skontro::engine {
namespace {

class DeciderPropertyTest : public testing::TestWithParam<uint64_t> {
 protected:
  static constexpr int kCommands = 500;

  static void AdmitAll(Desk* desk) {
    for (const char* id : kRandomMembers) desk->MustRun(Under(id, Admit(id)));
  }

  static uint64_t NewestOf(const Desk& desk) {
    return static_cast<uint64_t>(desk.state().sequence());
  }
};

TEST_P(DeciderPropertyTest, APreviewTellsWhatTheCommandThenDoes) {
  RandomCommands commands(GetParam());
  Desk desk;
  AdmitAll(&desk);
  int done = 0;
  int refused = 0;
  for (int i = 0; i < kCommands; ++i) {
    Command command = commands.Next(NewestOf(desk));
    // There are no previews of groups.
    if (std::holds_alternative<CreateTrades>(command.body)) continue;
    command.time_us = desk.state().time_us() + 1;
    const Answer preview = desk.Run(AsPreview(command));
    const Answer answer = desk.Run(command);
    ASSERT_EQ(answer.refusals.empty(), preview.refusals.empty()) << i;
    ASSERT_EQ(preview.first_sequence, Sequence{0});
    if (answer.refusals.empty()) {
      ++done;
      ASSERT_EQ(answer.events, preview.events) << i;
      ASSERT_EQ(answer.time_us, preview.time_us) << i;
      ASSERT_EQ(answer.booking_date, preview.booking_date) << i;
      ASSERT_EQ(answer.sequence, ledger::Next(preview.sequence)) << i;
    } else {
      ++refused;
      ASSERT_EQ(answer.refusals.front(), preview.refusals.front()) << i;
      ASSERT_TRUE(answer.events.empty()) << i;
    }
  }
  EXPECT_GT(done, kCommands / 10);
  EXPECT_GT(refused, kCommands / 10);
}

TEST_P(DeciderPropertyTest, TheSameCommandsGiveTheSameBytesInAnyBatches) {
  RandomCommands commands(GetParam());
  RandomCommands batches(GetParam() + 1'000);
  Desk one_by_one;
  Desk in_batches;
  for (Desk* desk : {&one_by_one, &in_batches}) AdmitAll(desk);
  for (int i = 0; i < kCommands; ++i) {
    Command command =
        Under("r" + std::to_string(i), commands.Next(NewestOf(one_by_one)));
    command.time_us = one_by_one.state().time_us() + 1;
    one_by_one.Run(command);
    in_batches.Decide(in_batches.Ready(command));
    if (batches.Below(20) == 0) {
      in_batches.Commit();
      in_batches.Project();
    }
  }
  EXPECT_EQ(one_by_one.payloads(), in_batches.payloads());
  EXPECT_GT(one_by_one.payloads().size(), size_t{kCommands} / 2);
}

// Two desks get the same commands, and now and then each a group that fails:
// the one a long group, the other the same failure alone, so that only the one
// has something to undo.
class FailingGroupTest : public DeciderPropertyTest {
 protected:
  FailingGroupTest() {
    for (Desk* either : {&desk_, &twin_}) AdmitAll(either);
  }

  // A group of good form that fails at its last item, if not before.
  Command FailingGroup() {
    while (true) {
      Command command = commands_.Next(NewestOf(desk_));
      auto* group = std::get_if<CreateTrades>(&command.body);
      if (group == nullptr) continue;
      group->trades.push_back(Sale("ghost", "phantom", 1));
      if (desk_.Ready(command).form_refusals.empty()) return command;
    }
  }

  Answer Decide(Desk* desk, Command command, int i) {
    command.request_id = "r" + std::to_string(i);
    command.time_us = desk->state().time_us() + 1;
    return desk->Decide(desk->Ready(std::move(command)));
  }

  // Both have written the same since they had written so many payloads.
  void ExpectTheSameSince(size_t before) {
    ASSERT_EQ(desk_.payloads().size(), twin_.payloads().size());
    for (size_t i = before; i < desk_.payloads().size(); ++i) {
      ASSERT_EQ(desk_.payloads()[i], twin_.payloads()[i]);
    }
    ASSERT_EQ(desk_.state().sequence(), twin_.state().sequence());
    ASSERT_EQ(desk_.state().recent_count(), twin_.state().recent_count());
  }

  RandomCommands commands_{GetParam()};
  Desk desk_;
  Desk twin_;
};

TEST_P(FailingGroupTest, AGroupThatFailsLeavesNoTraceButItsRefusal) {
  int undone = 0;
  for (int i = 0; i < kCommands; ++i) {
    SCOPED_TRACE(i);
    size_t before = desk_.payloads().size();
    if (commands_.Below(4) == 0) {
      const Answer answer = Decide(&desk_, FailingGroup(), i);
      Decide(&twin_, Together({Sale("ghost", "phantom", 1)}), i);
      ASSERT_EQ(answer.refusals.size(), 1u);
      undone += std::stoi(std::string(MetadataOf(answer.refusals[0], "item")));
      ++before;  // The refusals tell of different items.
    } else {
      const Command command = commands_.Next(NewestOf(desk_));
      Decide(&desk_, command, i);
      Decide(&twin_, command, i);
    }
    ASSERT_NO_FATAL_FAILURE(ExpectTheSameSince(before));
    if (commands_.Below(9) == 0) {
      for (Desk* either : {&desk_, &twin_}) {
        either->Commit();
        either->Project();
        either->decider().ForgetUpTo(either->view().sequence);
      }
    }
  }
  EXPECT_GT(undone, 30);
}

INSTANTIATE_TEST_SUITE_P(Seeds, FailingGroupTest,
                         testing::Range<uint64_t>(0, 10));
INSTANTIATE_TEST_SUITE_P(Seeds, DeciderPropertyTest,
                         testing::Range<uint64_t>(0, 10));

}  // namespace
}  // namespace skontro::engine
