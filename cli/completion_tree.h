// The words that a command line may be made of, as a shell completes them: read
// from the command tree of CLI11.
//
// Thread safety: pure function.

#ifndef SKONTRO_CLI_COMPLETION_TREE_H_
#define SKONTRO_CLI_COMPLETION_TREE_H_

#include <string>
#include <vector>

#include "CLI/CLI.hpp"

namespace skontro::cli {

// What comes after an option, or where no option stands.
enum class CompletionValue { kNone, kAny, kFile, kDirectory, kChoice };

struct CompletionWord {
  std::string name;  // Such as `trade` or `--format`.
  std::string description;
  CompletionValue value = CompletionValue::kNone;
  std::vector<std::string> choices;
};

// One place in the tree: what may be typed behind `path`, such as
// `trade batch`.
struct CompletionPlace {
  std::string path;
  std::vector<CompletionWord> verbs;
  std::vector<CompletionWord> options;
  CompletionValue positional = CompletionValue::kNone;
};

// Every place below `root`, `root` itself first with an empty path.
// REQUIRES: the words of the tree have only letters, digits, '-', '_' and '.'.
std::vector<CompletionPlace> CompletionTree(const CLI::App& root);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_COMPLETION_TREE_H_
