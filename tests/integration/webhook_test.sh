#!/usr/bin/env bash
# The receiver of docs/examples: it takes what the server signed, once, over a
# kill -9 of the server and a restart of its own, and nothing that somebody else
# sends. `skontro webhook` shows how it goes.
#
#   webhook_test.sh SKONTROD SKONTRO
set -euo pipefail
skontrod=$1 skontro=$2
receiver_py=$(dirname "$0")/../../docs/examples/webhook_receiver.py

/usr/bin/python3 -c '' 2>/dev/null ||
  { echo "SKIPPED: install python3"; exit 77; }

work=$(mktemp -d)
server='' receiver=''
end() {
  [ -z "$1" ] || { kill -9 "$1" 2>/dev/null || true; wait "$1" 2>/dev/null || true; }
}
trap 'end "$server"; end "$receiver"; rm -rf "$work"' EXIT

fail() {
  echo "webhook_test: $*" >&2
  tail -n 20 "$work"/log "$work"/answers "$work"/events >&2 || true
  exit 1
}

port=0
start_server() {
  : >"$work/out"
  "$skontrod" --data-dir "$work/data" --grpc-listen "127.0.0.1:$port" \
    --http-listen none --webhook-plain-http --webhook-networks 127.0.0.0/8 \
    2>>"$work/log" >"$work/out" &
  server=$!
  for _ in $(seq 1200); do
    port=$(sed -n 's/^skontrod: listening on 127\.0\.0\.1:\([0-9]*\).*/\1/p' "$work/out" | head -n 1)
    [ -z "$port" ] || return 0
    kill -0 "$server" || fail "the server ended"
    sleep 0.05
  done
  fail "the server did not say where it listens"
}

hook_port=0
start_receiver() {
  : >"$work/hook_out"
  /usr/bin/python3 "$receiver_py" --secret-file "$work/secret" \
    --port "$hook_port" --events "$work/ids" >>"$work/events" 2>"$work/hook_out" &
  receiver=$!
  for _ in $(seq 400); do
    hook_port=$(sed -n 's/.*127\.0\.0\.1:\([0-9]*\).*/\1/p' "$work/hook_out")
    [ -z "$hook_port" ] || return 0
    sleep 0.05
  done
  fail "the receiver did not say where it listens"
}

call() {
  HOME=$work "$skontro" "$@" --endpoint "127.0.0.1:$port" \
    --ca-file "$work/data/tls/ca.pem" --key-file "$work/data/operator.key"
}
pay() {
  call trade pay --network res --seller imprimerie --buyer boulangerie \
    --units "$1" --request-id "pay-$1" >"$work/answers" 2>&1 || fail "trade pay"
}
events_become() {
  for _ in $(seq 600); do
    [ "$(wc -l <"$work/events")" -lt "$1" ] || return 0
    sleep 0.05
  done
  fail "not $1 events came"
}

: >"$work/events"
: >"$work/secret"
start_receiver
start_server
call network create res --name RES --unit-code RES --peg EUR \
  --default-credit-line 1000.00 >"$work/answers" 2>&1 || fail "network create"
for member in imprimerie boulangerie; do
  call member create "$member" --network res --name "$member" --country BE \
    >"$work/answers" 2>&1 || fail "member create $member"
done
call webhook create erp --network res --url "http://127.0.0.1:$hook_port/" \
  --type trade-settled >"$work/answers" 2>&1 || fail "webhook create"
grep -o 'whsec_[A-Za-z0-9+/=]*' "$work/answers" >"$work/secret" || fail "no secret"
! grep -qF "$(cat "$work/secret")" "$work/log" || fail "the secret is in the log"
! grep -rqF "$(cat "$work/secret")" "$work/data" || fail "the secret is on the disk"
end "$receiver"
start_receiver

pay 1.00
pay 2.00
events_become 2

# The receiver is away, and the server ends without a word.
end "$receiver"
receiver=
pay 3.00
pay 4.00
end "$server"
server=
start_server
start_receiver
pay 5.00
events_become 5
[ "$(sort -n "$work/events" | uniq -d | wc -l)" = 0 ] || fail "an event was printed twice"
[ "$(cut -d' ' -f1 "$work/events" | sort -n | cmp - <(cut -d' ' -f1 "$work/events"); echo $?)" = 0 ] ||
  fail "not in order"

# Somebody else.
code=$(/usr/bin/python3 - "$hook_port" <<'PY'
import http.client, sys, time
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
connection.request("POST", "/", b'{"events": [{"sequence": "9", "type": "X"}]}', {
    "webhook-id": "x", "webhook-timestamp": str(int(time.time())),
    "webhook-signature": "v1,AAAA"})
print(connection.getresponse().status)
PY
)
[ "$code" = 401 ] || fail "a forged message was answered with $code"
[ "$(wc -l <"$work/events")" = 5 ] || fail "a forged message was taken"

call webhook get erp --network res >"$work/answers" || fail "webhook get"
grep -q 'active' "$work/answers" || fail "not active"
call webhook dead-letters erp --network res >"$work/answers" || fail "dead-letters"
call webhook pause erp --network res >"$work/answers" || fail "webhook pause"
call webhook list --network res >"$work/answers" || fail "webhook list"
grep -q 'paused' "$work/answers" || fail "not paused"
call webhook delete erp --network res >"$work/answers" || fail "webhook delete"

end "$server"
server=
"$skontro" verify "$work/data" --network res >"$work/answers" 2>&1 || fail "verify"
