// The steps of `skontro tour`: the walk of the README, told.
//
// Thread safety: pure functions.

#ifndef SKONTRO_CLI_TOUR_H_
#define SKONTRO_CLI_TOUR_H_

#include <string>
#include <vector>

#include "cli/exit_code.h"

namespace skontro::cli {

struct TourStep {
  std::string title;
  std::string why;
  std::vector<std::string> arguments;  // Of skontro.
  // What it has to come to; a refusal is shown on purpose.
  ExitCode expected = ExitCode::kDone;
};

// Where a tour goes.
struct TourPlan {
  std::string network;         // Its id.
  std::string folder;          // For what it exports.
  std::string data_directory;  // Of a server of its own; empty for another.
  int year = 0;
};

std::vector<TourStep> TourSteps(const TourPlan& plan);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_TOUR_H_
