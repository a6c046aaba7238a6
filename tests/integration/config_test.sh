#!/usr/bin/env bash
# The settings of skontrod as an operator gives them, and that docs/operating.md
# and docs/examples/skontrod.conf say what the program says.
#
#   config_test.sh SKONTROD           checks
#   config_test.sh SKONTROD --write   writes the table and the example anew
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
skontrod=$(realpath "$1")
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

fail() { echo "config_test: $*" >&2; exit 1; }
run() { env -i HOME="$work/home" "$@"; }
# expect <code> <text> <command...>: its exit code, and a text in its output.
expect() {
  local code=$1 text=$2 status=0
  shift 2
  run "$@" >"$work/out" 2>&1 || status=$?
  [ "$status" = "$code" ] || { cat "$work/out"; fail "exit code $status, not $code: $*"; }
  grep -qF -- "$text" "$work/out" || { cat "$work/out"; fail "not said: $text"; }
}

# --- what the documents say --------------------------------------------------

run "$skontrod" --print-config=reference >"$work/reference"
run "$skontrod" --print-config=example >"$work/example"
begin='<!-- settings -->' end='<!-- end of settings -->'
if [ "${2:-}" = --write ]; then
  sed -i -e "/^$begin\$/,/^$end\$/{/^$begin\$/r $work/reference" \
    -e "/^$begin\$/b;/^$end\$/b;d}" docs/operating.md
  cp "$work/example" docs/examples/skontrod.conf
fi
sed -n "/^$begin\$/,/^$end\$/p" docs/operating.md | sed '1d;$d' >"$work/table"
diff "$work/table" "$work/reference" ||
  fail "docs/operating.md is not what skontrod says: tests/integration/config_test.sh $1 --write"
diff docs/examples/skontrod.conf "$work/example" ||
  fail "docs/examples/skontrod.conf is not what skontrod says: tests/integration/config_test.sh $1 --write"
while read -r flag; do
  grep -qF -- "| \`${flag#--}\` |" "$work/reference" ||
    case $flag in
      --help | --version | --config | --check | --check-config | --print-config | --full-replay) ;;
      *) fail "$flag of --help is no setting" ;;
    esac
done < <(run "$skontrod" --help | grep -oE '^  (-h,)?--[a-z-]+' | grep -oE -- '--[a-z-]+')

# The example is a configuration as it stands, and means the same with every #
# before a setting taken off: what it shows are the defaults.
expect 0 'data-dir = "/var/lib/skontro"' \
  "$skontrod" --config docs/examples/skontrod.conf --print-config
sed 's/^# \([a-z-]* = \)/\1/' docs/examples/skontrod.conf >"$work/defaults.conf"
! grep -qE '^# [a-z-]+ = ' "$work/defaults.conf" || fail "a setting is still a comment"
expect 0 "defaults.conf" "$skontrod" --config "$work/defaults.conf" --print-config
for file in docs/examples/skontrod.conf "$work/defaults.conf"; do
  run "$skontrod" --config "$file" --print-config |
    sed 's/^# //; s/ *#.*//' >"$work/$(basename "$file").means"
done
diff "$work/skontrod.conf.means" "$work/defaults.conf.means" ||
  fail "the example shows other values than the defaults"

# --- which goes before which -------------------------------------------------

cat >"$work/skontrod.conf" <<CONF
data-dir = "$work/data"
grpc-listen = "127.0.0.1:0"
http-listen = "127.0.0.1:0"
cache-mb = 32
log-level = "debug"
log-format = "json"
insecure-loopback = true
CONF
conf=(--config "$work/skontrod.conf")
expect 0 "cache-mb = 32  # $work/skontrod.conf:4" "$skontrod" "${conf[@]}" --print-config
expect 0 "cache-mb = 64  # SKONTROD_CACHE_MB" \
  SKONTROD_CACHE_MB=64 "$skontrod" "${conf[@]}" --print-config
expect 0 "cache-mb = 128  # --cache-mb" \
  SKONTROD_CACHE_MB=64 "$skontrod" "${conf[@]}" --cache-mb 128 --print-config
expect 0 "disk-full-percent = 80  # default" "$skontrod" "${conf[@]}" --print-config
expect 0 "log-level = \"debug\"  # $work/skontrod.conf:5" \
  SKONTROD_CONFIG="$work/skontrod.conf" "$skontrod" --print-config
# What is printed is a configuration file, and means the same.
run SKONTROD_CACHE_MB=64 "$skontrod" "${conf[@]}" --print-config >"$work/again.conf"
run "$skontrod" --config "$work/again.conf" --print-config | sed 's/ *#.*//' >"$work/a"
sed 's/ *#.*//' "$work/again.conf" | diff - "$work/a" || fail "printed, it means another thing"

# --- what is wrong is said, and nothing is done ------------------------------

