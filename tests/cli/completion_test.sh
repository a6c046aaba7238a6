#!/usr/bin/env bash
# What a shell offers behind words of skontro, by the scripts that it prints.
#
#   completion_test.sh SKONTRO
set -euo pipefail
skontro=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/here/folder"
cd "$work/here"
touch trades.csv

failures=0
fail() {
  printf '%s\n' "$*" >&2
  failures=$((failures + 1))
}

for shell in bash zsh fish; do
  "$skontro" completion "$shell" >"../script.$shell"
  [ "$(wc -l <"../script.$shell")" -gt 50 ] || fail "$shell: a short script"
done
if "$skontro" completion tcsh 2>/dev/null; then fail "tcsh was not refused"; fi

# --- bash --------------------------------------------------------------------

bash -n ../script.bash
# Outside of a completion compopt only says so.
compopt() { :; }
source ../script.bash
[[ $(complete -p skontro) == *'-F _skontro'* ]] || fail "bash: not registered"

# offered <words...>: what comes when Tab follows the last one, one a line.
offered() {
  COMP_WORDS=(skontro "$@")
  COMP_CWORD=$#
  COMPREPLY=()
  _skontro
  printf '%s\n' "${COMPREPLY[@]}"
}

# expect <answer, words with blanks> <words...>: exactly these.
expect() {
  local wanted=$1 got
  shift
  got=$(offered "$@" | sort | xargs)
  [ "$got" = "$wanted" ] || fail "bash: skontro $*: '$got', not '$wanted'"
}

# has <word> <words...>, has_not: among others.
is_offered() {
  local wanted=$1
  shift
  [[ $'\n'"$(offered "$@")"$'\n' == *$'\n'"$wanted"$'\n'* ]]
}
has() { is_offered "$@" || fail "bash: not offered, then typed: $*"; }
has_not() { ! is_offered "$@" || fail "bash: offered, then typed: $*"; }

# Every verb that the program has, and no other: the help lists them.
verbs_of() {
  "$skontro" "$@" --help |
    sed -n '/^Subcommands:/,/^[A-Z][a-z ]*:$/s/^  \([a-z-]*\) .*/\1/p' |
    sort | xargs
}
trade_verbs=$(verbs_of trade)
[[ " $trade_verbs " == *' accept '*' request '* ]] ||
  fail "the help of trade has: $trade_verbs"
expect "$(verbs_of)" ''
expect "$trade_verbs" trade ''
expect 'statement' statem
has credit cr
has_not trade cr
expect 'release request reverse' trade re
expect 'bash fish zsh' completion ''
has --file trade batch --
has --atomic trade batch --a
has_not --atomic trade pay --
has --help trade batch --h
# Every option of a verb, as its help has them.
"$skontro" trade batch --help | grep -oE '^  (-[a-z],)?--[a-z,-]+' |
  grep -oE -- '--[a-z-]+' | sort | xargs >../options
expect "$(cat ../options)" trade batch --
# Values.
expect 'csv json ndjson table text' trade list --format ''
expect 'csv' trade list --format c
expect 'json' trade list --format = j
expect 'csv json ndjson table text' trade list --format =
expect 'trades.csv' trade batch --file t
expect 'folder trades.csv' trade batch --file ''
expect '' trade pay --units ''
expect '' trade list --network tr
# The value of an option is no verb, also before the verb.
expect "$trade_verbs" --network trade trade ''
has --as-of --endpoint h:1 account get --network member --a
# A word that is nothing yet leaves the place as it was.
has --file trade batch something --f

# --- zsh and fish, where they are --------------------------------------------

if command -v zsh >/dev/null; then
  zsh -n ../script.zsh || fail "zsh: does not parse"
  got=$(zsh -f -c '
    compdef() { registered=$*; }
    source ../script.zsh
    compadd() { shift; print -l -- "$@"; }
    _files() { print -- "files $*"; }
    compset() { :; }
    words=(skontro --network trade trade ""); CURRENT=5; PREFIX=""; _skontro
    print -- --
    words=(skontro trade list --format c); CURRENT=5; PREFIX=c; _skontro
    print -- --
    words=(skontro trade batch --file t); CURRENT=5; PREFIX=t; _skontro
    print -- -- $registered' | xargs)
  case $got in
    *batch*' -- '*csv*' -- files -- _skontro skontro') ;;
    *) fail "zsh: $got" ;;
  esac
else
  echo "zsh is not there: its script was not tried" >&2
fi
if command -v fish >/dev/null; then
  # offered_by_fish <line>: the words that fish offers for it.
  offered_by_fish() {
    HOME=$work fish --no-config -c "source ../script.fish; complete -C '$1'" |
      cut -f 1 | sort | xargs
  }
  [ "$(offered_by_fish 'skontro --network trade trade re')" = 'request reverse' ] ||
    fail "fish: verbs: $(offered_by_fish 'skontro --network trade trade re')"
  [ "$(offered_by_fish 'skontro trade list --format ')" = 'csv json ndjson table text' ] ||
    fail "fish: values: $(offered_by_fish 'skontro trade list --format ')"
  [ "$(offered_by_fish 'skontro trade batch --file t')" = 'trades.csv' ] ||
    fail "fish: files: $(offered_by_fish 'skontro trade batch --file t')"
  case " $(offered_by_fish 'skontro trade batch --') " in
    *' --atomic '*) ;;
    *) fail "fish: options: $(offered_by_fish 'skontro trade batch --')" ;;
  esac
else
  echo "fish is not there: its script was not tried" >&2
fi

[ "$failures" = 0 ] || exit 1
echo "completion: as expected"
