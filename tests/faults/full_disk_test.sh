#!/usr/bin/env bash
# Fills a small disk under a server: changes stop before it is full, reads go
# on, and so do changes when there is space again. Then with a limit of 100 %: the
# process refuses or stops with a word, and nothing acknowledged is lost.
#
#   full_disk_test.sh SKONTROD SKONTRO
set -euo pipefail
skontrod=$1 skontro=$2
source "$(dirname "${BASH_SOURCE[0]}")/disk.sh"
[ "$(id -u)" = 0 ] || skip "only root may mount"

mount_at "$work/disk" -t tmpfs -o size=64m tmpfs
start_server "$work/disk/data"
make_network
pay 1 || fail "the first payment is refused"

# fill <percent of the disk>
fill() {
  local kib
  kib=$(df --output=used,avail "$work/disk" |
    awk -v p="$1" 'NR == 2 { print int(($1 + $2) * p / 100 - $1) }')
  head -c "$((kib * 1024))" /dev/zero >"$work/disk/ballast"
}

fill 85
for ((tries = 0; tries < 100; ++tries)); do
  pay "$((10 + tries))" || break
  sleep 0.1
done
grep -q DISK_NEARLY_FULL "$work/payments.log" ||
  fail "a disk that is 85 % full does not stop changes"
before=$(balance)
"$skontro" statement seller >/dev/null || fail "reads do not go on"
"$skontro" verify --online >/dev/null || fail "verification does not go on"
pay 1 || fail "a request that was answered before is refused"
[ "$(balance)" = "$before" ] || fail "a repeated request booked something"

rm "$work/disk/ballast"
for ((tries = 0; tries < 100; ++tries)); do
  pay 2 && break
  sleep 0.1
done
[ "$(balance)" != "$before" ] || fail "changes do not go on when there is space"
[ "$(grep -c disk_nearly_full "$work/server.log")" = 1 ] &&
  [ "$(grep -c disk_has_space "$work/server.log")" = 1 ] ||
  fail "the change is not logged once"

# Nobody watches: the disk runs full under the server, but for some KiB. Where
# it is short of space first is another place for each of them.
rounds=0 stopped=0 acknowledged=$(balance)
kill -TERM "$server"
wait "$server" || fail "the server does not stop well"
for kib in 0 4 16 64; do
  rounds=$((rounds + 1))
  start_server "$work/disk/data" --disk-full-percent 100
  left=$(df --output=avail "$work/disk" | tail -n 1)
  head -c "$(((left - kib) * 1024))" /dev/zero >"$work/disk/ballast"
  for ((number = rounds * 10000; number < rounds * 10000 + 3000; ++number)); do
    pay "$number" || break
    acknowledged=$((acknowledged + 1))
  done
  # With --disk-full-percent 100 it may see the end coming or run into it.
  if kill -0 "$server" 2>/dev/null; then
    grep -q DISK_NEARLY_FULL "$work/payments.log" || fail "neither stopped nor refused"
    kill_server
  else
    wait "$server" 2>/dev/null || true
    server=''
    stopped=$((stopped + 1))
    [ "$(grep -c 'could not be written .*sequence' "$work/server.log")" = "$stopped" ] ||
      fail "with $kib KiB left the server stopped without a word"
  fi
  rm "$work/disk/ballast"
  start_server "$work/disk/data"
  have=$(balance)
  # The one whose answer never came may be booked, and no other.
  [ "$have" -ge "$acknowledged" ] && [ "$have" -le "$((acknowledged + 1))" ] ||
    fail "$acknowledged payments were acknowledged and $have are there"
  acknowledged=$have
  "$skontro" verify --online >/dev/null || fail "the books do not hold"
  kill -TERM "$server"
  wait "$server" || fail "the server does not stop well"
  server=''
done
echo "a disk that fills up: $acknowledged payments, none lost;" \
  "$stopped of $rounds times stopped by a failed write"
