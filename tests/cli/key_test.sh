#!/usr/bin/env bash
# Keys and TLS as people use them: a first start, the operator on the machine of
# the server, a client elsewhere with a copy of the authority and a key of its
# own, rotation and revocation; and that no secret is in the log.
#
#   key_test.sh BIN_DIR
set -euo pipefail

bin=$1
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true
      wait "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

die() {
  echo "key_test: $*" >&2
  cat "$work/log" >&2 || true
  exit 1
}

unset SKONTRO_KEY SKONTRO_KEY_FILE SKONTRO_CA_FILE SKONTRO_CONFIG \
  SKONTRO_NETWORK XDG_CONFIG_HOME
export HOME=$work/home XDG_DATA_HOME=$work/share
data=$work/share/skontro
mkdir -p "$HOME" "$XDG_DATA_HOME"

start() {
  local tries
  : >"$work/out"
  "$bin/skontrod" --grpc-listen 127.0.0.1:0 --http-listen none \
    --log-level debug "$@" >"$work/out" 2>>"$work/log" &
  server=$!
  for ((tries = 0; tries < 300; ++tries)); do
    SKONTRO_ENDPOINT=$(grep -m1 -oE '127\.0\.0\.1:[1-9][0-9]*' "$work/out") && break
    kill -0 "$server" 2>/dev/null || die "the server does not start"
    sleep 0.1
  done
  export SKONTRO_ENDPOINT
}
stop() {
  kill "$server"
  wait "$server" || die "the server ended with $?"
  server=
}

start
for file in operator.key api_key_secret tls/ca.key tls/server.key; do
  [ "$(stat -c %a "$data/$file")" = 600 ] || die "$file is not 0600"
done

# On the machine of the server nothing has to be said.
"$bin/skontro" network create res --name RES --unit-code RES --decimals 2 \
  --peg EUR --time-zone Europe/Paris >/dev/null
export SKONTRO_NETWORK=res
for member in baker mason; do
  "$bin/skontro" member create "$member" --name "$member" --country FR \
    >/dev/null
  "$bin/skontro" credit set "$member" --limit 100 --reason test >/dev/null
done
"$bin/skontro" key create k1 --identity baker-erp --role member_user \
  --member baker --spending-ceiling 20 --format json >"$work/key.json"
secret=$(grep -oE 'skontro\.res\.k1\.[A-Za-z0-9_-]{43}' "$work/key.json") ||
  die "no key was shown"

# Elsewhere: a copy of the authority, and the key in a file.
cp "$data/tls/ca.pem" "$work/ca.pem"
printf '%s\n' "$secret" >"$work/key"
elsewhere() {
  XDG_DATA_HOME=$work/none "$bin/skontro" "$@"
}
client() { elsewhere "$@" --ca-file "$work/ca.pem" --key-file "$work/key"; }
client trade pay --buyer baker --seller mason --units 20 >/dev/null
! client trade pay --buyer baker --seller mason --units 20.01 \
  2>"$work/err" || die "the ceiling does not hold"
grep -q "2001" "$work/err" || grep -q "20.01" "$work/err" || cat "$work/err"
! client member get mason 2>"$work/err" || die "another member is seen"
grep -q "does not exist, or you may not see it" "$work/err" ||
  die "$(cat "$work/err")"
[ "$(client member list --format csv | tail -n +2 | wc -l)" = 1 ] ||
  die "other members are listed"

# Without a key, with a wrong one, without TLS: nothing.
! elsewhere member list --ca-file "$work/ca.pem" 2>"$work/err" ||
  die "a call without a key was answered"
grep -q "missing" "$work/err" || die "$(cat "$work/err")"
! elsewhere member list --key-file "$work/key" 2>/dev/null ||
  die "a call without TLS was answered"
SKONTRO_KEY=${secret%?}! XDG_DATA_HOME=$work/none \
  "$bin/skontro" member list --ca-file "$work/ca.pem" 2>/dev/null &&
  die "a wrong key was answered"

# What the command line names goes before the environment, and so does what its
# profile says.
wrong=${secret%?}!
SKONTRO_KEY=$wrong client member list >/dev/null ||
  die "SKONTRO_KEY goes before --key-file"
export SKONTRO_CONFIG=$work/config/config
elsewhere config set --profile baker endpoint "$SKONTRO_ENDPOINT" >/dev/null
elsewhere config set --profile baker ca_file "$work/ca.pem" >/dev/null
elsewhere config set --profile baker key_file "$work/key" >/dev/null
SKONTRO_KEY=$wrong elsewhere member list --profile baker >/dev/null ||
  die "SKONTRO_KEY goes before the key of --profile"
! SKONTRO_KEY=$wrong SKONTRO_PROFILE=baker elsewhere member list 2>"$work/err" ||
  die "SKONTRO_KEY does not go before the configuration"
unset SKONTRO_CONFIG

# The next key overlaps; the old one is revoked; the journal remembers.
"$bin/skontro" key rotate k1 --new-id k2 --format json >"$work/key2.json"
client member list >/dev/null
grep -oE 'skontro\.res\.k2\.[A-Za-z0-9_-]{43}' "$work/key2.json" >"$work/key2"
"$bin/skontro" key revoke k1 >/dev/null
! client member list 2>"$work/err" || die "a revoked key was answered"
grep -q "revoked" "$work/err" || die "$(cat "$work/err")"
stop
start
elsewhere member list --ca-file "$work/ca.pem" --key-file "$work/key2" \
  >/dev/null || die "the new key is gone after a restart"
"$bin/skontro" key list --format csv >"$work/keys.csv"
grep -q '^k1,.*revoked' "$work/keys.csv" || die "$(cat "$work/keys.csv")"
stop

# Files that cannot be used are named, with an exit code of their own.
cp "$data/tls/ca.pem" "$work/not-a-key.pem"
code=0
"$bin/skontrod" --grpc-listen 127.0.0.1:0 --http-listen none \
  --tls-certificate "$data/tls/server.pem" --tls-key "$work/not-a-key.pem" \
  2>"$work/err" || code=$?
[ "$code" = 11 ] || die "exit code $code, not 11: $(cat "$work/err")"
grep -q "not-a-key.pem" "$work/err" || die "$(cat "$work/err")"
code=0
"$bin/skontrod" --grpc-listen 0.0.0.0:0 --insecure-loopback \
  2>"$work/err" || code=$?
[ "$code" = 2 ] || die "plain text off the loopback: exit code $code"

# No secret is in the log, at whatever level, nor in any other file.
for word in "${secret##*.}" "$(cut -d. -f2 "$data/operator.key")" \
  "$(cut -d. -f4 "$work/key2")" PRIVATE; do
  ! grep -qF -- "$word" "$work/log" || die "a secret is in the log"
done
! grep -rqF -- "${secret##*.}" "$data" || die "a key is in the data directory"
echo "keys and TLS work from the command line"
