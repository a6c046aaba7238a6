// What Prometheus reads of the process: how long calls and commits take, what
// waits, how full things are. The names are listed in docs/operating.md.
//
// Thread safety: all methods may be called from any thread.

#ifndef SKONTRO_SERVER_METRICS_H_
#define SKONTRO_SERVER_METRICS_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace skontro::server {

// Numbers as they are at the moment somebody asks: one family, with a value for
// each set of labels.
struct GaugeFamily {
  struct Value {
    std::vector<std::pair<std::string, std::string>> labels;
    double value = 0;
  };
  std::string name;
  std::string help;
  std::vector<Value> values;
};

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // A call of one of our methods began, was answered, is gone. `reason` is OK,
  // the reason of the error or, where it has none, the name of its code.
  void CallBegan();
  void CallAnswered(std::string_view method, std::string_view reason,
                    absl::Duration took);
  void CallGone();

  // A batch of records became durable.
  void Committed(const std::string& network, absl::Duration took, size_t bytes);

  // All of it in the text format of Prometheus, with `gauges` behind; of the
  // values that are a network's those for which `shows` is true.
  std::string Text(
      const std::vector<GaugeFamily>& gauges,
      const std::function<bool(std::string_view network)>& shows) const;

 private:
  struct Families;
  const std::unique_ptr<Families> families_;
};

}  // namespace skontro::server

#endif  // SKONTRO_SERVER_METRICS_H_
