#!/usr/bin/env bash
# events_test.sh BIN_DIR: skontro events tells what happens, in every format, and
# goes on where it was when a server that was killed comes back.
set -euo pipefail
bin=$1
work=$(mktemp -d)
server='' follower=''
unset SKONTRO_NETWORK SKONTRO_ENDPOINT
export SKONTRO_CONFIG=/dev/null

fail() {
  printf 'events_test: %s\n' "$*" >&2
  tail -n 40 "$work"/*.out "$work"/*.log >&2 || true
  exit 1
}

stop() {
  [ -z "$1" ] || { kill "-${2:-TERM}" "$1" 2>/dev/null && wait "$1" || true; }
}
trap 'stop "$follower"; stop "$server" KILL; rm -rf "$work"' EXIT

# start <address>: a server over $work/data; sets SKONTRO_ENDPOINT.
start() {
  local tries
  : >"$work/server.out"
  "$bin/skontrod" --insecure-loopback --data-dir "$work/data" \
    --grpc-listen "$1" --http-listen none \
    >"$work/server.out" 2>>"$work/server.log" &
  server=$!
  for ((tries = 0; tries < 300; ++tries)); do
    SKONTRO_ENDPOINT=$(grep -m1 -oE '127\.0\.0\.1:[1-9][0-9]*' "$work/server.out") &&
      break
    kill -0 "$server" 2>/dev/null || fail "the server does not start"
    sleep 0.1
  done
  export SKONTRO_ENDPOINT
}

# pay <number>: that many minor units.
pay() {
  "$bin/skontro" trade pay --buyer buyer --seller seller \
    --units "0.0$1" --request-id "pay-$1" >/dev/null
}

# await <file> <text>: until the text is in it.
await() {
  local tries
  for ((tries = 0; tries < 300; ++tries)); do
    grep -q "$2" "$work/$1" && return
    sleep 0.1
  done
  fail "$1 never says '$2'"
}

start 127.0.0.1:0
"$bin/skontro" network create res --name RES --unit-code RES --decimals 2 \
  --peg EUR >/dev/null
export SKONTRO_NETWORK=res
"$bin/skontro" member create seller --name Seller --country BE >/dev/null
"$bin/skontro" member create buyer --name Buyer --country BE >/dev/null
"$bin/skontro" credit set buyer --limit 1000 --reason test >/dev/null
pay 1

"$bin/skontro" events --no-follow >"$work/text.out"
[ "$(wc -l <"$work/text.out")" = 5 ] || fail "not five events"
grep -q 'TRADE_SETTLED  t5: buyer to seller, 0.01 RES' "$work/text.out" ||
  fail "the trade is not told"
grep -q '(.*buyer -0.01' "$work/text.out" || fail "no balances"
"$bin/skontro" events --no-follow --from 3 --member buyer --format csv \
  >"$work/csv.out"
[ "$(wc -l <"$work/csv.out")" = 4 ] || fail "not a header and three lines"
"$bin/skontro" events --from 1 --count 5 --type trade-settled --no-follow \
  --format json >"$work/json.out"
python3 - "$work/json.out" <<'PY' || fail "the JSON is wrong"
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert [e["sequence"] for e in lines] == ["5"], lines
assert lines[0]["trade"]["unit_leg"]["minor_units"] == "1", lines
PY
"$bin/skontro" events --from 7 >"$work/ahead.out" 2>&1 && fail "7 is too far"
grep -q SEQUENCE_NOT_REACHED "$work/ahead.out" || fail "no reason"
"$bin/skontro" events --type nonsense >"$work/type.out" 2>&1 && fail "no type"
grep -q TRADE_REVERSED "$work/type.out" || fail "the types are not named"

# The server is killed and comes back on the same port.
"$bin/skontro" events --from 5 >"$work/follow.out" 2>"$work/follow.log" &
follower=$!
await follow.out 't5:'
address=$SKONTRO_ENDPOINT
stop "$server" KILL
await follow.log 'going on at sequence 6'
sleep 3 # Some attempts in vain.
start "$address"
pay 2
pay 3
await follow.out 't7:'
stop "$follower"
follower=''
[ "$(grep -c . "$work/follow.out")" = 3 ] || fail "not each event once"
echo "events: told, filtered, resumed"
