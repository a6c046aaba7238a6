// What a changing verb prints: the resource as it is now and the receipt, or of
// a dry run the resource as it would be and every reason against it.
//
// Thread safety: functions of a Session; see there.

#ifndef SKONTRO_CLI_OUTCOME_H_
#define SKONTRO_CLI_OUTCOME_H_

#include <string>

#include "cli/exit_code.h"
#include "cli/listing.h"
#include "cli/session.h"
#include "skontro/v1/outcome.pb.h"

namespace skontro::cli {

// Sequence and digest, or the refusals of a dry run, for people.
std::string OutcomeText(const v1::Outcome& outcome, Session& session);

// {"sequence": 5, "digest": "<hex>", "dry_run": false,
//  "refusals": [{"reason": ..., "message": ..., "metadata": {...}}]}
void WriteOutcome(const v1::Outcome& outcome, bool dry_run, JsonWriter* json);

// Prints `row` and `outcome`, after the line `headline` if it is text. Returns
// kRefused where the outcome lists refusals, else kDone.
template <typename Resource>
ExitCode PrintChange(Session& session, const View<Resource>& view,
                     const Resource& row, const v1::Outcome& outcome,
                     const std::string& headline) {
  switch (session.format()) {
    case Format::kText:
      session.out() << headline << "\n"
                    << DetailText(view, row) << OutcomeText(outcome, session);
      break;
    case Format::kCsv:
      session.out() << CsvTable<Resource>(view, {row}).Csv();
      if (session.dry_run()) session.err() << OutcomeText(outcome, session);
      break;
    case Format::kJsonLines:
    case Format::kJson: {
      JsonWriter json;
      json.BeginObject();
      WriteObject(view, row, view.singular, &json);
      WriteOutcome(outcome, session.dry_run(), &json);
      json.EndObject();
      session.out() << json.Finish();
      break;
    }
  }
  return outcome.refusals().empty() ? ExitCode::kDone : ExitCode::kRefused;
}

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_OUTCOME_H_
