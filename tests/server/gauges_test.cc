// The numbers of networks that are counted, not just read.

#include "server/gauges.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/server/scene.h"

namespace skontro::server {
namespace {

class GaugesTest : public testing::Test {
 protected:
  GaugesTest() { scene_.MakeNetwork(); }

  const Network& network() { return *scene_.networks().Find("res"); }

  // The buyer pays, and is as far below zero.
  void Pay(const std::string& id, const std::string& buyer, int64_t units) {
    ASSERT_TRUE(scene_
                    .Call(TradeRequest(id, "imprimerie", buyer, units,
                                       v1::Trade::BUYER))
                    .status.ok());
  }

  void SetLine(const std::string& id, const std::string& member,
               int64_t minor_units) {
    ASSERT_TRUE(scene_.Call(LineRequest(id, member, minor_units)).status.ok());
  }

  double Read(const std::string& name) {
    for (const GaugeFamily& family :
         ReadGauges(scene_.networks(), scene_.directory())) {
      if (family.name == name) return family.values.at(0).value;
    }
    ADD_FAILURE() << name << " is not there";
    return -1;
  }

  Scene scene_;
};

TEST_F(GaugesTest, AnAccountIsOutOfLimitsFromOneMinorUnitOn) {
  LimitsGauge limits(absl::ZeroDuration());
  Pay("r-1", "garage", 500);
  Pay("r-2", "boulangerie", 500);
  EXPECT_EQ(limits.Count(network()), 0);
  SetLine("r-3", "garage", 500);
  EXPECT_EQ(limits.Count(network()), 0);
  SetLine("r-4", "garage", 499);
  EXPECT_EQ(limits.Count(network()), 1);
  SetLine("r-5", "boulangerie", 0);
  EXPECT_EQ(limits.Count(network()), 2);
}

TEST_F(GaugesTest, AccountsAreNotCountedAgainBeforeTheirTime) {
  LimitsGauge limits(absl::Hours(1));
  Pay("r-1", "garage", 500);
  EXPECT_EQ(limits.Count(network()), 0);
  SetLine("r-2", "garage", 0);
  EXPECT_EQ(limits.Count(network()), 0);
}

TEST_F(GaugesTest, ALargeNetworkIsNotCounted) {
  EXPECT_EQ(LimitsGauge(absl::ZeroDuration(), 3).Count(network()), 0);
  EXPECT_EQ(LimitsGauge(absl::ZeroDuration(), 2).Count(network()),
            std::nullopt);
}

TEST_F(GaugesTest, ACheckpointLagsByTheRecordsBehindIt) {
  EXPECT_EQ(Read("skontro_checkpoint_lag_records"), 4);
  scene_.Restart();
  EXPECT_EQ(Read("skontro_checkpoint_lag_records"), 0);
  Pay("r-1", "garage", 1);
  EXPECT_EQ(Read("skontro_checkpoint_lag_records"), 1);
}

}  // namespace
}  // namespace skontro::server
