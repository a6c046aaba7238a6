#!/usr/bin/env bash
# Installs the Debian package on a clean system, starts the service as its user,
# and settles trades with it: by a script in Python and by curl, both encrypted
# and with keys. Then a restart, an upgrade, a removal and a purge. As root.
#
#   package_test.sh PACKAGE.deb DIRECTORY
#
# DIRECTORY keeps the clean system that debootstrap makes, for the next time.
set -euo pipefail
package=$(realpath "$1")
mkdir -p "$2"
directory=$(realpath "$2")
base=$directory/base root=$directory/root
mirror=${SKONTRO_DEBIAN_MIRROR:-http://deb.debian.org/debian}

fail() { echo "package_test: $*" >&2; exit 1; }
step() { echo "== $*"; }
[ "$(id -u)" = 0 ] || fail "debootstrap and chroot are for root"

server=
stop() {
  [ -n "$server" ] || return 0
  kill -TERM "$server" 2>/dev/null || true
  wait "$server" || fail "the server ended with exit code $?"
  server=
}
clean() {
  [ -z "$server" ] || kill -KILL "$server" 2>/dev/null || true
  for at in proc dev; do mountpoint -q "$root/$at" && umount "$root/$at"; done
  return 0
}
trap clean EXIT

if [ ! -e "$base.done" ]; then
  step "a clean Debian 12"
  rm -rf "$base"
  debootstrap --variant=minbase bookworm "$base" "$mirror" >"$directory/debootstrap.log" ||
    { tail "$directory/debootstrap.log"; fail "debootstrap"; }
  touch "$base.done"
fi
for at in proc dev; do
  mountpoint -q "$root/$at" 2>/dev/null && umount "$root/$at"
done
rm -rf "$root"
cp -a --reflink=auto "$base" "$root"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp -r /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
inside() { chroot "$root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
  DEBIAN_FRONTEND=noninteractive "$@"; }
quiet() { "$@" >"$directory/log" 2>&1 || { tail -40 "$directory/log"; fail "$*"; }; }

step "the package installs"
cp "$package" "$root/skontro.deb"
quiet inside apt-get update
quiet inside apt-get install -y --no-install-recommends /skontro.deb
inside dpkg -s skontro | grep -q '^Status: install ok installed' || fail "not installed"
[ "$(inside stat -c '%U:%G %a' /var/lib/skontro)" = 'skontro:skontro 750' ] ||
  fail "the directory of the books is not its user's alone"
inside skontro --version
for file in usr/share/bash-completion/completions/skontro etc/skontro/skontrod.conf \
  lib/systemd/system/skontrod.service usr/share/doc/skontro/operating.md; do
  [ -s "$root/$file" ] || fail "$file is missing"
done

# The service as its unit has it; the ports are free ones.
start=$(sed -n 's/^ExecStart=//p' "$root/lib/systemd/system/skontrod.service")
# Each of these programs becomes the next: the process is the server's.
service=(chroot "$root" setpriv --reuid=skontro --regid=skontro --init-groups
  --reset-env env -i PATH=/usr/bin SKONTROD_GRPC_LISTEN=127.0.0.1:0
  SKONTROD_HTTP_LISTEN=127.0.0.1:0)
as_service() { "${service[@]}" "$@"; }
run() {
  : >"$directory/out"
  "${service[@]}" $start >"$directory/out" 2>"$directory/server.log" &
  server=$!
  for _ in $(seq 600); do
    [ "$(wc -l <"$directory/out")" -lt 2 ] || break
    kill -0 "$server" 2>/dev/null || { cat "$directory/server.log"; fail "it ended"; }
    sleep 0.1
  done
  grpc=$(sed -n 's/^skontrod: listening on \(127[0-9.]*:[0-9]*\)$/\1/p' "$directory/out")
  http=$(sed -n 's/^skontrod: listening on \(http.*\)$/\1/p' "$directory/out")
  [ -n "$grpc" ] && [ -n "$http" ] || { cat "$directory/server.log"; fail "no addresses"; }
}

step "the configuration is right, and the service starts as its user"
as_service $start --check-config
run
[ "$(awk '/^Uid:/ { print $2 }' "/proc/$server/status")" != 0 ] || fail "it runs as root"
data=$root/var/lib/skontro
[ "$(stat -c %a "$data/operator.key")" = 600 ] || fail "operator.key is not 0600"

step "an operator makes a network, members and keys"
skontro() { inside skontro "$@" --endpoint "$grpc" --ca-file /var/lib/skontro/tls/ca.pem; }
operator() { skontro "$@" --key-file /var/lib/skontro/operator.key; }
operator network create res --name Test --unit-code TST --decimals 2 --peg EUR \
  --time-zone Europe/Paris >/dev/null
for member in seller buyer; do
  operator member create "$member" --network res --name "$member" --country FR >/dev/null
done
operator credit set buyer --network res --limit 1000 --reason test >/dev/null
operator key create erp --network res --identity erp --role broker \
  --member buyer --member seller --format json >"$directory/key.json"
grep -oE 'skontro\.res\.erp\.[A-Za-z0-9_-]+' "$directory/key.json" |
  install -m 600 /dev/stdin "$root/root/erp.key"

step "a script in Python settles trades, encrypted, with a key"
quiet inside apt-get install -y --no-install-recommends python3-grpcio python3-protobuf curl
printf 'seller,buyer,units,initiator,invoice\nseller,buyer,10.00,buyer,F-1\nseller,buyer,20.50,buyer,F-2\n' \
  >"$root/root/trades.csv"
inside SKONTRO_ENDPOINT="$grpc" SKONTRO_KEY_FILE=/root/erp.key \
  SKONTRO_CA_FILE=/var/lib/skontro/tls/ca.pem \
  python3 /usr/share/doc/skontro/examples/submit_csv.py --network res /root/trades.csv

step "curl settles a trade"
curl_call() {
  inside curl -sS --fail-with-body --cacert /var/lib/skontro/tls/ca.pem \
    -H 'Content-Type: application/json' \
    -H "Authorization: Bearer $(cat "$root/root/erp.key")" \
    -d "$2" "$http/skontro.v1.$1"
}
curl_call TradeService/CreateTrade '{"parent":"networks/res","requestId":"curl-1",
  "trade":{"seller":"networks/res/members/seller","buyer":"networks/res/members/buyer",
  "initiator":"BUYER","unitLeg":{"minorUnits":"525"}}}' | grep -o '"state":"SETTLED"' ||
  fail "curl settled nothing"
