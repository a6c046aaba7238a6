#!/usr/bin/env bash
# Runs every benchmark and makes one table of the claims of docs/performance.md:
# what was measured against what, in this run, and whether it reached the goal.
set -euo pipefail

usage() {
  cat <<'TXT'
Usage: bench/run.sh --bin-dir <build directory> [options]

  --quick              about two minutes instead of eight, for a look
  --write-docs         put the table into docs/performance.md too
  --without-postgres   leave PostgreSQL out, also where it is installed
  --work-dir <dir>     where the data goes; it decides the device that is
                       measured. build/ unless given. As root it has to be one
                       that PostgreSQL's user can reach, or that row is left out
  --trades <count>     size of the store that is weighed and opened

The table goes to build/bench-report.md and to the screen. Start it when nothing
else runs: the report says how busy the machine was.
TXT
}

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bin_dir='' work_parent=$top/build quick=no write_docs=no postgres=yes trades=''
while [ $# -gt 0 ]; do
  case $1 in
    --bin-dir) bin_dir=$2; shift ;;
    --work-dir) work_parent=$2; shift ;;
    --trades) trades=$2; shift ;;
    --quick) quick=yes ;;
    --write-docs) write_docs=yes ;;
    --without-postgres) postgres=no ;;
    -h | --help) usage; exit 0 ;;
    *) echo "bench/run.sh: unknown argument '$1'" >&2; usage >&2; exit 2 ;;
  esac
  shift
done
[ -n "$bin_dir" ] || { usage >&2; exit 2; }
for program in bin/skontrod bench/skontro_echo bench/skontro_load; do
  [ -x "$bin_dir/$program" ] || { echo "$bin_dir/$program is missing" >&2; exit 1; }
done

if [ "$quick" = yes ]; then
  rounds=3 seconds=0.5 trades=${trades:-100000}
  bench_flags=(--benchmark_repetitions=3 --benchmark_min_time=0.05)
else
  rounds=5 seconds=2 trades=${trades:-1000000}
  bench_flags=()
fi

mkdir -p "$work_parent" "$top/build"
work=$(mktemp -d "$work_parent/bench-work.XXXXXX")
chmod 755 "$work"
export SKONTRO_BENCH_DIR=$work SKONTRO_METRICS=$work/metrics
export SKONTRO_BENCH_TRADES=$trades
: >"$SKONTRO_METRICS"

# Processes that this script started, and nothing else, end with it.
started=()
finish() {
  local status=$?
  for process in "${started[@]}"; do
    kill "$process" 2>/dev/null || true
  done
  wait 2>/dev/null || true
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

section() { printf '\n== %s\n' "$*"; }
metric() { printf '%s\t%s\n' "$1" "$2" >>"$SKONTRO_METRICS"; }

# start <name> <command...>: starts a server, and sets `address` and `process`
# from its first line, "...: listening on host:port".
start() {
  local name=$1 output=$work/$1.out
  shift
  : >"$output"
  "$@" >"$output" 2>"$work/$name.log" &
  process=$!
  started+=("$process")
  address=''
  for ((i = 0; i < 3000; i++)); do
    address=$(sed -n 's/.*listening on //p' "$output" | head -n 1)
    [ -z "$address" ] || return 0
    kill -0 "$process" 2>/dev/null || break
    sleep 0.02
  done
  echo "bench/run.sh: $name did not start:" >&2
  tail -n 20 "$work/$name.log" >&2
  exit 1
}

run_in_process() {
  for program in engine_bench journal_bench projection_bench proof_bench; do
    section "$program"
    "$bin_dir/bench/$program" "${bench_flags[@]}" 2>"$work/$program.log" ||
      { cat "$work/$program.log" >&2; exit 1; }
  done
  for program in memory_bench export_bench store_bench; do
    section "$program"
    "$bin_dir/bench/$program"
  done
}

run_load() {
  section "load over gRPC: skontrod beside a bare echo"
  local server echo server_process
  start skontrod "$bin_dir/bin/skontrod" --data-dir "$work/data" \
    --insecure-loopback --grpc-listen 127.0.0.1:0
  server=$address server_process=$process
  start echo "$bin_dir/bench/skontro_echo" 127.0.0.1:0
  echo=$address
  "$bin_dir/bench/skontro_load" --server="$server" \
    --server_pid="$server_process" --echo="$echo" --echo_pid="$process" \
    --rounds=$rounds --seconds=$seconds
  kill "$process"
  wait "$process" 2>/dev/null || true

  section "a crash, and the first answer after it"
  kill -KILL "$server_process"
  wait "$server_process" 2>/dev/null || true
  local begin sequence ms
  begin=$(date +%s%N)
  start skontrod-again "$bin_dir/bin/skontrod" --data-dir "$work/data" \
    --insecure-loopback --grpc-listen 127.0.0.1:0
  sequence=$("$bin_dir/bench/skontro_load" --server="$address" --wait_only)
  ms=$((($(date +%s%N) - begin) / 1000000))
  metric restart.ms "$ms"
  metric restart.records "$sequence"
  printf '%d ms from the start to the first answer, %d records\n' \
    "$ms" "$sequence"
  kill "$process"
  wait "$process" 2>/dev/null || true
}

run_postgres() {
  [ "$postgres" = yes ] || return 0
  section "PostgreSQL, double entry with limit check"
  mkdir "$work/postgres"
  local status=0
  "$top/bench/postgres/run.sh" "$work/postgres" "$rounds" \
    "$([ "$quick" = yes ] && echo 1 || echo 3)" >"$work/postgres.metrics" ||
    status=$?
  if [ "$status" = 77 ]; then
    echo "left out"
    return 0
  fi
  [ "$status" = 0 ] || { tail "$work/postgres/log" >&2 || true; exit 1; }
  cat "$work/postgres.metrics" | tee -a "$SKONTRO_METRICS"
}

# Ticks of the CPU clock: busy ones of the machine, ones of this script and of
# what it has waited for, and all there were.
ticks() {
  awk '/^cpu / { busy = $2 + $3 + $4 + $7 + $8 + $9; print busy, busy + $5 + $6 }' \
    /proc/stat
}
own_ticks() { awk '{ sub(/.*\) /, ""); print $12 + $13 + $14 + $15 }' /proc/$$/stat; }

begin=$SECONDS
metric machine.load_before "$(cut -d ' ' -f 1 /proc/loadavg)"
read -r busy_before all_before < <(ticks)
own_before=$(own_ticks)
run_in_process
run_load
read -r busy_after all_after < <(ticks)
metric machine.others_percent "$(awk -v busy=$((busy_after - busy_before)) \
  -v own=$(($(own_ticks) - own_before)) -v all=$((all_after - all_before)) \
  'BEGIN { printf "%.1f", 100 * (busy - own) / all }')"
run_postgres
metric run.seconds $((SECONDS - begin))
metric run.rounds $rounds
metric run.quick "$([ "$quick" = yes ] && echo 1 || echo 0)"

report=(python3 "$top/bench/report.py" --metrics "$SKONTRO_METRICS"
  --device "$work" --output "$top/build/bench-report.md")
[ "$write_docs" = no ] || report+=(--docs "$top/docs/performance.md")
section "report"
"${report[@]}"