expect 2 "cannot read $work/none.conf" "$skontrod" --config "$work/none.conf"
expect 2 "is no file" "$skontrod" --config "$work"
mkfifo "$work/pipe"
expect 2 "is no file" timeout 10 "$skontrod" --config "$work/pipe"
printf 'cache-mb = 3\ncachemb = 64\nlog-level = "loud"\ndata-dir = 5\n' >"$work/bad.conf"
for text in "bad.conf:1: --cache-mb" "bad.conf:2: there is no setting cachemb" \
  "bad.conf:3: --log-level" "bad.conf:4: data-dir is to be a text" \
  "SKONTROD_DISK_FULL_PERCENT: --disk-full-percent"; do
  expect 2 "$text" SKONTROD_DISK_FULL_PERCENT=101 "$skontrod" --config "$work/bad.conf"
done
expect 2 "--tls-certificate is without --tls-key" \
  SKONTROD_TLS_CERTIFICATE=/x "$skontrod" --data-dir "$work/data"
[ ! -e "$work/data" ] && [ ! -e "$work/home" ] || fail "a start that was refused made something"

# --- --check-config says all of it at once -----------------------------------

expect 0 "problems: 0" "$skontrod" "${conf[@]}" --check-config
grep -qF "$work/data will be made" "$work/out" || fail "the data directory is not told"
[ ! -e "$work/data" ] || fail "--check-config made the data directory"

: >"$work/started" >"$work/log"
env -i "$skontrod" "${conf[@]}" >"$work/started" 2>"$work/log" &
server=$!
for _ in $(seq 600); do
  [ "$(wc -l <"$work/started")" -lt 2 ] || break
  kill -0 "$server" || { cat "$work/log"; fail "the server ended"; }
  sleep 0.1
done
head -n 1 "$work/log" | grep -q '"event":"starting"' || fail "the log is not JSON, as the file says"
port=$(grep -oE '127\.0\.0\.1:[0-9]+' "$work/started" | head -n 1)
# Beside the server: its own addresses are no problem.
expect 0 "a server is running on it (process $server)" "$skontrod" "${conf[@]}" --check-config

mkdir "$work/other" && echo mine >"$work/other/file"
touch "$work/empty.pem"
expect 12 "problems: 4, warnings: " env SKONTROD_COLOUR=red \
  "$skontrod" --check-config --data-dir "$work/other" --grpc-listen "$port" \
  --http-listen none --cache-mb 64 --config "$work/bad2.conf" \
  --tls-certificate "$work/empty.pem" --tls-key "$work/empty.pem"
for text in "cannot read $work/bad2.conf" "$work/other is not empty" \
  "SKONTROD_COLOUR is no setting" "grpc-listen: $port cannot be listened on" \
  "the certificate file $work/empty.pem cannot be read"; do
  grep -qF -- "$text" "$work/out" || { cat "$work/out"; fail "not said: $text"; }
done

# A port for which a right is needed that the service has not: what to do.
unprivileged=()
[ "$(id -u)" != 0 ] || unprivileged=(setpriv --bounding-set -net_bind_service --inh-caps -net_bind_service)
if [ "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start 2>/dev/null || echo 0)" -gt 443 ]; then
  expect 12 "http-listen: 127.0.0.1:443 cannot be listened on" "${unprivileged[@]}" \
    "$skontrod" --check-config --data-dir "$work/none" --grpc-listen 127.0.0.1:0 --http-listen 127.0.0.1:443
  grep -qF "net.ipv4.ip_unprivileged_port_start=443" "$work/out" || { cat "$work/out"; fail "not said how"; }
fi

kill -TERM "$server"
wait "$server" || fail "the server did not stop well"
server=
# After a start with certificates: keys that others may read are a problem.
# Emptied here, since the shell in the background does it in its own time.
: >"$work/started" >"$work/log"
env -i "$skontrod" --data-dir "$work/tls" --grpc-listen 127.0.0.1:0 \
  --http-listen none >"$work/started" 2>"$work/log" &
server=$!
for _ in $(seq 600); do
  [ ! -s "$work/started" ] || break
  sleep 0.1
done
kill -TERM "$server"
wait "$server" || { cat "$work/log"; fail "the server with certificates did not stop well"; }
server=
chmod 644 "$work/tls/operator.key"
free=(--grpc-listen 127.0.0.1:0 --http-listen none --data-dir "$work/tls")
expect 12 "operator.key" "$skontrod" "${free[@]}" --check-config
chmod 600 "$work/tls/operator.key"
expect 0 "problems: 0" "$skontrod" "${free[@]}" --check-config
: >"$work/tls/tls/ca.pem"
expect 12 "ca.pem cannot be read" "$skontrod" "${free[@]}" --check-config
echo "config_test: settings, their table, the example and the check hold"
