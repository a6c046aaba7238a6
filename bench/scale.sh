#!/usr/bin/env bash
# Grows one store through the engine to 10^5, 10^6, 10^7 trades, or to those
# that are named, and prints what each size costs. A run that was stopped goes
# on where it was: the store and what was measured stay in --work-dir.
set -euo pipefail

usage() {
  cat <<'TXT'
Usage: bench/scale.sh --bin-dir <build directory> [options] [trades...]

  --work-dir <dir>     where the store is and stays; build/scale unless given.
                       Ten million trades take some 4 GB before they are
                       compacted, and fifty million five times that
  trades               sizes, ascending: 100000 1000000 10000000 unless given

A size that was measured is not measured again; remove its file
`metrics.<trades>` and the store to do so. Start it when nothing else runs. The
tables go to the screen and to build/scale-report.md.
TXT
}

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bin_dir='' work=$top/build/scale
sizes=()
while [ $# -gt 0 ]; do
  case $1 in
    --bin-dir) bin_dir=$2; shift ;;
    --work-dir) work=$2; shift ;;
    -h | --help) usage; exit 0 ;;
    [1-9]*) sizes+=("$1") ;;
    *) echo "bench/scale.sh: unknown argument '$1'" >&2; usage >&2; exit 2 ;;
  esac
  shift
done
[ -n "$bin_dir" ] || { usage >&2; exit 2; }
[ "${#sizes[@]}" -gt 0 ] || sizes=(100000 1000000 10000000)
scale=$bin_dir/bench/scale
[ -x "$scale" ] || { echo "$scale is missing" >&2; exit 1; }
mkdir -p "$work"

# value <name> [format] [divisor]: the median of what this size's metrics say.
value() {
  awk -F '\t' -v name="$1" '$1 == name { print $2 }' "$SKONTRO_METRICS" | sort -g |
    awk -v format="${2:-%.0f}" -v by="${3:-1}" \
      '{ v[NR] = $1 } END { printf format, NR ? v[int((NR + 1) / 2)] / by : 0 }'
}

measure() {
  local trades=$1
  # The rate of what was built last: a build that was stopped goes on here.
  grep '^build.rate' "$SKONTRO_METRICS" 2>/dev/null >"$SKONTRO_METRICS.built" || true
  mv "$SKONTRO_METRICS.built" "$SKONTRO_METRICS"
  "$scale" build "$work/store" "$trades"
  "$scale" compact "$work/store"
  for _ in 1 2 3; do "$scale" start "$work/store"; done
  "$scale" replay "$work/store"
  "$scale" verify "$work/store"
  "$scale" read "$work/store"
  printf 'complete\t1\n' >>"$SKONTRO_METRICS"
}

report=$top/build/scale-report.md
mkdir -p "$top/build"
rows='' reads=''
for trades in "${sizes[@]}"; do
  export SKONTRO_METRICS=$work/metrics.$trades
  if ! grep -q '^complete' "$SKONTRO_METRICS" 2>/dev/null; then
    echo "== $trades trades" >&2
    measure "$trades"
  fi
  rows+="| $trades | $(value build.rate) | $(value disk %.0f "$trades") B"
  rows+=" | $(value start.seconds %.3f) s | $(value replay.seconds %.2f) s"
  rows+=" | $(value replay.rate) | $(value verify.rate)"
  rows+=" | $(value start.resident %.0f 1e6) MB |"$'\n'
  reads+="| $trades | $(value read.rows)"
  for what in page balance known unknown; do
    reads+=" | $(value "read.$what.p50_us" %.1f), $(value "read.$what.p99_us" %.1f)"
  done
  reads+=" |"$'\n'
done
{
  echo "| trades | built, trades/s | disk a trade | start with checkpoint | start without | replay, records/s | verify, records/s | resident after the start |"
  echo "|---|---|---|---|---|---|---|---|"
  echo "$rows"
  echo "In us, p50 and p99:"
  echo
  echo "| trades | entries of the account | page of 100 rows | balance as of | id of an old request | id that is new |"
  echo "|---|---|---|---|---|---|"
  printf '%s' "$reads"
} >"$report"
cat "$report"
