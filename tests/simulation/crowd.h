// The Crowd is the clients of a simulated network: a few members with small
// limits, who trade, mistake, repeat themselves and ask for what is not there.
//
// With an Oracle to look at it also aims: at amounts that just meet a limit or
// pass it by one, and at limits that just meet a trade.
//
// Belongs to one thread.

#ifndef SKONTRO_TESTS_SIMULATION_CROWD_H_
#define SKONTRO_TESTS_SIMULATION_CROWD_H_

#include <cstdint>
#include <deque>
#include <string>

#include "tests/simulation/dice.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/request.h"

namespace skontro::simulation {

class Crowd {
 public:
  // `name` tells its request ids from those of other crowds.
  Crowd(uint64_t seed, std::string name, const Terms& terms);

  // A request under a new id, without a time. `oracle` may be null: then the
  // crowd does not aim.
  Request Next(const Oracle* oracle);

  // Another request under the id of `request`.
  Request Another(const Request& request);

  // Tells of a sequence that was answered: there may be a trade of that number.
  void Learn(uint64_t sequence);

 private:
  Request New(Method method);
  Request AnyRequest(const Oracle* oracle);
  Request NewMemberRequest();
  Request NewLineRequest();
  Request NewStatusRequest(const Oracle* oracle);
  Request Settled(Request closing, const Oracle* oracle);
  Request NewPoliciesRequest(const Oracle* oracle);
  Request StepRequest(const Oracle* oracle);
  Request GroupRequest(const Oracle* oracle);
  void Aim(const Oracle& oracle);
  NewTrade AnyTrade(const Oracle* oracle);
  int64_t UnitsOf(const NewTrade& trade, const Oracle* oracle);
  Invoice AnyInvoice(const NewTrade& trade);
  void AddTaxLines(Invoice* invoice, int64_t gross);
  int64_t WorthOf(int64_t units) const;
  void Spoil(NewTrade* trade);
  void SpoilInvoice(Invoice* invoice);
  std::string AnyMember();
  std::string AnyTradeName(const Oracle* oracle);
  std::string TradeIn(const std::string& state, const Oracle* oracle);
  std::optional<int64_t> HoldUntil(const Oracle* oracle);
  std::optional<int64_t> EndOfHold(const std::string& id, const Oracle* oracle);
  Part AnyPart(const std::string& id, const Oracle* oracle);
  std::string Scribbled(const std::string& text);

  Dice dice_;
  const std::string name_;
  const Terms terms_;
  uint64_t requests_ = 0;
  uint64_t newest_ = 1;
  std::deque<Request> planned_;
};

}  // namespace skontro::simulation

#endif  // SKONTRO_TESTS_SIMULATION_CROWD_H_
