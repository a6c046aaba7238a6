// A FakeNetwork carries out the calls of a plan as a network should, in memory,
// and shows itself as a server would: so that a test can plant a defect in what
// it shows, and see whether an Audit finds it.
//
// Thread safety: none; one thread owns a FakeNetwork.

#ifndef SKONTRO_TESTS_INTEGRATION_FAKE_NETWORK_H_
#define SKONTRO_TESTS_INTEGRATION_FAKE_NETWORK_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/integration/books.h"
#include "tests/integration/load_client.h"
#include "tests/integration/load_plan.h"
#include "tests/integration/network_reader.h"

namespace skontro::integration {

class FakeNetwork {
 public:
  explicit FakeNetwork(const LoadPlan* plan)
      : books_(plan->options().members) {}

  CallAnswer Execute(const PlannedCall& call);
  SeenNetwork Seen() const;

 private:
  std::optional<RefusedBecause> CheckMove(int64_t payer, int64_t receiver,
                                          int64_t units) const;
  std::optional<RefusedBecause> CheckCreate(const PlannedTrade& planned) const;
  ItemAnswer Create(const PlannedTrade& planned);
  ItemAnswer Step(const PlannedCall& call);
  ItemAnswer SetLimits(const PlannedCall& call);
  ItemAnswer Refuse(RefusedBecause because);
  ItemAnswer Done(const BookEvent& event);
  CallAnswer Group(const PlannedCall& call);

  int64_t sequence_ = 0;
  Books books_;
  Findings findings_;
  std::map<std::string, v1::Trade> trades_;
  std::map<std::string, std::string> invoices_;
  std::vector<std::pair<int64_t, v1::CreditLineChange>> limits_;
  std::set<std::string> members_;
};

}  // namespace skontro::integration

#endif  // SKONTRO_TESTS_INTEGRATION_FAKE_NETWORK_H_
