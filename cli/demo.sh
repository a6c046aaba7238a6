#!/usr/bin/env bash
# Starts a server with a demonstration network; demo.sh --help says more.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() {
  cat <<'TXT'
Usage: cli/demo.sh --bin-dir DIR --data-dir DIR [options]

Starts skontrod, fills the network res-demo with a dozen members and some forty
trades through the command line, says what to try next, and serves until Ctrl-C.
What is there already stays as it is: a second run adds nothing.

  --bin-dir DIR        where skontrod and skontro are
  --data-dir DIR       the data directory; the server's log is DIR.log
  --grpc-listen ADDR   where to listen (127.0.0.1:7411)
  --detach             leave the server running, and print its process id
  --once               load, print, stop
TXT
}

die() {
  printf 'demo: %s\n' "$*" >&2
  exit 1
}

bin_dir='' data_dir='' endpoint=127.0.0.1:7411 mode=serve
while [ $# -gt 0 ]; do
  case $1 in
    --bin-dir | --data-dir | --grpc-listen)
      [ $# -ge 2 ] || die "$1 needs a value"
      case $1 in
        --bin-dir) bin_dir=$2 ;;
        --data-dir) data_dir=$2 ;;
        --grpc-listen) endpoint=$2 ;;
      esac
      shift 2
      ;;
    --detach) mode=detach && shift ;;
    --once) mode=once && shift ;;
    --help | -h) usage && exit 0 ;;
    *)
      usage >&2
      die "there is no option '$1'"
      ;;
  esac
done
if [ -z "$bin_dir" ] || [ -z "$data_dir" ]; then
  usage >&2
  die "--bin-dir and --data-dir are needed"
fi
for program in skontrod skontro; do
  [ -x "$bin_dir/$program" ] || die "$bin_dir/$program is not there: ./dev build"
done
bin_dir=$(cd "$bin_dir" && pwd)
data_dir=${data_dir%/}
log=$data_dir.log
network=res-demo
pid=''

# skontro, on the demonstration whatever the person's own configuration says.
cli() {
  env -u SKONTRO_NETWORK -u SKONTRO_ENDPOINT SKONTRO_CONFIG=/dev/null \
    "$bin_dir/skontro" --endpoint "$endpoint" "$@"
}

# --- the server --------------------------------------------------------------

