#!/usr/bin/env bash
# What the programs print of themselves, as files of the package.
#
#   make_files.sh SKONTRO SKONTROD DIRECTORY
set -euo pipefail
skontro=$1 skontrod=$2 to=$3
"$skontro" completion bash >"$to/skontro.bash"
"$skontro" completion zsh >"$to/_skontro"
"$skontro" completion fish >"$to/skontro.fish"

mkdir -p "$to/bin"
for program in "$skontro" "$skontrod"; do
  strip --strip-unneeded -o "$to/bin/$(basename "$program")" "$program"
done

# manual <program> <one line>: its help is its manual.
manual() {
  HOME=/root XDG_DATA_HOME= help2man --no-info --section=1 --name="$2" \
    --version-option=--version --help-option="${3:---help}" "$1" |
    gzip -9n >"$to/$(basename "$1").1.gz"
}
manual "$skontro" "trade, and look after a barter network"
manual "$skontrod" "keep the books of barter networks"
gzip -9nc "$to/changelog" >"$to/changelog.gz"
