// A desk at which the mason buys of the baker, with holds.

#ifndef SKONTRO_TESTS_ENGINE_HOLD_DESK_H_
#define SKONTRO_TESTS_ENGINE_HOLD_DESK_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/hold_rules.h"
#include "engine/index_reader.h"
#include "tests/engine/desk.h"

namespace skontro::engine {

using Reasons = std::vector<std::string>;

inline constexpr int64_t kDayUs = int64_t{86'400} * 1'000'000;

// A baker, a mason and a printer, each with a credit line of 500.00 and room
// for 1000.00. The mason buys of the baker.
class HoldRulesTest : public testing::Test {
 protected:
  explicit HoldRulesTest(const NetworkCreated& terms = EuroTerms())
      : desk_(terms) {
    for (const char* id : {"baker", "mason", "printer"}) {
      desk_.MustRun(Admit(id));
    }
  }
  ~HoldRulesTest() override { desk_.state().CheckInvariants(); }

  Reasons RunFor(Command command) {
    return ReasonsOf(desk_.Run(std::move(command)).refusals);
  }
  std::string NewTrade(CreateTrade trade) {
    return TradeIdOf(desk_.MustRun(Create(std::move(trade))));
  }
  std::string NewHold(int64_t units, int64_t expire_time_us = 0) {
    return NewTrade(Held(Payment("mason", "baker", units), expire_time_us));
  }
  TradeHistory HistoryOf(const std::string& id) {
    return **FindTrade(desk_.snapshot(), id, desk_.state().sequence());
  }
  std::string StateOf(const std::string& id) {
    const auto state = HistoryOf(id).state;
    return state == TradeState::kAuthorised  ? "AUTHORISED"
           : state == TradeState::kSettled   ? "SETTLED"
           : state == TradeState::kWithdrawn ? "WITHDRAWN"
           : state == TradeState::kExpired   ? "EXPIRED"
           : state == TradeState::kProposed  ? "PROPOSED"
                                             : "another";
  }
  int64_t HeldOut(std::string_view member) {
    return desk_.AccountOf(member).holds_out.minor_units();
  }
  int64_t HeldIn(std::string_view member) {
    return desk_.AccountOf(member).holds_in.minor_units();
  }
  int64_t Now() { return desk_.state().time_us(); }

  Desk desk_;
};

}  // namespace skontro::engine

#endif  // SKONTRO_TESTS_ENGINE_HOLD_DESK_H_
