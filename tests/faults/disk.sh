# Sourced by the tests that need a disk of their own: a server on it, and an end
# that leaves nothing behind. Expects $skontrod and $skontro.

# In memory where there is such a place: what the disk of the machine loses is
# not asked here.
work=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo /tmp)" \
  skontro-disk.XXXXXX)
server=''
mounts=()
unset SKONTRO_NETWORK SKONTRO_ENDPOINT
export SKONTRO_CONFIG=/dev/null

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  cat "$work"/*.log >&2 || true
  exit 1
}

skip() {
  printf 'SKIPPED: %s: %s\n' "$(basename "$0")" "$*" >&2
  exit 77
}

kill_server() {
  [ -n "$server" ] || return 0
  kill -KILL "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  server=''
}

clean_up() {
  kill_server
  local at
  for at in "${mounts[@]}"; do umount "$at" 2>/dev/null || umount -l "$at" || true; done
  rm -rf "$work"
}
trap clean_up EXIT

# mount_at <folder> <mount arguments...>: skips the test where it may not.
mount_at() {
  local at=$1
  shift
  mkdir -p "$at"
  mount "$@" "$at" 2>"$work/mount.err" ||
    skip "cannot mount here: $(cat "$work/mount.err")"
  mounts+=("$at")
}

# start_server <data dir> [flags]: sets SKONTRO_ENDPOINT.
start_server() {
  local data=$1 tries
  shift
  : >"$work/out"  # Or the port of the last server would be found.
  "$skontrod" --insecure-loopback --data-dir "$data" \
    --grpc-listen 127.0.0.1:0 --http-listen none "$@" \
    2>>"$work/server.log" >"$work/out" &
  server=$!
  for ((tries = 0; tries < 600; ++tries)); do
    SKONTRO_ENDPOINT=$(grep -m1 -oE '127\.0\.0\.1:[1-9][0-9]*' "$work/out") && break
    kill -0 "$server" 2>/dev/null || fail "the server does not start"
    sleep 0.1
  done
  export SKONTRO_ENDPOINT
}

# make_network: `res`, with a seller and a buyer who can spend.
make_network() {
  "$skontro" network create res --name RES --unit-code RES --decimals 2 \
    --peg EUR >/dev/null
  export SKONTRO_NETWORK=res
  "$skontro" member create seller --name Seller --country BE >/dev/null
  "$skontro" member create buyer --name Buyer --country BE >/dev/null
  "$skontro" credit set buyer --limit 100000 --reason test >/dev/null
}

# pay <number>: one minor unit, under a request id of that number.
pay() {
  "$skontro" trade pay --buyer buyer --seller seller --units 0.01 \
    --request-id "pay-$1" >>"$work/payments.log" 2>&1
}

# balance: of the seller, in minor units: the number of payments.
balance() {
  "$skontro" account get seller --format json | tr -d ' \n' |
    grep -oE '"balance":\{[^}]*\}' | head -n 1 |
    grep -oE '"minor_units":"?[0-9]+' | grep -oE '[0-9]+$'
}
