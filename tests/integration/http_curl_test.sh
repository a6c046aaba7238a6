#!/usr/bin/env bash
# Runs the calls that docs/api.md makes with curl, as they stand there, against a
# real server, and tries what a person would with curl.
#
#   http_curl_test.sh SKONTROD
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
skontrod=$1

command -v curl >/dev/null || {
  echo "SKIPPED: needs curl" >&2
  exit 77
}

work=$(mktemp -d)
"$skontrod" --data-dir "$work/data" \
  --grpc-listen 127.0.0.1:0 \
  --http-listen 127.0.0.1:0 2>"$work/log" >"$work/out" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

fail() {
  echo "http_curl_test: $*" >&2
  tail -n 20 "$work"/log "$work"/answers >&2 || true
  exit 1
}

for _ in $(seq 300); do
  url=$(sed -n 's/^skontrod: listening on \(https:.*\)/\1/p' "$work/out")
  [ -z "$url" ] || break
  kill -0 "$server" || fail "the server ended"
  sleep 0.1
done
[ -n "$url" ] || fail "the server did not say where it listens"
export SKONTRO_HTTP=$url SKONTRO_DATA=$work/data

sed -n '/^<!-- curl -->/,/^```$/p' docs/api.md | sed '1,2d;$d' >"$work/walk.sh"
calls=$(grep -c '^call ' "$work/walk.sh")
[ "$calls" -ge 5 ] || fail "docs/api.md has no calls behind its mark"
# Twice: the second time every call is a retry, with the same answers.
for round in first second; do
  bash -euo pipefail "$work/walk.sh" >"$work/answers" 2>&1 || fail "a call failed"
  [ "$(grep -c '^{' "$work/answers")" = "$calls" ] || fail "$round: answers are missing"
  grep -qF '"balance":{"minorUnits":"-12345"}' "$work/answers" ||
    fail "$round: the balance is another one"
  grep -qF '"state":"SETTLED"' "$work/answers" || fail "$round: no trade settled"
  grep -qF '"trades":[{' "$work/answers" || fail "$round: the list of trades is empty"
  grep -qF '"entries":[{' "$work/answers" || fail "$round: the list of entries is empty"
  grep -qF '"lineUsedPercent":24' "$work/answers" || fail "$round: nobody near a limit"
done

# status <expected> <curl arguments>
status() {
  local expected=$1 got
  shift
  got=$(curl -sS -o "$work/answers" -w '%{http_code}' --cacert "$work/data/tls/ca.pem" "$@") ||
    fail "curl $*"
  [ "$got" = "$expected" ] || fail "expected $expected, got $got: $*"
}
post=(-H 'Content-Type: application/json'
  -H "Authorization: Bearer $(cat "$work/data/operator.key")")
list=$url/skontro.v1.NetworkService/ListNetworks
status 200 "$url/healthz"
status 200 "$url/readyz"
status 401 "$url/metrics"
status 200 -H "Authorization: Bearer $(cat "$work/data/operator.key")" "$url/metrics"
status 200 "$url/openapi.json"
status 200 "${post[@]}" -d '{}' "$list"
trades=$url/skontro.v1.TradeService/ListTrades
status 400 "${post[@]}" -d '{"parent":"networks/web","filter":"state = SETLED"}' "$trades"
grep -qF 'one of PROPOSED' "$work/answers" || fail "the filter is not explained"
grep -qF 'at character 9' "$work/answers" || fail "the place of the mistake is not told"
status 400 "${post[@]}" -d '{"parent":"networks/web","pageToken":"AAAA"}' "$trades"
status 400 "${post[@]}" -d '{"parent":"networks/web","pageSize":-1}' "$trades"
status 200 "${post[@]}" -H 'Transfer-Encoding: chunked' -d '{}' "$list"
status 200 --http1.0 "${post[@]}" -d '{}' "$list"
status 200 "${post[@]}" -H 'Connect-Protocol-Version: 1' -H 'Connect-Timeout-Ms: 5000' -d '{}' "$list"
status 415 -d '{}' "$list"
status 401 -H 'Content-Type: application/json' -d '{}' "$list"
status 401 "${post[@]}0" -d '{}' "$list"
status 200 "${post[@]}" --tls-max 1.2 -d '{}' "$list"
status 405 "$list"
status 404 "$url/"
status 400 "${post[@]}" -d '{"pageSize": 1, "page_size": 2}' "$list"
status 501 "${post[@]}" -H 'Content-Encoding: br' -d '{}' "$list"
status 400 "${post[@]}" -H 'Content-Encoding: gzip' -d '{}' "$list"
printf '{}' | gzip >"$work/body.gz"
status 200 "${post[@]}" -H 'Content-Encoding: gzip' --data-binary "@$work/body.gz" --compressed "$list"
status 403 "${post[@]}" -H 'Origin: https://evil.example' -d '{}' "$list"
# More than 1 MiB: curl asks for leave first, and 16 MiB and a byte get none.
head -c 2000000 /dev/zero | tr '\0' ' ' >"$work/spaces"
status 400 "${post[@]}" --data-binary "@$work/spaces" "$list"
head -c 16777217 /dev/zero | tr '\0' ' ' >"$work/spaces"
status 413 "${post[@]}" --data-binary "@$work/spaces" "$list"

# Who does not know the authority, speaks an old TLS or none, gets nothing.
refused() {
  ! curl -sS -o "$work/answers" "$@" 2>"$work/curl.log" || fail "answered: curl $*"
}
refused "$url/healthz"
refused --cacert "$work/data/tls/ca.pem" --tls-max 1.1 "$url/healthz"
refused "http${url#https}/healthz"

kill -TERM "$server"
wait "$server"
echo "docs/api.md: $calls calls with curl answered as written, twice"
