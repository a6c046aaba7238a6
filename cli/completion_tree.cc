#include "cli/completion_tree.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "ledger/base/check.h"

namespace skontro::cli {
namespace {

using Value = CompletionValue;
using Place = CompletionPlace;

bool IsPlain(const std::string& word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

// The first line of a description, without what a shell would take for more
// than text.
std::string PlainWords(const std::string& text) {
  std::string words = text.substr(0, text.find('\n'));
  for (char& c : words) {
    if (c == '\'' || c == '"' || c == '`' || c == '$' || c == '\\') c = ' ';
  }
  return words;
}

// The values of an option that takes one of a few: CLI11 has them in the name
// of its type, `FORMAT:{text,csv,json}`.
std::vector<std::string> ChoicesOf(const std::string& type) {
  const size_t begin = type.find(":{");
  if (begin == std::string::npos || type.back() != '}') return {};
  const std::string inside = type.substr(begin + 2, type.size() - begin - 3);
  std::vector<std::string> choices =
      absl::StrSplit(inside, ',', absl::SkipEmpty());
  if (!std::all_of(choices.begin(), choices.end(), IsPlain)) return {};
  return choices;
}

Value ValueOf(const CLI::Option& option, std::vector<std::string>* choices) {
  if (option.get_items_expected_max() == 0) return Value::kNone;
  const std::string type = option.get_type_name();
  *choices = ChoicesOf(type);
  if (!choices->empty()) return Value::kChoice;
  if (type == "FILE") return Value::kFile;
  if (type == "DIR" || type == "COPY" || type == "BACKUP" ||
      type == "ANCHORS") {
    return Value::kDirectory;
  }
  return Value::kAny;
}

Place PlaceOf(const CLI::App& app, const std::string& path) {
  Place place;
  place.path = path;
  for (const CLI::App* verb :
       app.get_subcommands([](const CLI::App*) { return true; })) {
    SKONTRO_CHECK(IsPlain(verb->get_name()));
    place.verbs.push_back({.name = verb->get_name(),
                           .description = PlainWords(verb->get_description())});
  }
  for (const CLI::Option* option : app.get_options()) {
    std::vector<std::string> choices;
    const Value value = ValueOf(*option, &choices);
    if (option->get_positional()) {
      // Also of several: what a path may be is offered for each of them.
      place.positional = std::max(
          place.positional, value == Value::kChoice ? Value::kAny : value);
    }
    for (const std::string& name : option->get_lnames()) {
      SKONTRO_CHECK(IsPlain(name));
      place.options.push_back(
          {.name = "--" + name,
           .description = PlainWords(option->get_description()),
           .value = value,
           .choices = choices});
    }
  }
  return place;
}

// Every place, the root first.
void AddPlaces(const CLI::App& app, const std::string& path,
               std::vector<Place>* places) {
  places->push_back(PlaceOf(app, path));
  for (const CLI::App* verb :
       app.get_subcommands([](const CLI::App*) { return true; })) {
    const std::string& name = verb->get_name();
    AddPlaces(*verb, path.empty() ? name : absl::StrCat(path, " ", name),
              places);
  }
}

}  // namespace

std::vector<CompletionPlace> CompletionTree(const CLI::App& root) {
  std::vector<Place> places;
  AddPlaces(root, "", &places);
  return places;
}

}  // namespace skontro::cli
