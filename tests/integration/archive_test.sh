#!/usr/bin/env bash
# `skontro network archive`: nothing happens in the network any more, over a
# kill -9 too, its books are read and verified, and `restore` opens it again.
#
#   archive_test.sh SKONTROD SKONTRO
set -euo pipefail
skontrod=$1 skontro=$2

work=$(mktemp -d)
server=''
end() {
  [ -z "$server" ] || { kill -9 "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }
  server=''
}
trap 'end; rm -rf "$work"' EXIT

fail() {
  echo "archive_test: $*" >&2
  tail -n 20 "$work"/log "$work"/answers >&2 || true
  exit 1
}

port=0
start() {
  : >"$work/out"
  "$skontrod" --data-dir "$work/data" --grpc-listen "127.0.0.1:$port" \
    --http-listen none 2>>"$work/log" >"$work/out" &
  server=$!
  for _ in $(seq 1200); do
    port=$(sed -n 's/^skontrod: listening on 127\.0\.0\.1:\([0-9]*\).*/\1/p' "$work/out" | head -n 1)
    [ -z "$port" ] || return 0
    kill -0 "$server" || fail "the server ended"
    sleep 0.05
  done
  fail "the server did not say where it listens"
}

call() {
  HOME=$work "$skontro" "$@" --endpoint "127.0.0.1:$port" \
    --ca-file "$work/data/tls/ca.pem" --key-file "$work/data/operator.key" \
    >"$work/answers" 2>&1
}
pay() {
  call trade pay --network res --seller imprimerie --buyer boulangerie \
    --units "$1"
}

start
call network create res --name RES --unit-code RES --peg EUR \
  --default-credit-line 1000.00 || fail "network create"
for member in imprimerie boulangerie; do
  call member create "$member" --network res --name "$member" --country BE ||
    fail "member create $member"
done
pay 15.00 || fail "trade pay"

call network archive res --dry-run || fail "archive --dry-run"
grep -q 'would be archived' "$work/answers" || fail "no dry run"
pay 1.00 || fail "a dry run archived it"
call network archive res || fail "network archive"
end
start
code=0
pay 6.00 || code=$?
[ "$code" != 0 ] && grep -q NETWORK_STATE "$work/answers" ||
  fail "a trade in an archived network ended with $code"
call network list && grep -q 'archived' "$work/answers" || fail "not listed as archived"
call account get imprimerie --network res && grep -qF '16.00' "$work/answers" ||
  fail "the books of an archived network"
call network archive res && fail "archived twice"
grep -q NETWORK_STATE "$work/answers" || fail "archived twice, for another reason"

call network restore res || fail "network restore"
pay 6.00 || fail "a trade in a restored network"
end
"$skontro" verify "$work/data" --network res >"$work/answers" 2>&1 || fail "verify"
