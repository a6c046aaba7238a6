#!/usr/bin/env bash
# demo_test.sh BIN_DIR: loads the demonstration twice into one directory, and
# verifies what is there.
set -euo pipefail
bin=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset SKONTRO_NETWORK SKONTRO_ENDPOINT
export SKONTRO_CONFIG=/dev/null

fail() {
  printf 'demo_test: %s\n' "$*" >&2
  # The newest words last: they say what went wrong.
  local file
  for file in $(ls -tr "$work"/*.out "$work"/*.log); do
    printf -- '--- %s\n' "$file" && tail -n 12 "$file"
  done >&2
  exit 1
}

# A port that nobody listens on now, nor on the next, which is for HTTP; both
# below those that the system gives away. Another is tried where that changes.
free_port() {
  local port
  while port=$((20000 + RANDOM % 12000)); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null ||
      (exec 3<>"/dev/tcp/127.0.0.1/$((port + 1))") 2>/dev/null || break
  done
  echo "$port"
}

# demo <output> [options]: the demonstration on $work/data.
demo() {
  local output=$work/$1 tries
  shift
  for ((tries = 0; tries < 5; ++tries)); do
    if cli/demo.sh --bin-dir "$bin" --data-dir "$work/data" \
      --grpc-listen "127.0.0.1:$(free_port)" "$@" >"$output" 2>&1; then
      return
    fi
    grep -Eq 'listens on|already in use' "$output" || break
  done
  fail "demo.sh failed, see $output"
}

# The server that --detach left, which is no child of this script.
stop_detached() {
  local tries
  kill "$pid" 2>/dev/null || return 0
  for ((tries = 0; tries < 300; ++tries)); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
}

demo first.out --once
grep -q 'Trades: 1 DECLINED, 4 PROPOSED, 1 REVERSED, 33 SETTLED' \
  "$work/first.out" || fail "the first run made other trades"
! grep -q 'nothing was added' "$work/first.out" ||
  fail "the first run says that it added nothing"

demo second.out --once
grep -q 'nothing was added' "$work/second.out" ||
  fail "the second run added something"
diff <(grep -E '^  [a-z]|^Trades' "$work/first.out") \
  <(grep -E '^  [a-z]|^Trades' "$work/second.out") ||
  fail "the second run shows other books"

"$bin/skontro" verify "$work/data" >"$work/verify.out" ||
  fail "the books do not verify"

demo third.out --detach
pid=$(sed -n 's/.* runs as process \([0-9]*\);.*/\1/p' "$work/third.out")
endpoint=$(sed -n 's/^Network .* on \(127[0-9.:]*\),.*/\1/p' "$work/third.out")
trap 'stop_detached; rm -rf "$work"' EXIT
"$bin/skontro" --endpoint "$endpoint" --network res-demo verify --online \
  >"$work/online.out" || fail "the server does not verify"
! cli/demo.sh --bin-dir "$bin" --data-dir "$work/other" \
  --grpc-listen "$endpoint" --once >"$work/taken.out" 2>&1 ||
  fail "two servers listen on $endpoint"
grep -q "listens on $endpoint already" "$work/taken.out" ||
  fail "a port that is taken is not said to be"
