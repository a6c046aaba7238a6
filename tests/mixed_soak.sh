#!/usr/bin/env bash
# An hour of members at work: ./dev soak --mixed, which builds what it needs
# first. docs/reliability.md says what is proved and what was measured.
set -euo pipefail

usage() {
  cat <<'TXT'
Usage: tests/mixed_soak.sh --bin-dir DIR [options]

A server that encrypts and asks for keys gets an open-loop mix of settlements,
requests with acceptances, balances, statements and resumed streams, at half of
the rate that it reached just before. A witness outside of the server keeps all
that was asked and answered; at the end its log is compared with the books, the
server is stopped, and its data verified. It fails if anything was lost, doubled
or refused, or if the server's memory was not flat.

  --bin-dir DIR    the build: bin/skontrod, bin/skontro, bench/skontro_load, ...
  --minutes N      how long the mix runs (10)
  --rate N         operations a second (half of what was measured)
  --members N      members of the network (10000)
  --data-dir D     where the data goes (a new folder, removed if all holds)
  --resume         go on with the books and the witness in D, after an end of
                   whatever kind: what had no answer is sent again first
  --report FILE    append the result to FILE, as a line of JSON

Ctrl-C ends the mix early; what was done until then is checked all the same.
TXT
}

bin_dir='' minutes=10 rate='' members=10000 data_dir='' resume=no report=''
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) usage; exit 0 ;;
    --bin-dir) bin_dir=${2:?}; shift ;;
    --minutes) minutes=${2:?}; shift ;;
    --rate) rate=${2:?}; shift ;;
    --members) members=${2:?}; shift ;;
    --data-dir) data_dir=${2:?}; shift ;;
    --report) report=${2:?}; shift ;;
    --resume) resume=yes ;;
    *) echo "mixed_soak.sh: unknown argument '$1'" >&2; usage >&2; exit 2 ;;
  esac
  shift
done
[ -n "$bin_dir" ] || { usage >&2; exit 2; }
[ "$resume" = no ] || [ -n "$data_dir" ] || {
  echo "mixed_soak.sh: --resume goes with --data-dir" >&2
  exit 2
}
for program in bin/skontrod bin/skontro bench/skontro_load bench/skontro_echo \
  bench/skontro_witness_check; do
  [ -x "$bin_dir/$program" ] || {
    echo "mixed_soak.sh: $bin_dir/$program is missing: ./dev build release" >&2
    exit 2
  }
done
bin_dir=$(cd "$bin_dir" && pwd)
remove=''
if [ -z "$data_dir" ]; then
  data_dir=$(mktemp -d "${TMPDIR:-/tmp}/skontro-mixed.XXXXXX")
  remove=$data_dir
fi
mkdir -p "$data_dir"
[ "$resume" = yes ] || [ -z "$(ls -A "$data_dir")" ] || {
  echo "mixed_soak.sh: $data_dir is not empty; --resume goes on there" >&2
  exit 2
}

# Processes that this script started, and nothing else, end with it.
started=()
finish() {
  local status=$?
  for process in "${started[@]}"; do kill "$process" 2>/dev/null || true; done
  wait 2>/dev/null || true
  if [ "$status" != 0 ]; then
    echo "mixed_soak.sh: FAILED ($status); the data is in $data_dir" >&2
  elif [ -n "$remove" ]; then
    rm -rf "$remove"
  fi
  exit "$status"
}
trap finish EXIT

# start <name> <command...>: sets `address` and `process`. The programs are in
# groups of their own, so that Ctrl-C reaches the generator alone.
start() {
  local name=$1
  shift
  : >"$data_dir/$name.out"
  setsid "$@" >"$data_dir/$name.out" 2>>"$data_dir/$name.log" &
  process=$!
  started+=("$process")
  address=''
  for ((i = 0; i < 3000; i++)); do
    address=$(sed -n 's/.*listening on //p' "$data_dir/$name.out" | head -n 1)
    [ -z "$address" ] || return 0
    kill -0 "$process" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 20 "$data_dir/$name.log" >&2
  exit 1
}

server_dir=$data_dir/server witness=$data_dir/witness keys=$data_dir/keys
start skontrod "$bin_dir/bin/skontrod" --data-dir "$server_dir" \
  --grpc-listen 127.0.0.1:0 --http-listen none
