#include "cli/completion.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "cli/completion_tree.h"

namespace skontro::cli {
namespace {

using Value = CompletionValue;
using Word = CompletionWord;
using Place = CompletionPlace;

std::string Names(const std::vector<Word>& words) {
  return absl::StrJoin(words, " ", [](std::string* out, const Word& word) {
    absl::StrAppend(out, word.name);
  });
}

// The names of the options of `place` that take a value, as a pattern of
// `case`; empty where none does.
std::string Pattern(const Place& place, Value value) {
  std::vector<std::string> names;
  for (const Word& option : place.options) {
    if (option.value == value) names.push_back(option.name);
  }
  return absl::StrJoin(names, "|");
}

// --- bash and zsh ------------------------------------------------------------

// The lines that both shells read: `place` is the path so far, `word` an
// option of it or a verb behind it.
std::string TakesValueCase(const std::vector<Place>& places) {
  std::string text;
  for (const Place& place : places) {
    std::vector<std::string> names;
    for (const Word& option : place.options) {
      if (option.value != Value::kNone) names.push_back(option.name);
    }
    if (names.empty()) continue;
    absl::StrAppend(&text, "    '", place.path, "') case $2 in ",
                    absl::StrJoin(names, "|"), ") return 0 ;; esac ;;\n");
  }
  return text;
}

std::string NextPlaceCase(const std::vector<Place>& places) {
  std::vector<std::string> paths;
  for (const Place& place : places) {
    if (!place.path.empty()) paths.push_back("'" + place.path + "'");
  }
  return absl::StrJoin(paths, "|");
}

// What `_skontro_reply KIND [WORDS]` is called with for each place: each shell
// has its own such function.
std::string AnswerCase(const std::vector<Place>& places) {
  std::string text;
  for (const Place& place : places) {
    absl::StrAppend(&text, "    '", place.path, "')\n      case $before in\n");
    for (const auto& [value, kind] :
         {std::pair{Value::kFile, "files"},
          std::pair{Value::kDirectory, "directories"},
          std::pair{Value::kAny, "nothing"}}) {
      const std::string pattern = Pattern(place, value);
      if (pattern.empty()) continue;
      absl::StrAppend(&text, "        ", pattern, ") _skontro_reply ", kind,
                      "; return ;;\n");
    }
    for (const Word& option : place.options) {
      if (option.value != Value::kChoice) continue;
      absl::StrAppend(&text, "        ", option.name, ") _skontro_reply words ",
                      absl::StrJoin(option.choices, " "), "; return ;;\n");
    }
    absl::StrAppend(&text, "      esac\n      case $current in\n        -*) ",
                    "_skontro_reply words ", Names(place.options),
                    "; return ;;\n      esac\n");
    if (!place.verbs.empty()) {
      absl::StrAppend(&text, "      _skontro_reply words ", Names(place.verbs),
                      " ;;\n");
    } else if (place.positional == Value::kFile ||
               place.positional == Value::kDirectory) {
      absl::StrAppend(&text, "      _skontro_reply files ;;\n");
    } else if (place.positional == Value::kNone) {
      absl::StrAppend(&text, "      _skontro_reply words ",
                      Names(place.options), " ;;\n");
    } else {
      absl::StrAppend(&text, "      _skontro_reply nothing ;;\n");
    }
  }
  return text;
}

constexpr char kBash[] =
    R"(# bash completion of skontro, made by: skontro completion bash
# For this user:
#   skontro completion bash > ~/.local/share/bash-completion/completions/skontro

# Whether the option $2 behind the verbs $1 takes a value.
_skontro_takes_value() {
  case $1 in
@takes@  esac
  return 1
}

# What may stand here: files, directories, nothing, or words.
_skontro_reply() {
  local kind=$1
  shift
  case $kind in
    files) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    directories) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
    words) mapfile -t COMPREPLY < <(compgen -W "$*" -- "$current") ;;
  esac
}

_skontro() {
  local place='' before='' word next i
  # bash takes `--format=csv` for three words.
  local current=${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word == = ]]; then continue; fi
    if [[ -n $before ]]; then before=''; continue; fi
    if _skontro_takes_value "$place" "$word"; then before=$word; continue; fi
    next="${place:+$place }$word"
    case $next in
      @next@) place=$next ;;
    esac
  done
  if [[ $current == = ]]; then current=''; fi
  case $place in
@answers@  esac
}

complete -F _skontro skontro
)";

constexpr char kZsh[] = R"(#compdef skontro
# zsh completion of skontro, made by: skontro completion zsh
# For this user, with ~/.zfunc in fpath before compinit:
#   skontro completion zsh > ~/.zfunc/_skontro

