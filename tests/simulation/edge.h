// An Edge turns Requests into commands, as a server does, and what the engine
// answers and writes into the words of the Oracle, so that the two can be
// compared.
//
// Thread safety: pure functions.

#ifndef SKONTRO_TESTS_SIMULATION_EDGE_H_
#define SKONTRO_TESTS_SIMULATION_EDGE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "engine/command.h"
#include "engine/decider.h"
#include "ledger/record.h"
#include "tests/simulation/oracle.h"
#include "tests/simulation/request.h"

namespace skontro::simulation {

// The network that the Oracle thinks of.
engine::NetworkCreated NetworkOf(const Terms& terms);

engine::Command CommandOf(const Request& request);

// The refusals of an answer. The text for a tax id that is taken is free.
std::vector<Why> WhyOf(const std::vector<Refusal>& refusals);

// The event of the record at `sequence`, in the words of Row::event.
std::string LineOf(const engine::Event& event, uint64_t sequence);

// The record at `sequence`. Stops the process if its event cannot be read.
Row RowOf(const ledger::Record& record, uint64_t sequence);

// In what `answer` differs from what it must be; empty if it does not. Of form
// the paths are compared, in any order.
std::string DifferenceOf(const engine::Answer& answer, const Verdict& verdict,
                         bool validate_only);

}  // namespace skontro::simulation

#endif  // SKONTRO_TESTS_SIMULATION_EDGE_H_
