// The scripts that let a shell complete the words of skontro, made from the
// same command tree that reads them: a verb or an option that is added is
// completed without another line.
//
// Completed are verbs, options, the values of options that take one of a few,
// and files and directories where those are asked for. Nothing is asked of a
// server while somebody types.
//
// Thread safety: pure function.

#ifndef SKONTRO_CLI_COMPLETION_H_
#define SKONTRO_CLI_COMPLETION_H_

#include <string>

#include "CLI/CLI.hpp"

namespace skontro::cli {

enum class Shell { kBash, kZsh, kFish };

// The script for `shell`, for the program that is called by the name of `root`.
// REQUIRES: the words of the tree have only letters, digits, '-' and '_'.
std::string CompletionScript(const CLI::App& root, Shell shell);

}  // namespace skontro::cli

#endif  // SKONTRO_CLI_COMPLETION_H_
