#!/usr/bin/env bash
# Runs the calls of docs/api.md against a real server, as they stand there, and
# checks what they answer.
#
#   api_walk_test.sh SKONTROD
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
skontrod=$1

/usr/bin/python3 -c 'import grpc, google.protobuf' 2>/dev/null && command -v protoc >/dev/null || {
  echo "SKIPPED: needs python3-grpcio, python3-protobuf and protobuf-compiler" >&2
  exit 77
}

work=$(mktemp -d)
"$skontrod" --insecure-loopback --data-dir "$work/data" \
  --grpc-listen 127.0.0.1:0 \
  2>"$work/log" >"$work/out" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

for _ in $(seq 300); do
  port=$(cat "$work/log" "$work/out" | grep -oE '127\.0\.0\.1:[1-9][0-9]*' | head -n 1) || true
  [ -z "$port" ] || break
  kill -0 "$server" || { cat "$work/log"; exit 1; }
  sleep 0.1
done
[ -n "$port" ] || { echo "the server did not say where it listens" >&2; cat "$work/log"; exit 1; }
export SKONTRO_ENDPOINT=$port

# The block behind the mark, without its fences.
sed -n '/^<!-- calls -->/,/^```$/p' docs/api.md | sed '1,2d;$d' >"$work/walk.sh"
[ "$(grep -c '^\$call' "$work/walk.sh")" -ge 10 ] ||
  { echo "docs/api.md has no calls behind its mark" >&2; exit 1; }
bash -euo pipefail "$work/walk.sh" >"$work/answers" 2>"$work/errors" ||
  { cat "$work/answers" "$work/errors" "$work/log" >&2; exit 1; }

expect() {
  grep -qF -- "$1" "$work/answers" || {
    echo "no answer has: $1" >&2
    cat "$work/answers" "$work/errors" >&2
    exit 1
  }
}
expect '"name": "networks/walk/trades/f2025-0001"'
expect '"state": "SETTLED"'
expect '"closing_balance"'
expect '"minor_units": "-77000"'  # 720.00 and 50.00 units bought.
expect '"verdict": "OK"'
# The repeated acceptance is the first one, receipt and all.
[ "$(grep -c '"settle_sequence": "6"' "$work/answers")" -ge 2 ] ||
  { echo "the repeated call was answered otherwise" >&2; cat "$work/answers" >&2; exit 1; }
kill -TERM "$server"
wait "$server"
echo "docs/api.md: $(grep -c '^\$call' "$work/walk.sh") calls answered as written"