# The same again is the same trade; without a key there is none.
inside curl -sS --cacert /var/lib/skontro/tls/ca.pem -H 'Content-Type: application/json' \
  -d '{"name":"networks/res"}' "$http/skontro.v1.NetworkService/GetNetwork" |
  grep -o CREDENTIAL_INVALID || fail "a call without a key was answered"

step "a restart keeps the books"
balance() { operator statement buyer --network res --format csv; }
before=$(balance)
stop
run
[ "$(balance)" = "$before" ] || fail "the balances are others"
stop
as_service skontro verify /var/lib/skontro | tail -n 3

step "a unit that systemd takes"
quiet inside apt-get install -y --no-install-recommends systemd
inside systemd-analyze verify --man=no /lib/systemd/system/skontrod.service
inside systemd-analyze security --offline=true --threshold=25 \
  /lib/systemd/system/skontrod.service | tail -n 1

step "an upgrade keeps what was changed, a removal the books, a purge as answered"
echo 'cache-mb = 64' >>"$root/etc/skontro/skontrod.conf"
quiet inside apt-get install -y --reinstall -o Dpkg::Options::=--force-confold /skontro.deb
grep -q 'cache-mb = 64' "$root/etc/skontro/skontrod.conf" || fail "the configuration was replaced"
quiet inside apt-get remove -y skontro
[ -e "$root/etc/skontro/skontrod.conf" ] || fail "a removal took the configuration"
quiet inside apt-get purge -y skontro
[ ! -e "$root/etc/skontro/skontrod.conf" ] || fail "a purge left the configuration"
[ -d "$data/networks/res" ] || fail "a purge took the books without a question"
quiet inside apt-get install -y --no-install-recommends /skontro.deb
echo 'skontro skontro/remove-books boolean true' | inside debconf-set-selections
quiet inside apt-get purge -y skontro
[ ! -e "$data" ] || fail "a purge kept the books although it was told to remove them"
echo "package_test: $(basename "$package") installs, serves and goes"
