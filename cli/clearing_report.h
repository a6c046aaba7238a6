// What clearing a list of obligations comes to, for people, for programs and as
// a picture.
//
// Thread safety: pure functions.

#ifndef SKONTRO_CLI_CLEARING_REPORT_H_
#define SKONTRO_CLI_CLEARING_REPORT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/numeric/int128.h"
#include "cli/edge_list.h"
#include "engine/netting/netting.h"

namespace skontro::cli {

struct ClearingReport {
  size_t firms = 0;
  size_t obligations = 0;
  size_t left_out = 0;
  int64_t total_debt = 0;
  int64_t net_internal_debt = 0;
  int64_t cleared = 0;
  int64_t ring_by_ring = 0;
  int64_t bilateral = 0;
  bool is_optimal = false;
  // How far the result may be from the best, in debt; a unit of credit that is
  // spent counts leverage + 1/2. 0 where it is optimal.
  int64_t gap = 0;
  // What all lines together let spend and what is spent of it, where there are
  // lines; and the dial.
  std::optional<absl::int128> credit;
  int64_t credit_spent = 0;
  int32_t leverage = 0;
  uint64_t steps = 0;
  int64_t solve_cpu_us = 0;
  int64_t verify_cpu_us = 0;
  int64_t memory_bytes = 0;  // The most that the process had.
};

// Fills all but times and memory.
// REQUIRES: the solution is of the list's problem, and is verified.
ClearingReport MakeReport(const EdgeList& list,
                          const netting::Solution& solution);

std::string ReportText(const ClearingReport& report);
std::string ReportJson(const ClearingReport& report);

// The picture in the language of Graphviz: an arc for each obligation, with
// what is set off of what is owed; bold where all of it is, dashed where
// nothing is. REQUIRES: the solution is of the list's problem.
std::string ClearingPicture(const EdgeList& list,
                            const netting::Solution& solution);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_CLEARING_REPORT_H_
