#!/usr/bin/env bash
# lists_test.sh BIN_DIR: lists of skontro over several pages of a real server: every
# format, every row once; and what is left when Ctrl-C or a reader ends one.
set -euo pipefail
bin=$1
work=$(mktemp -d)
server=''
unset SKONTRO_NETWORK SKONTRO_ENDPOINT
export SKONTRO_CONFIG=/dev/null

fail() {
  printf 'lists_test: %s\n' "$*" >&2
  tail -n 20 "$work"/*.log "$work"/*.err >&2 || true
  exit 1
}

stop() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server" || true; }
}
trap 'stop; rm -rf "$work"' EXIT

"$bin/skontrod" --insecure-loopback --data-dir "$work/data" \
  --grpc-listen 127.0.0.1:0 --http-listen none \
  >"$work/server.out" 2>"$work/server.log" &
server=$!
for _ in $(seq 300); do
  SKONTRO_ENDPOINT=$(grep -m1 -oE '127\.0\.0\.1:[1-9][0-9]*' "$work/server.out") && break
  kill -0 "$server" 2>/dev/null || fail "the server does not start"
  sleep 0.1
done
export SKONTRO_ENDPOINT SKONTRO_NETWORK=res

"$bin/skontro" network create res --name Res --unit-code RES \
  --decimals 2 --peg EUR --default-credit-line 1000000 >/dev/null 2>"$work/make.err" ||
  fail "no network"
for member in seller buyer; do
  "$bin/skontro" member create "$member" --name "Company $member" --country FR \
    >/dev/null
done

# 2,300 trades: three pages.
count=2300
{
  echo "request_id,seller,buyer,units,initiator,description"
  for i in $(seq $count); do
    echo "r-$i,seller,buyer,1.$(printf %02d $((i % 100))),buyer,Lot $i"
  done
} >"$work/trades.csv"
"$bin/skontro" trade batch --file "$work/trades.csv" >"$work/batch.out" 2>"$work/batch.err" ||
  fail "the batch was refused"

list() { "$bin/skontro" trade list "$@" 2>"$work/list.err"; }

[ "$(list --output ndjson | wc -l)" = $count ] || fail "ndjson has another count"
list --output ndjson | grep -o '"name":"[^"]*"' | sort | uniq -d | grep . &&
  fail "a row comes twice"
[ "$(list --output csv | wc -l)" = $((count + 1)) ] || fail "csv has not one header"
[ "$(list --output table | wc -l)" = $((count + 1)) ] || fail "the table has not one header"
[ "$(list --output json | grep -c '^    {')" = $count ] || fail "json has another count"
list --output json | tail -n 2 | grep -q '"sequence": ' || fail "json does not end"
[ "$(list --output ndjson --limit 1500 | wc -l)" = 1500 ] || fail "the limit does not hold"

# Options narrow, and a filter besides.
[ "$(list --output ndjson --at-least 1.99 | wc -l)" = 23 ] || fail "--at-least"
[ "$(list --output ndjson --text 'LOT 77' --seller seller | wc -l)" = 11 ] || fail "--text"
[ "$(list --output ndjson --at-most 1.01 --filter 'lot OR state = PROPOSED' | wc -l)" = 46 ] ||
  fail "--filter with an option"
[ "$(list --output ndjson --state declined | wc -l)" = 0 ] || fail "--state"
first=$(list --output ndjson --order-by create_time --limit 1)
case $first in *'"description":"Lot 1"'*) ;; *) fail "not the oldest first: $first" ;; esac
[ "$("$bin/skontro" account entries buyer --output csv --at-most=-1.99 | wc -l)" = 24 ] ||
  fail "entries by amount"
"$bin/skontro" account list --order-by spendable --limit 1 -o csv | grep -q buyer ||
  fail "who can spend least"
"$bin/skontro" member list --text SELL -o ndjson | grep -q members/seller ||
  fail "a member by name"

code=0
list --filter 'state = SETLED' >/dev/null || code=$?
[ "$code" = 1 ] || [ "$code" = 2 ] || fail "a bad filter ends with $code"
grep -q 'at character 9' "$work/list.err" || fail "the place of a mistake is not told"

# A reader that goes away ends it, soon and without a word of its own.
set +o pipefail
list --output ndjson | head -n 1 >"$work/head" || true
set -o pipefail
[ "$(wc -l <"$work/head")" = 1 ] || fail "head got no line"

# Ctrl-C, while nobody reads: whole rows, not all, and said so.
mkfifo "$work/pipe"
exec 3<>"$work/pipe"
"$bin/skontro" trade list --output ndjson 2>"$work/list.err" >"$work/pipe" 3<&- &
lister=$!
sleep 2
kill -INT "$lister"
{ timeout 60 cat <&3 >"$work/part"; } &
reader=$!
code=0
wait "$lister" || code=$?
exec 3>&-
sleep 1
kill "$reader" 2>/dev/null || true
wait "$reader" 2>/dev/null || true
[ "$code" = 130 ] || fail "Ctrl-C ends it with $code"
grep -q 'the list is not complete' "$work/list.err" || fail "it is not said to be incomplete"
rows=$(wc -l <"$work/part")
[ "$rows" -gt 0 ] && [ "$rows" -lt $count ] || fail "$rows rows were printed"
tail -n 1 "$work/part" | grep -q '^{.*}$' || fail "the last row is not whole"
echo "lists_test: passed"
