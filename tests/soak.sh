#!/usr/bin/env bash
# Kills a server under load again and again, and proves that nothing was lost:
# ./dev soak, which builds what it needs first. docs/reliability.md explains
# what is proved and what was measured.
set -euo pipefail

usage() {
  cat <<'TXT'
Usage: tests/soak.sh --bin-dir DIR [--minutes N] [--seed S] [--data-dir D]
                     [--resume] [--report FILE] [arguments of soak]

  --bin-dir DIR    where skontrod, skontro and soak are
  --minutes N      how long (10)
  --seed S         which calls are made (the time of day)
  --data-dir D     where the data goes (a new folder, removed if all holds)
  --resume         go on with the run in D; give its --seed again
  --report FILE    append the result to FILE, as a line of JSON

The exit code is 0 if nothing was lost. On a failure the data stays.
TXT
}

bin_dir='' data_dir='' seed=''
arguments=()
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) usage; exit 0 ;;
    --bin-dir) bin_dir=${2:?}; shift 2 ;;
    --data-dir) data_dir=${2:?}; shift 2 ;;
    --seed) seed=${2:?}; shift 2 ;;
    *) arguments+=("$1"); shift ;;
  esac
done
[ -n "$bin_dir" ] || { usage >&2; exit 2; }
for program in skontrod skontro soak; do
  [ -x "$bin_dir/$program" ] || {
    echo "soak.sh: $bin_dir/$program is missing: ./dev build release" >&2
    exit 2
  }
done

remove=''
if [ -z "$data_dir" ]; then
  data_dir=$(mktemp -d "${TMPDIR:-/tmp}/skontro-soak.XXXXXX")
  remove=$data_dir
fi
status=0
"$bin_dir/soak" --bin-dir "$bin_dir" --data-dir "$data_dir" \
  --seed "${seed:-$(date +%s)}" "${arguments[@]}" || status=$?
if [ "$status" = 0 ]; then
  echo "Verifying what is left in $data_dir/server"
  "$bin_dir/skontro" verify "$data_dir/server" || status=$?
fi
if [ "$status" = 0 ] && [ -n "$remove" ]; then
  rm -rf "$remove"
elif [ "$status" != 0 ]; then
  echo "soak.sh: FAILED ($status); the data is in $data_dir" >&2
fi
exit "$status"
