#!/usr/bin/env bash
# Cuts the power of a disk: a server works on an ext4 in a file, is killed, and
# the file is copied while it is mounted, so that the copy has what ext4 gave to
# the disk and nothing of what the kernel still kept. On the copy everything
# that was acknowledged must be there, and sending it all again must end in the
# same state.
#
#   power_cut_test.sh SKONTROD SKONTRO [ROUNDS]
set -euo pipefail
skontrod=$1 skontro=$2 rounds=${3:-2}
source "$(dirname "${BASH_SOURCE[0]}")/disk.sh"
[ "$(id -u)" = 0 ] || skip "only root may mount"
command -v mkfs.ext4 >/dev/null || skip "mkfs.ext4 is missing"

truncate -s 192M "$work/disk0"
mkfs.ext4 -q -F "$work/disk0"
mount_at "$work/mnt0" -o loop "$work/disk0"
start_server "$work/mnt0/data"
make_network

# pay_until_cut: payments from several clients, one number after another; those
# that were acknowledged are in $work/acknowledged.
pay_until_cut() {
  local first=$1 client=$2 number
  for ((number = first + client; number < first + 400; number += 4)); do
    pay "$number" || return 0
    echo "$number" >>"$work/acknowledged.$client"
  done
}

for client in 0 1 2 3; do touch "$work/acknowledged.$client"; done
total=0
for ((round = 1; round <= rounds; ++round)); do
  first=$((round * 1000))
  payers=()
  for client in 0 1 2 3; do
    pay_until_cut "$first" "$client" &
    payers+=($!)
  done
  sleep "$((1 + RANDOM % 3)).$((RANDOM % 10))"
  kill_server
  # Copied as it is; nothing is unmounted or synced before.
  cp --sparse=always "$work/disk$((round - 1))" "$work/disk$round"
  wait "${payers[@]}" || true

  mount_at "$work/mnt$round" -o loop "$work/disk$round"
  "$skontro" verify "$work/mnt$round/data" >"$work/verify.log" ||
    fail "round $round: the books do not hold after the power cut"
  start_server "$work/mnt$round/data"
  have=$(balance)
  acknowledged=$(cat "$work"/acknowledged.* | wc -l)
  [ "$have" -ge "$acknowledged" ] ||
    fail "round $round: $acknowledged payments were acknowledged, $have are there"
  # Each that was acknowledged is known: to send it again changes nothing.
  while read -r number; do
    pay "$number" || fail "round $round: payment $number is refused now"
  done < <(cat "$work"/acknowledged.* | shuf -n 20)
  again=$(balance)
  [ "$again" = "$have" ] ||
    fail "round $round: sending acknowledged payments again booked some twice"
  # Those in flight were cut: now they are made, whether they were there or not.
  for client in 0 1 2 3; do
    number=$(tail -n 1 "$work/acknowledged.$client")
    number=$((${number:-$((996 + client))} + 4))
    pay "$number" || fail "round $round: payment $number is refused"
    echo "$number" >>"$work/acknowledged.$client"
  done
  total=$(cat "$work"/acknowledged.* | wc -l)
  have=$(balance)
  [ "$have" = "$total" ] ||
    fail "round $round: $total payments in all, and the balance is $have"
  echo "round $round: $acknowledged payments acknowledged before the cut, all there"
done
kill -TERM "$server"
wait "$server" || fail "the server does not stop well"
server=''
"$skontro" verify "$work/mnt$rounds/data" >"$work/verify.log" ||
  fail "the books do not hold at the end"
echo "$rounds power cuts, $total payments, none lost and none twice"
