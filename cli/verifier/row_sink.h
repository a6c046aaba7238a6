// A RowSink takes the rows that a rebuild of the projections gives.

#ifndef SKONTRO_CLI_VERIFIER_ROW_SINK_H_
#define SKONTRO_CLI_VERIFIER_ROW_SINK_H_

#include <cstdint>
#include <string_view>

#include "cli/verifier/families.h"

namespace skontro::verifier {

class RowSink {
 public:
  RowSink() = default;
  RowSink(const RowSink&) = delete;
  RowSink& operator=(const RowSink&) = delete;
  virtual ~RowSink() = default;

  // Record `sequence` makes a row. `value` is canonical.
  virtual void Put(Family family, std::string_view key, std::string_view value,
                   uint64_t sequence) = 0;

  // Record `sequence` removes a row that was put.
  virtual void Erase(Family family, std::string_view key,
                     std::string_view value, uint64_t sequence) = 0;
};

}  // namespace skontro::verifier

#endif  // SKONTRO_CLI_VERIFIER_ROW_SINK_H_
