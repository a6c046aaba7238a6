// Facts are what the store says about the names in a command. The calling
// thread looks them up, so that the writer never waits for a disk.
//
// Thread safety: pure functions of the view.

#ifndef SKONTRO_ENGINE_FACTS_H_
#define SKONTRO_ENGINE_FACTS_H_

#include "absl/status/status.h"
#include "engine/command.h"
#include "ledger/projection.h"

namespace skontro::engine {

// Sets command->facts from `view`. Returns an error where the store cannot be
// read. REQUIRES: Prepare() was called.
absl::Status LookUp(const ledger::ReadView& view, Command* command);

}  // namespace skontro::engine

#endif  // SKONTRO_ENGINE_FACTS_H_