server=$address server_process=$process
tls=$server_dir/tls
start echo "$bin_dir/bench/skontro_echo" 127.0.0.1:0 "$tls/server.pem" \
  "$tls/server.key"
echo_address=$address echo_process=$process

load=("$bin_dir/bench/skontro_load" --server="$server"
  --server_pid="$server_process" --ca_file="$tls/ca.pem" --members="$members")
if [ ! -s "$keys" ]; then
  "${load[@]}" --key_file="$server_dir/operator.key" --set_up_only \
    --make_keys=16 --new_keys_file="$keys"
fi
load+=(--key_file="$keys" --set_up=false --witness="$witness" --partners=zipf
  --mix=settle:55,request:10,read:25,statement:8,stream:2)

busy() {
  awk '/^cpu / { busy = $2 + $3 + $4 + $7 + $8 + $9; print busy, busy + $5 + $6 }' \
    /proc/stat
}
if [ -z "$rate" ]; then
  echo "== what the server can do: a closed loop, 64 in flight"
  "${load[@]}" --in_flight=64 --rounds=1 --warm_up=5 --seconds=20 \
    --json="$data_dir/capacity.json"
  capacity=$(python3 -c 'import json, sys
print(int(json.load(open(sys.argv[1]))["server"]["per_second"]))' \
    "$data_dir/capacity.json")
  rate=$((capacity / 2))
else
  capacity=0
fi
echo "== $minutes minutes at $rate operations a second"
read -r busy_before all_before < <(busy)
status=0
trap '' INT TERM
"${load[@]}" --echo="$echo_address" --echo_pid="$echo_process" --rate="$rate" \
  --in_flight=2000 --rounds=1 --warm_up=5 --seconds=$((minutes * 60)) --echo_seconds=60 \
  --json="$data_dir/mixed.json" --hgrm="$data_dir" &
generator=$!
trap 'kill -INT "$generator" 2>/dev/null || true' INT TERM
while kill -0 "$generator" 2>/dev/null; do
  wait "$generator" && status=0 || status=$?
done
read -r busy_after all_after < <(busy)
trap - INT TERM
[ "$status" = 0 ] || [ "$status" = 130 ] || exit "$status"

echo "== the witness and the books"
"$bin_dir/bench/skontro_witness_check" --server="$server" \
  --ca_file="$tls/ca.pem" --key_file="$server_dir/operator.key" \
  --members="$members" --witness="$witness" | tee "$data_dir/check.txt"
kill -TERM "$server_process"
wait "$server_process" || { echo "the server ended with $?" >&2; exit 1; }
"$bin_dir/bin/skontro" verify "$server_dir"

python3 - "$data_dir" "$rate" "$capacity" "$members" "$report" \
  "$(awk -v busy=$((busy_after - busy_before)) \
    -v all=$((all_after - all_before)) \
    'BEGIN { printf "%.0f", 100 * busy / all }')" <<'PY'
import json, sys
folder, rate, capacity, members, report, busy = sys.argv[1:]
with open(f"{folder}/mixed.json", encoding="utf-8") as file:
    run = json.load(file)
with open(f"{folder}/check.txt", encoding="utf-8") as file:
    check = file.read().strip().splitlines()[-1]
server = run["server"]
memory = server["memory"]
line = {
    "minutes": round(server["seconds"] / 60, 1),
    "rate": int(rate), "capacity": int(capacity), "members": int(members),
    "interrupted": run["interrupted"],
    "operations": int(server["operations_done"]),
    "errors": int(server["errors"]), "check": check, "verify": "OK",
    "machine_busy_percent": int(busy),
    "memory_flat": memory["flat"],
    "memory_mb": {name: round(memory[f"{name}_bytes"] / 1e6, 1)
                  for name in ("first", "median", "max", "last")},
    "memory_mb_per_hour": round(memory["bytes_per_hour"] / 1e6, 2),
    "latency_us": {
        peer: {name: {p: round(v) for p, v in o["latency_us"].items()}
               for name, o in run[peer]["operations"].items()}
        for peer in ("server", "echo") if peer in run},
}
text = json.dumps(line)
print(text)
if report:
    with open(report, "a", encoding="utf-8") as file:
        file.write(text + "\n")
if not memory["flat"] and server["seconds"] >= 1800:
    sys.exit("the memory of the server was not flat")
PY