# Whether the option $2 behind the verbs $1 takes a value.
_skontro_takes_value() {
  case $1 in
@takes@  esac
  return 1
}

# What may stand here: files, directories, nothing, or words.
_skontro_reply() {
  local kind=$1
  shift
  case $kind in
    files) _files ;;
    directories) _files -/ ;;
    words) compadd -- "$@" ;;
  esac
}

_skontro() {
  local place='' before='' word='' next='' i
  local current=$PREFIX
  for ((i = 2; i < CURRENT; i++)); do
    word=${words[i]}
    if [[ -n $before ]]; then before=''; continue; fi
    if _skontro_takes_value "$place" "$word"; then before=$word; continue; fi
    next="${place:+$place }$word"
    case $next in
      @next@) place=$next ;;
    esac
  done
  # --format=csv is one word here.
  if [[ -z $before && $current == --*=* ]] &&
      _skontro_takes_value "$place" "${current%%=*}"; then
    before=${current%%=*}
    current=${current#*=}
    compset -P '*='
  fi
  case $place in
@answers@  esac
}

if [[ $funcstack[1] == _skontro ]]; then
  _skontro "$@"
else
  compdef _skontro skontro
fi
)";

// --- fish --------------------------------------------------------------------

constexpr char kFish[] =
    R"(# fish completion of skontro, made by: skontro completion fish
# For this user:
#   skontro completion fish > ~/.config/fish/completions/skontro.fish

# Whether the option $argv[2] behind the verbs $argv[1] takes a value.
function __skontro_takes_value
  switch $argv[1]
@takes@  end
  return 1
end

# Whether the verbs so far are $argv[1].
function __skontro_at
  set -l place ''
  set -l before ''
  for word in (commandline -opc)[2..-1]
    if test -n "$before"
      set before ''
      continue
    end
    if __skontro_takes_value "$place" "$word"
      set before $word
      continue
    end
    set -l next (string trim -- "$place $word")
    switch $next
      case @next@
        set place $next
    end
  end
  test "$place" = "$argv[1]"
end

complete -c skontro -f
)";

std::string FishTakesValue(const std::vector<Place>& places) {
  std::string text;
  for (const Place& place : places) {
    std::vector<std::string> names;
    for (const Word& option : place.options) {
      if (option.value != Value::kNone) names.push_back(option.name);
    }
    if (names.empty()) continue;
    absl::StrAppend(&text, "    case '", place.path,
                    "'\n      contains -- $argv[2] ", absl::StrJoin(names, " "),
                    "\n      return $status\n");
  }
  return text;
}

std::string FishLines(const std::vector<Place>& places) {
  std::string text;
  for (const Place& place : places) {
    const std::string begin = absl::StrCat(
        "complete -c skontro -n '__skontro_at \"", place.path, "\"'");
    for (const Word& verb : place.verbs) {
      absl::StrAppend(&text, begin, " -a '", verb.name, "' -d '",
                      verb.description, "'\n");
    }
    if (place.positional == Value::kFile ||
        place.positional == Value::kDirectory) {
      absl::StrAppend(&text, begin, " -F\n");
    }
    for (const Word& option : place.options) {
      absl::StrAppend(&text, begin, " -l ", option.name.substr(2));
      if (option.value == Value::kFile) text += " -r -F";
      if (option.value == Value::kDirectory) {
        text += " -x -a '(__fish_complete_directories)'";
      }
      if (option.value == Value::kAny) text += " -x";
      if (option.value == Value::kChoice) {
        absl::StrAppend(&text, " -x -a '", absl::StrJoin(option.choices, " "),
                        "'");
      }
      absl::StrAppend(&text, " -d '", option.description, "'\n");
    }
  }
  return text;
}

std::string FishNext(const std::vector<Place>& places) {
  return absl::StrReplaceAll(NextPlaceCase(places), {{"'|'", "' '"}});
}

}  // namespace

std::string CompletionScript(const CLI::App& root, Shell shell) {
  const std::vector<Place> places = CompletionTree(root);
  if (shell == Shell::kFish) {
    return absl::StrReplaceAll(kFish, {{"@takes@", FishTakesValue(places)},
                                       {"@next@", FishNext(places)}}) +
           FishLines(places);
  }
  return absl::StrReplaceAll(shell == Shell::kBash ? kBash : kZsh,
                             {{"@takes@", TakesValueCase(places)},
                              {"@next@", NextPlaceCase(places)},
                              {"@answers@", AnswerCase(places)}});
}

}  // namespace skontro::cli
