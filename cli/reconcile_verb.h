// skontro reconcile

#ifndef SKONTRO_CLI_RECONCILE_VERB_H_
#define SKONTRO_CLI_RECONCILE_VERB_H_

#include "cli/verbs.h"

namespace skontro::cli {

// Adds the verb that compares one balance in the ledger and in every export.
void AddReconcileVerb(Verbs& verbs);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_RECONCILE_VERB_H_
