#!/usr/bin/env bash
# skontrod under a service manager and behind a balancer of load: it says when it
# is ready and when it stops; at a stop it is not ready first and goes on with
# all calls for --drain-seconds. Its log is JSON, one object in a line, whatever
# strangers send.
#
#   service_test.sh SKONTROD
set -euo pipefail
skontrod=$1
command -v curl >/dev/null && command -v python3 >/dev/null || {
  echo "SKIPPED: needs curl and python3" >&2
  exit 77
}
work=$(mktemp -d)
server= listener=
trap '[ -z "$server" ] || kill -KILL "$server" 2>/dev/null || true
      [ -z "$listener" ] || kill "$listener" 2>/dev/null || true; rm -rf "$work"' EXIT
fail() { echo "service_test: $*" >&2; cat "$work/log" >&2; exit 1; }
# until <seconds> <command...>: tries it again and again.
until_true() {
  local tries=$(($1 * 20))
  shift
  while ! "$@"; do
    [ $((tries -= 1)) -gt 0 ] || return 1
    sleep 0.05
  done
}

python3 -c '
import socket, sys
at = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
at.bind(sys.argv[1])
while True:
    sys.stdout.write(at.recv(4096).decode() + "\n")
    sys.stdout.flush()
' "$work/notify" >"$work/told" &
listener=$!
until_true 10 [ -S "$work/notify" ] || fail "no socket to listen on"

start() {
  : >"$work/out"
  NOTIFY_SOCKET=$work/notify "$skontrod" --data-dir "$work/data" --insecure-loopback \
    --grpc-listen 127.0.0.1:0 --http-listen 127.0.0.1:0 --log-format json \
    --log-level debug "$@" >"$work/out" 2>"$work/log" &
  server=$!
  until_true 60 grep -q http "$work/out" || fail "it does not listen"
  http=$(grep -oE 'http://127.0.0.1:[0-9]+' "$work/out")
}
code() { curl -s -o /dev/null -w '%{http_code}' "$@"; }
change() {
  curl -s "$http/skontro.v1.NetworkService/CreateNetwork" \
    -H 'Content-Type: application/json' -d '{"networkId":"'"$1"'","requestId":"'"$2"'",
      "network":{"displayName":"N","unitCode":"TST","unitDecimals":2,
      "pegCurrencyCode":"EUR","timeZone":"UTC"}}'
}

start --drain-seconds 3
until_true 10 grep -q 'READY=1' "$work/told" || fail "the manager was not told that it is ready"
[ "$(code "$http/readyz")" = 200 ] || fail "it is not ready"
! grep -q STOPPING "$work/told" || fail "it stops before it is asked to"
kill -TERM "$server"
until_true 3 grep -q '"event":"draining"' "$work/log" || fail "it does not drain"
[ "$(code "$http/readyz")" = 503 ] || fail "it is ready while it drains"
[ "$(code "$http/healthz")" = 200 ] || fail "it is not alive while it drains"
change late r-1 | grep -q '"name":"networks/late"' || fail "a change is refused while it drains"
grep -q 'STOPPING=1' "$work/told" || fail "the manager was not told of the stop"
# Two minutes longer than the drain.
grep -q '^EXTEND_TIMEOUT_USEC=123000000$' "$work/told" ||
  fail "the manager was not asked to wait for the drain"
wait "$server" || fail "it ended with $?"
server=
grep -q '"event":"stopped"' "$work/log" || fail "it did not stop well"

# A second signal ends a drain at once.
start --drain-seconds 600
kill -TERM "$server"
until_true 10 grep -q '"event":"draining"' "$work/log" || fail "it does not drain"
kill -TERM "$server"
status=0
wait "$server" || status=$?
[ "$status" = 143 ] || fail "the second signal gave $status"
server=

# What strangers send stands in the log as text, never as lines or terminal
# codes; and a call is found by its request id.
start
change res r-find-me >/dev/null
curl -s -o /dev/null "$http/skontro.v1.TradeService/GetTrade" -H 'Content-Type: application/json' \
  -d '{"name":"networks/res/trades/x\n{\"event\":\"forged\"}\u001b[2J\u202e"}'
curl -s -o /dev/null "$http/"$'%0a%1b[2J' -H $'X-Y: \x1b]0;t\x07' || true
printf 'GET /\x1b[31m HTTP/1.1\r\nHost: x\r\n\r\n' >/dev/tcp/127.0.0.1/"${http##*:}" || true
kill -TERM "$server"
wait "$server" || fail "it ended with $?"
server=
python3 - "$work/log" <<'PY' || fail "the log is not one JSON object in a line"
import json, sys
found = False
for line in open(sys.argv[1], newline="\n", encoding="utf-8"):
    entry = json.loads(line)
    assert entry["event"] != "forged", line
    assert not any(ord(c) < 0x20 for c in line.rstrip("\n")), line
    found = found or entry.get("request_id") == "r-find-me"
assert found, "no line has the request id"
PY
NOTIFY_SOCKET=nowhere "$skontrod" --data-dir "$work/data" --insecure-loopback \
  --grpc-listen 127.0.0.1:0 --http-listen none >"$work/out" 2>"$work/log" &
server=$!
until_true 60 grep -q listening "$work/out" || fail "it does not start"
until_true 10 grep -q service_manager_not_told "$work/log" || fail "a wrong NOTIFY_SOCKET is not told"
kill -TERM "$server"
wait "$server" || fail "it ended with $?"
server=
echo "service_test: ready, drain, stop and log hold"
