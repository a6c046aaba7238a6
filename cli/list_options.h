// The options that every list with a filter takes.
//
// Thread safety: none.

#ifndef SKONTRO_CLI_LIST_OPTIONS_H_
#define SKONTRO_CLI_LIST_OPTIONS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/filter_text.h"
#include "cli/unit.h"
#include "cli/verbs.h"

namespace skontro::cli {

struct ListOptions {
  std::string filter;
  std::string order_by;
  int limit = 0;  // Zero means all.
  int64_t as_of = 0;
};

// --filter, --order-by, --limit, --network and --format. `fields` are the words
// of the help for what can be ordered by.
void TakesListOptions(Verbs& verbs, CLI::App* verb, const std::string& fields,
                      ListOptions* options);

// An option that takes a text.
CLI::Option* TakesText(CLI::App* verb, const char* name, std::string* value,
                       const char* description, const char* type);

// Narrows `filter` by an amount of units, or by a day, that was typed for
// `option`; not at all where nothing was. Usage failures as of argument.h.
absl::Status AddUnits(std::string_view option, const std::string& typed,
                      const Unit& unit, std::string_view field,
                      std::string_view op, FilterText* filter);
absl::Status AddDay(std::string_view option, const std::string& typed,
                    std::string_view field, std::string_view op,
                    FilterText* filter);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_LIST_OPTIONS_H_