is_running() {
  [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null
}

# Only the server that this script started.
stop() {
  if is_running; then
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  fi
  pid=''
}

port_is_taken() {
  local host=${endpoint%:*} port=${endpoint##*:}
  host=${host#[} host=${host%]}
  (exec 3<>"/dev/tcp/$host/$port") 2>/dev/null
}

show_log() {
  [ ! -s "$log" ] || { echo "The end of $log:" && tail -n 15 "$log"; } >&2
}

start() {
  if port_is_taken; then
    if cli network list >/dev/null 2>&1; then
      die "a skontrod listens on $endpoint already.
Use it, stop it first, or take another port: --grpc-listen 127.0.0.1:7421"
    fi
    die "another program listens on $endpoint.
Take another port: --grpc-listen 127.0.0.1:7421"
  fi
  mkdir -p "$(dirname "$data_dir")"
  # In a session of its own, so that Ctrl-C reaches this script alone, which
  # then stops the server when it has said so.
  # Nothing but play money, on this machine alone: nobody has to have a key.
  setsid "$bin_dir/skontrod" --insecure-loopback \
    --data-dir "$data_dir" --grpc-listen "$endpoint" \
    >>"$log" 2>&1 </dev/null &
  pid=$!
  local tries
  for ((tries = 0; tries < 300; ++tries)); do
    if ! is_running; then
      show_log
      die "skontrod did not start"
    fi
    # It is ours that answers: a server that lost the race for the port ends.
    if cli --timeout 1s network list >/dev/null 2>&1 && is_running; then
      return
    fi
    sleep 0.1
  done
  show_log
  die "skontrod does not answer on $endpoint"
}

# --- the network -------------------------------------------------------------

# change <request id> <verb> [arguments]: quiet unless it fails. Request ids are
# fixed, so that a second run gets the first one's answers and changes nothing.
change() {
  local request_id=demo-$1 output
  shift
  output=$(cli "$@" --request-id "$request_id" 2>&1) || {
    printf '%s\n' "$output" >&2
    die "the demonstration could not be loaded: skontro $*
If $data_dir holds an older one, choose another --data-dir."
  }
}

on_network() {
  local request_id=$1
  shift
  change "$request_id" "$@" --network "$network"
}

load_members() {
  local id name country vat company street town line
  while IFS=, read -r id name country vat company street town line; do
    [ "$id" != id ] || continue
    on_network "member-$id" member create "$id" --name "$name" \
      --country "$country" --vat-id "$vat" --company-id "$company" \
      --address "$street" --address "$town"
    on_network "credit-$id" credit set "$id" --limit "$line" \
      --reason "annual sales $((line * 9)) / 9"
  done <"$here/demo/members.csv"
}

load_trades() {
  local trade status=0
  # One of them asks for more than the buyer's credit line, so it is refused.
  cli trade batch --file "$here/demo/trades.csv" --network "$network" \
    --format csv >"$log.batch" 2>&1 || status=$?
  if [ "$status" -gt 1 ] || [ "$(grep -c ',REFUSED,' "$log.batch")" != 1 ]; then
    cat "$log.batch" >&2
    die "the trades of the demonstration could not be loaded"
  fi
  rm -f "$log.batch"
  for trade in d005 d006 d009 d010 d012 d017 d019 d022 d027; do
    on_network "accept-$trade" trade accept "$trade"
  done
  on_network decline-d028 trade decline d028
  on_network reverse-d026 trade reverse d026
  on_network submit-101 trade submit --invoice "$here/demo/invoice.xml" \
    --units 60% --id d101
  on_network accept-d101 trade accept d101
  on_network pay-102 trade pay --buyer imprimerie-beffroi --seller octant \
    --units 150 --invoice D2025-0102 --id d102
  on_network pay-103 trade pay --buyer octant --seller traiteur-bonnefoy \
    --units 96.50 --description "Plateaux repas" --id d103
  on_network request-104 trade request --seller menuiserie-vauban \
    --buyer garage-remparts --units 720 --cash "480 EUR" --id d104 \
    --invoice D2025-0104 --invoice-date 2025-11-26 --due-date 2025-12-26 \
    --tax-line S:20%:1000.00:200.00 --description "Porte d'atelier"
  on_network request-105 trade request --seller brouwerij-sluis \
    --buyer boulangerie-tilleul --units 242 --id d105 --invoice D2025-0105 \
    --tax-line S:21%:200.00:42.00
}

load() {
  change network network create "$network" --name "RES demonstration" \
    --unit-code RES --decimals 2 --peg EUR --time-zone Europe/Brussels \
    --default-credit-line 500
  load_members
  load_trades
}

# --- what to see -------------------------------------------------------------

journal_sequence() {
  cli network get "$network" | sed -n 's/^Sequence  *//p'
}

show_members() {
  local id rest
  {
    echo "MEMBER,BALANCE,SPENDABLE"
    while IFS=, read -r id rest; do
      [ "$id" != id ] || continue
      cli account get "$id" --network "$network" --format csv |
        awk -F, 'NR == 2 { print $1 "," $3 "," $5 }'
    done <"$here/demo/members.csv"
  } | tr -d '\r' |
    awk -F, '{ printf "  %-22s %10s %10s\n", $1, $2, $3 }'
}

show() {
  local states
  states=$(cli trade list --network "$network" --format csv |
    awk -F, 'NR > 1 { ++n[$2] } END { for (s in n) print n[s], s }' |
    sort -k2 | paste -sd, | sed 's/,/, /g')
  echo
  echo "Network $network on $endpoint, in RES; one is worth one euro."
  echo
  show_members
  echo
  echo "Trades: $states. Journal at sequence $(journal_sequence)."
}

# Where it says that it answers JSON over HTTP.
http_endpoint() {
  sed -n 's/.* listening .*http=\([^ ]*\).*/http:\/\/\1/p' "$log" | tail -n 1
}

show_next() {
  local year data
  year=$(date +%Y)
  data=$(cd "$data_dir" && pwd)
  # Words for a shell: paths as they are reached from where the person is.
  cat <<TXT

Try next, in another terminal:
  export PATH="$bin_dir:\$PATH" SKONTRO_NETWORK=$network SKONTRO_ENDPOINT=$endpoint
  skontro member list
  skontro trade list --state proposed
  skontro trade accept d104
  skontro trade pay --buyer hotel-marronniers --seller octant --units 9999 --dry-run
  skontro statement hotel-marronniers --from $year-01-01 --to $year-12-31
  skontro export fec octant --year $year --out /tmp/books-octant
  skontro verify $data
  skontro --help
  curl -H 'Content-Type: application/json' -d '{"parent": "networks/$network"}' \\
    $(http_endpoint)/skontro.v1.MemberService/ListMembers
TXT
}

# --- all of it ---------------------------------------------------------------

main() {
  trap 'stop' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  echo "Starting skontrod on $endpoint, data in $data_dir, log in $log"
  start
  local before after
  before=$(journal_sequence 2>/dev/null || true)
  echo "Loading the demonstration"
  load
  after=$(journal_sequence)
  [ "$before" != "$after" ] || echo "All of it was there: nothing was added"
  show
  case $mode in
    once) stop ;;
    detach)
      show_next
      echo
      echo "skontrod runs as process $pid; stop it with: kill $pid"
      trap - EXIT
      ;;
    serve)
      show_next
      echo
      echo "Serving. Ctrl-C stops the server."
      trap 'echo; echo "Stopping"; stop; echo "Stopped"; exit 0' INT TERM
      local status=0
      wait "$pid" || status=$?
      show_log
      pid=''
      die "skontrod ended by itself, with code $status"
      ;;
  esac
}

main
