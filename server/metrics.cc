#include "server/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"

namespace skontro::server {
namespace {

using Buckets = prometheus::Histogram::BucketBoundaries;

// In seconds: from what memory alone takes to what a client gives up at.
const Buckets& CallBuckets() {
  static const Buckets* const buckets =
      new Buckets{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                  0.05,   0.1,     0.25,   0.5,   1,      2.5,   10,   60};
  return *buckets;
}

const Buckets& CommitBuckets() {
  static const Buckets* const buckets =
      new Buckets{0.0001, 0.00025, 0.0005, 0.001, 0.002, 0.004, 0.008,
                  0.016,  0.032,   0.064,  0.125, 0.25,  0.5,   1};
  return *buckets;
}

const Buckets& SizeBuckets() {
  static const Buckets* const buckets = new Buckets{
      256, 1'024, 4'096, 16'384, 65'536, 262'144, 1'048'576, 4'194'304};
  return *buckets;
}

}  // namespace

struct Metrics::Families {
  Families()
      : calls(prometheus::BuildHistogram()
                  .Name("skontro_call_duration_seconds")
                  .Help("Time from a call's arrival to its answer.")
                  .Register(registry)),
        in_flight(prometheus::BuildGauge()
                      .Name("skontro_calls_in_flight")
                      .Help("Calls that have come and are not gone.")
                      .Register(registry)
                      .Add({})),
        commits(prometheus::BuildHistogram()
                    .Name("skontro_commit_duration_seconds")
                    .Help("Time to write and sync a batch of records.")
                    .Register(registry)),
        commit_bytes(prometheus::BuildHistogram()
                         .Name("skontro_commit_bytes")
                         .Help("Bytes of the rows of a batch.")
                         .Register(registry)) {}

  prometheus::Histogram& Call(std::string_view method, std::string_view reason)
      ABSL_LOCKS_EXCLUDED(mutex) {
    std::pair<std::string, std::string> key(method, reason);
    const absl::MutexLock lock(&mutex);
    prometheus::Histogram*& found = known[key];
    if (found == nullptr) {
      found = &calls.Add({{"method", key.first}, {"reason", key.second}},
                         CallBuckets());
    }
    return *found;
  }

  prometheus::Registry registry;
  prometheus::Family<prometheus::Histogram>& calls;
  prometheus::Gauge& in_flight;
  prometheus::Family<prometheus::Histogram>& commits;
  prometheus::Family<prometheus::Histogram>& commit_bytes;

  // As many as methods times reasons: both are ours.
  absl::Mutex mutex;
  absl::flat_hash_map<std::pair<std::string, std::string>,
                      prometheus::Histogram*>
      known ABSL_GUARDED_BY(mutex);
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {}

Metrics::~Metrics() = default;

void Metrics::CallBegan() { families_->in_flight.Increment(); }

void Metrics::CallGone() { families_->in_flight.Decrement(); }

void Metrics::CallAnswered(std::string_view method, std::string_view reason,
                           absl::Duration took) {
  families_->Call(method, reason).Observe(absl::ToDoubleSeconds(took));
}

void Metrics::Committed(const std::string& network, absl::Duration took,
                        size_t bytes) {
  const prometheus::Labels labels = {{"network", network}};
  families_->commits.Add(labels, CommitBuckets())
      .Observe(absl::ToDoubleSeconds(took));
  families_->commit_bytes.Add(labels, SizeBuckets())
      .Observe(static_cast<double>(bytes));
}

std::string Metrics::Text(
    const std::vector<GaugeFamily>& gauges,
    const std::function<bool(std::string_view network)>& shows) const {
  std::vector<prometheus::MetricFamily> all = families_->registry.Collect();
  for (const GaugeFamily& gauge : gauges) {
    prometheus::MetricFamily family;
    family.name = gauge.name;
    family.help = gauge.help;
    family.type = prometheus::MetricType::Gauge;
    for (const GaugeFamily::Value& value : gauge.values) {
      prometheus::ClientMetric metric;
      for (const auto& [name, text] : value.labels) {
        metric.label.push_back({name, text});
      }
      metric.gauge.value = value.value;
      family.metric.push_back(std::move(metric));
    }
    all.push_back(std::move(family));
  }
  for (prometheus::MetricFamily& family : all) {
    std::erase_if(family.metric, [&](const prometheus::ClientMetric& metric) {
      return std::any_of(metric.label.begin(), metric.label.end(),
                         [&](const prometheus::ClientMetric::Label& label) {
                           return label.name == "network" &&
                                  !shows(label.value);
                         });
    });
  }
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, all);
  return text.str();
}

}  // namespace skontro::server
