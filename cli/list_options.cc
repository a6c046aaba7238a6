#include "cli/list_options.h"

#include "absl/strings/str_cat.h"
#include "cli/argument.h"
#include "ledger/base/status.h"

namespace skontro::cli {

void TakesListOptions(Verbs& verbs, CLI::App* verb, const std::string& fields,
                      ListOptions* options) {
  verb->add_option("--filter", options->filter,
                   "Only what passes this filter of the API, besides the "
                   "options above; see docs/api.md")
      ->type_name("FILTER");
  verb->add_option("--order-by", options->order_by,
                   absl::StrCat("In this order: ", fields))
      ->type_name("FIELD");
  verb->add_option("--limit", options->limit, "Only so many, the first")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  verbs.TakesNetwork(verb);
  verbs.TakesListFormat(verb);
}

CLI::Option* TakesText(CLI::App* verb, const char* name, std::string* value,
                       const char* description, const char* type) {
  return verb->add_option(name, *value, description)->type_name(type);
}

absl::Status AddUnits(std::string_view option, const std::string& typed,
                      const Unit& unit, std::string_view field,
                      std::string_view op, FilterText* filter) {
  if (typed.empty()) return absl::OkStatus();
  SKONTRO_ASSIGN_OR_RETURN(const int64_t minor_units,
                           ParseUnits(option, typed, unit));
  filter->AddNumber(field, op, minor_units);
  return absl::OkStatus();
}

absl::Status AddDay(std::string_view option, const std::string& typed,
                    std::string_view field, std::string_view op,
                    FilterText* filter) {
  if (typed.empty()) return absl::OkStatus();
  SKONTRO_RETURN_IF_ERROR(ParseDay(option, typed).status());
  filter->Add(field, op, typed);
  return absl::OkStatus();
}

}  // namespace skontro::cli
