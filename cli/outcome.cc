#include "cli/outcome.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "cli/wire_text.h"

namespace skontro::cli {

std::string OutcomeText(const v1::Outcome& outcome, Session& session) {
  if (!session.dry_run()) {
    return TitledLines({{"Sequence", absl::StrCat(outcome.sequence())},
                        {"Digest", HexText(outcome.digest())}});
  }
  if (outcome.refusals().empty()) {
    return "Dry run: nothing was changed, and nothing stands against it.\n";
  }
  std::string text =
      absl::StrCat("Dry run: nothing was changed. It would be refused, for ",
                   outcome.refusals_size(),
                   outcome.refusals_size() == 1 ? " reason:\n" : " reasons:\n");
  for (int i = 0; i < outcome.refusals_size(); ++i) {
    const std::string words =
        session.ExplainError(DecodeError(outcome.refusals(i)));
    absl::StrAppend(&text, "  ", i + 1, ". ",
                    absl::StrReplaceAll(words, {{"\n", "\n     "}}), "\n");
  }
  return text;
}

void WriteOutcome(const v1::Outcome& outcome, bool dry_run, JsonWriter* json) {
  json->BeginObject("outcome");
  json->Number("sequence", outcome.sequence());
  json->String("digest", HexText(outcome.digest()));
  json->Bool("dry_run", dry_run);
  json->BeginArray("refusals");
  for (const v1::Refusal& refusal : outcome.refusals()) {
    json->BeginObject();
    json->String("reason", DecodeError(refusal).reason);
    json->String("message", refusal.message());
    json->BeginObject("metadata");
    const std::map<std::string, std::string> sorted(refusal.metadata().begin(),
                                                    refusal.metadata().end());
    for (const auto& [key, value] : sorted) json->String(key, value);
    json->EndObject();
    json->EndObject();
  }
  json->EndArray();
  json->EndObject();
}

}  // namespace skontro::cli
