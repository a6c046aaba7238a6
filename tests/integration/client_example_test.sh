#!/usr/bin/env bash
# docs/examples/pay_orders over TLS with a key: orders are paid once, also when
# the server was killed and all of them are sent again.
#
#   client_example_test.sh SKONTROD SKONTRO PAY_ORDERS
set -euo pipefail
skontrod=$1 skontro=$2 pay_orders=$3

work=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill -9 "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }; rm -rf "$work"' EXIT

fail() {
  echo "client_example_test: $*" >&2
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

start
call() {
  HOME=$work "$skontro" "$@" --endpoint "127.0.0.1:$port" \
    --ca-file "$work/data/tls/ca.pem" --key-file "$work/data/operator.key"
}
call network create res --name RES --unit-code RES --peg EUR \
  --default-credit-line 1000.00 >"$work/answers" 2>&1 ||
  fail "network create"
for member in imprimerie boulangerie; do
  call member create "$member" --network res --name "$member" --country BE \
    >"$work/answers" 2>&1 || fail "member create $member"
done

orders() { for i in $(seq 20); do echo "order-$i,imprimerie,boulangerie,$i.50"; done; }
pay() {
  "$pay_orders" "127.0.0.1:$port" res "$work/data/tls/ca.pem" "$work/data/operator.key"
}
orders | pay >"$work/answers" || fail "not all were paid"
[ "$(grep -c ': paid, sequence ' "$work/answers")" = 20 ] || fail "not 20 answers"
cp "$work/answers" "$work/first"

kill -9 "$server"
wait "$server" 2>/dev/null || true
start
orders | pay >"$work/answers" || fail "not all were known"
cmp "$work/first" "$work/answers" || fail "the second answers are others"
call account get imprimerie --network res >"$work/answers" || fail "account get"
grep -qF '220.00' "$work/answers" || fail "not paid once"

code=0
echo "order-big,imprimerie,boulangerie,5000.00" | pay >"$work/answers" || code=$?
[ "$code" = 1 ] || fail "a trade above the line ended with $code"
grep -q 'order-big: refused: .*CREDIT_LINE_EXCEEDED' "$work/answers" || fail "not refused"
code=0
printf 'order-x,imprimerie,boulangerie,1.00\norder-y,imprimerie\n' |
  pay >"$work/answers" 2>&1 || code=$?
[ "$code" = 2 ] && grep -q 'line 2' "$work/answers" || fail "a wrong line ended with $code"
