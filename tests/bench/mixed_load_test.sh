#!/usr/bin/env bash
# The load generator against a server that encrypts and asks for keys: a mix in
# an open and a closed loop, what it writes, and that its witness agrees with
# the books; then Ctrl-C, a forged witness, and flags that make no sense.
set -euo pipefail

skontrod=$1 load=$2 echo=$3 check=$4
work=$(mktemp -d "${TMPDIR:-/tmp}/mixed-load.XXXXXX")
started=()
finish() {
  local status=$?
  for process in "${started[@]}"; do kill "$process" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT
die() { echo "mixed_load_test: $*" >&2; exit 1; }

# start <name> <command...>: sets `address` and `process`.
start() {
  local name=$1
  shift
  : >"$work/$name.out"
  "$@" >"$work/$name.out" 2>"$work/$name.log" &
  process=$!
  started+=("$process")
  for ((i = 0; i < 600; i++)); do
    address=$(sed -n 's/.*listening on //p' "$work/$name.out" | head -n 1)
    [ -z "$address" ] || return 0
    sleep 0.1
  done
  cat "$work/$name.log" >&2
  die "$name did not start"
}

start skontrod "$skontrod" --data-dir "$work/data" --grpc-listen 127.0.0.1:0 \
  --http-listen none
server=$address server_process=$process
tls=$work/data/tls
start echo "$echo" 127.0.0.1:0 "$tls/server.pem" "$tls/server.key"
mkdir "$work/hgrm"
flags=(--server="$server" --server_pid="$server_process" --members=50
  --ca_file="$tls/ca.pem" --witness="$work/witness")

"$load" "${flags[@]}" --witness= --key_file="$work/data/operator.key" \
  --set_up_only --make_keys=3 --new_keys_file="$work/keys"
[ "$(wc -l <"$work/keys")" = 3 ] || die "there are not 3 keys"
[ "$(stat -c %a "$work/keys")" = 600 ] || die "others may read the keys"
flags+=(--key_file="$work/keys" --set_up=false)

"$load" "${flags[@]}" --echo="$address" --echo_pid="$process" \
  --mix=settle:50,request:20,read:15,statement:10,stream:5 --partners=zipf \
  --rate=60 --rounds=1 --seconds=4 --warm_up=0.5 --json="$work/json" \
  --hgrm="$work/hgrm" | tee "$work/text"
for operation in settle request read statement stream; do
  for peer in server echo; do
    grep -Eq "^$operation +$peer +[1-9]" "$work/text" ||
      die "no $operation on the $peer"
    tail -n 2 "$work/hgrm/$peer.$operation.hgrm" | grep -q 'Total count' ||
      die "no distribution of $operation on the $peer"
  done
done
python3 - "$work/json" <<'PY'
import json, sys
with open(sys.argv[1], encoding="utf-8") as file:
    result = json.load(file)
assert result["loop"] == "open" and result["encrypted"] and result["keys"] == 3
assert not result["interrupted"]
for peer in ("server", "echo"):
    one = result[peer]
    assert one["errors"] == 0, one
    assert 120 < one["operations_done"] < 400, one["operations_done"]
    for latency in (o["latency_us"] for o in one["operations"].values()):
        assert 0 < latency["p50"] <= latency["p99"] <= latency["p99.99"]
        assert latency["p99.99"] <= latency["max"]
PY

"$load" "${flags[@]}" --mix=settle:1,request:1 --in_flight=8 --rounds=2 --seconds=1
"$check" --server="$server" --ca_file="$tls/ca.pem" --members=50 \
  --key_file="$work/data/operator.key" --witness="$work/witness"

# A witness that saw more than the books hold is contradicted.
sed '0,/^\(answered\t[^\t]*\t\)t\([0-9]*\)\t\2$/s//\1t9\2\t9\2/' \
  "$work/witness" >"$work/forged"
! cmp -s "$work/witness" "$work/forged" || die "nothing was forged"
status=0
"$check" --server="$server" --ca_file="$tls/ca.pem" --members=50 \
  --key_file="$work/keys" --witness="$work/forged" >"$work/found" || status=$?
[ "$status" = 1 ] || die "a forged witness: exit code $status"
grep -q 'the books have nothing' "$work/found" || die "nothing was found"

# What was sent and not answered is sent again at the next start.
printf 'sent\tlost-1\t1\tsettle\t1\t2\t700\n' >>"$work/witness"
"$load" "${flags[@]}" --mix=settle:1 --rate=20 --seconds=60 >"$work/text" &
interrupted=$!
started+=("$interrupted")
# Not earlier: until it listens to signals, a shell's background job ignores one.
for ((i = 0; i < 600; i++)); do
  ! grep -Pq '^answered\tlost-1\t' "$work/witness" || break
  sleep 0.1
done
sleep 1
kill -INT "$interrupted"
status=0
wait "$interrupted" || status=$?
[ "$status" = 130 ] || die "Ctrl-C: exit code $status"
grep -q 'INTERRUPTED, what was measured until then' "$work/text" ||
  die "Ctrl-C: $(cat "$work/text")"
grep -Pq '^answered\tlost-1\t' "$work/witness" || die "lost-1 was not sent again"
"$check" --server="$server" --ca_file="$tls/ca.pem" --members=50 \
  --key_file="$work/keys" --witness="$work/witness"

for bad in --mix=pay:1 --partners=some --rate=-1 --in_flight=0 --seconds=0 \
  --ca_file=/nowhere; do
  status=0
  "$load" "${flags[@]}" --mix=settle:1 --rounds=1 --seconds=1 "$bad" 2>"$work/error" ||
    status=$?
  [ "$status" != 0 ] || die "$bad was taken"
  [ -s "$work/error" ] || die "$bad: nothing was said"
done
