#!/usr/bin/env bash
# clearing_page_test.sh SKONTRO: what docs/clearing.md shows of a terminal is what
# the terminal shows.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
skontro=$1
page=docs/clearing.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
ln -s "$skontro" "$work/bin/skontro"
export PATH=$work/bin:$PATH SKONTRO_CONFIG=/dev/null

fail() {
  printf 'clearing_page_test: %s\n' "$*" >&2
  exit 1
}

# What a person sees: the command after `$ `, and then what it prints.
awk '/^```console$/ { shown = 1; next } /^```$/ { shown = 0 } shown' "$page" \
  >"$work/shown"
commands=$(grep -c '^\$ ' "$work/shown") || fail "$page shows no command"
[ "$commands" -ge 4 ] || fail "$page shows $commands commands"

while IFS= read -r line; do
  [ "${line#\$ }" != "$line" ] || continue
  printf '%s\n' "$line"
  bash -c "${line#\$ }" 2>&1 </dev/null || fail "failed: ${line#\$ }"
done <"$work/shown" >"$work/printed"

diff -u "$work/shown" "$work/printed" ||
  fail "$page shows something else"

# The files beside it are what the verb makes.
"$skontro" clearing picture docs/examples/clearing.csv |
  diff -u docs/examples/clearing.dot - || fail "clearing.dot is another picture"
grep -qF '600 of 800' docs/examples/clearing.svg || fail "clearing.svg is older"
