#!/usr/bin/env bash
# Runs web_client/web_client.mjs against a real server. ./dev deps puts what it
# needs into build/web_client.
#
#   web_client_test.sh SKONTROD
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
skontrod=$1
modules=build/web_client

command -v node >/dev/null && command -v protoc >/dev/null &&
  cmp -s tests/integration/web_client/package-lock.json $modules/package-lock.json &&
  [ -d $modules/node_modules/@connectrpc/connect-web ] || {
  echo "SKIPPED: needs node, protoc and the modules that ./dev deps installs" >&2
  exit 77
}

work=$(mktemp -d)
"$skontrod" --insecure-loopback --data-dir "$work/data" \
  --grpc-listen 127.0.0.1:0 \
  --http-listen 127.0.0.1:0 2>"$work/log" >"$work/out" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 300); do
  url=$(sed -n 's/^skontrod: listening on \(http:.*\)/\1/p' "$work/out")
  [ -z "$url" ] || break
  kill -0 "$server" || { cat "$work/log" >&2; exit 1; }
  sleep 0.1
done

protoc -Iproto --include_imports --descriptor_set_out="$work/descriptors" \
  proto/skontro/v1/*.proto proto/google/rpc/*.proto
# A module finds others beside itself.
cp tests/integration/web_client/web_client.mjs "$modules/"
node "$modules/web_client.mjs" "$url" "$work/descriptors" ||
  { tail -n 20 "$work/log" >&2; exit 1; }
kill -TERM "$server"
wait "$server"
