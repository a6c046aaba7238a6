// skontro import

#ifndef SKONTRO_CLI_IMPORT_VERBS_H_
#define SKONTRO_CLI_IMPORT_VERBS_H_

#include "cli/verbs.h"

namespace skontro::cli {

// Adds the verbs that make trades of files that an ERP writes.
void AddImportVerbs(Verbs& verbs);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_IMPORT_VERBS_H_
