#!/usr/bin/env bash
# `skontro tour` plays the walk to its end, with a server of its own that leaves
# nothing behind and on a running one; and profiles name servers.
#
#   tour_test.sh BIN_DIR
set -euo pipefail
bin=$1
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
fail() { echo "tour_test: $*" >&2; cat "$work/out" >&2; exit 1; }
mkdir "$work/tmp" "$work/home"
skontro() { env -i HOME="$work/home" TMPDIR="$work/tmp" PATH=/usr/bin:/bin "$bin/skontro" "$@"; }

# A data directory of this user's with keys must not be asked, nor its
# configuration.
mkdir -p "$work/home/.local/share/skontro/tls" "$work/home/.config/skontro"
echo x >"$work/home/.local/share/skontro/tls/ca.pem"
echo x >"$work/home/.local/share/skontro/operator.key"
echo 'endpoint = 127.0.0.1:1' >"$work/home/.config/skontro/config"
skontro tour >"$work/out" 2>&1 </dev/null || fail "the tour ended with $?"
for text in '$ skontro network create tour' 'PROVISIONAL' 'CREDIT_LINE_EXCEEDED' \
  '$ skontro verify' 'OK' 'That was the tour'; do
  grep -qF -- "$text" "$work/out" || [ "$text" = ] || fail "not shown: $text"
done
! grep -q $'\x1b' "$work/out" || fail "colours where there is no terminal"
[ -z "$(ls "$work/tmp")" ] || fail "it left $(ls "$work/tmp") behind"

status=0
skontro tour --server-program "$work/none" >"$work/out" 2>&1 || status=$?
[ "$status" = 6 ] && grep -q "cannot start" "$work/out" || fail "a server that is not there gave $status"
status=0
skontro tour --server-program /bin/false >"$work/out" 2>&1 || status=$?
[ "$status" = 6 ] && grep -q "did not start" "$work/out" || fail "a server that ends gave $status"
[ -z "$(ls "$work/tmp")" ] || fail "it left $(ls "$work/tmp") behind"

# Its server has nothing of what this user set for another one.
cat >"$work/recorder" <<SH
#!/bin/sh
env >"$work/environment"
exec "$bin/skontrod" "\$@"
SH
chmod +x "$work/recorder"
env -i HOME="$work/home" TMPDIR="$work/tmp" PATH=/usr/bin:/bin SKONTROD_CACHE_MB=no \
  SKONTROD_DATA_DIR="$work/other" NOTIFY_SOCKET="$work/notify" OF_THE_USER=yes \
  "$bin/skontro" tour --server-program "$work/recorder" >"$work/out" 2>&1 </dev/null ||
  fail "the tour with settings of another server ended with $?"
grep -q '^OF_THE_USER=yes' "$work/environment" || fail "the environment is not handed on"
! grep -E '^(SKONTROD_|NOTIFY_SOCKET=)' "$work/environment" || fail "settings of another server are handed on"

# Whoever stops it leaves neither a server nor a directory behind.
printf '#!/bin/sh\nwhile :; do sleep 1; done\n' >"$work/silent"
chmod +x "$work/silent"
HOME="$work/home" TMPDIR="$work/tmp" python3 - "$bin/skontro" "$work/silent" >"$work/out" 2>&1 <<'PY' ||
import os, pty, signal, subprocess, sys, time

skontro, silent = sys.argv[1:]
tmp = os.environ["TMPDIR"]
signal.alarm(240)
# A test that was started in the background may have it ignored.
signal.signal(signal.SIGINT, signal.SIG_DFL)


def read_until(fd, text):
    got = b""
    while text not in got:
        piece = os.read(fd, 4096)
        assert piece, got
        got += piece


def read_all(fd):
    got = b""
    while True:
        try:
            piece = os.read(fd, 4096)
        except OSError:  # The other end of a terminal is gone.
            return got
        if not piece:
            return got
        got += piece


def servers():
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                line = file.read()
        except OSError:
            continue
        if tmp.encode() in line:
            found.append(line)
    return found


def check(what, status, told):
    code = os.waitstatus_to_exitcode(status)
    assert code == 130, (what, code, told)
    assert b"stopped" in told, (what, told)
    assert os.listdir(tmp) == [], (what, os.listdir(tmp))
    assert servers() == [], (what, servers())


def on_a_terminal(what, *arguments, wait, end):
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(skontro, [skontro, "tour", *arguments])
    wait(fd)
    end(pid, fd)
    told = read_all(fd)
    check(what, os.waitpid(pid, 0)[1], told)
    os.close(fd)


def a_pause(fd):
    read_until(fd, b"Enter goes on")


def the_server(fd):
    while not any(os.path.exists(f"{tmp}/{name}/log")
                  for name in os.listdir(tmp)):
        time.sleep(0.05)


on_a_terminal("Ctrl-C at a pause", wait=a_pause,
              end=lambda pid, fd: os.write(fd, b"\x03"))
on_a_terminal("SIGTERM at a pause", wait=a_pause,
              end=lambda pid, fd: os.kill(pid, signal.SIGTERM))
on_a_terminal("a terminal that is closed", wait=a_pause,
              end=lambda pid, fd: os.kill(pid, signal.SIGHUP))
on_a_terminal("Ctrl-C while its server starts", "--server-program", silent,
              wait=the_server, end=lambda pid, fd: os.write(fd, b"\x03"))
for number in signal.SIGINT, signal.SIGTERM:
    walk = subprocess.Popen([skontro, "tour"], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    read_until(walk.stdout.fileno(), b"$ skontro network create")
    walk.send_signal(number)
    told = read_all(walk.stdout.fileno())
    check(f"{number.name} while it walks", os.waitpid(walk.pid, 0)[1], told)
PY
  fail "a tour that was stopped left something behind"

rm -r "$work/home/.local" "$work/home/.config"
"$bin/skontrod" --data-dir "$work/data" --insecure-loopback --grpc-listen 127.0.0.1:0 \
  --http-listen none >"$work/listening" 2>"$work/log" &
server=$!
for _ in $(seq 600); do
  [ ! -s "$work/listening" ] || break
  sleep 0.1
done
endpoint=$(grep -oE '127\.0\.0\.1:[0-9]+' "$work/listening" | head -n 1)
skontro config set --profile here endpoint "$endpoint" >/dev/null
# That the profile has a network does not matter: a tour makes its own.
skontro config set --profile here network elsewhere >/dev/null
skontro tour --profile here >"$work/out" 2>&1 </dev/null || fail "the tour on a server ended with $?"
skontro network list --profile here --format csv >"$work/out"
network=$(grep -oE 'tour-[0-9a-f]{8}' "$work/out" | head -n 1) || fail "the server has no tour"

# --- profiles ----------------------------------------------------------------

skontro config set --profile here network "$network" >/dev/null
skontro trade list --profile here >"$work/out" 2>&1 || fail "the profile is not used"
env -i HOME="$work/home" SKONTRO_PROFILE=here "$bin/skontro" trade list >"$work/out" 2>&1 ||
  fail "SKONTRO_PROFILE is not used"
skontro config profiles >"$work/out"
grep -q "^here *$endpoint *$network" "$work/out" || fail "the profile is not listed"
# expect <code> <text> <arguments...>
expect() {
  local code=$1 text=$2 status=0
  shift 2
  skontro "$@" >"$work/out" 2>&1 || status=$?
  [ "$status" = "$code" ] && grep -qF -- "$text" "$work/out" || fail "$status: $*"
}
expect 2 "there is no profile there" trade list --profile there
expect 2 "profile" trade list --profile ../../etc/passwd
expect 2 "both name a file" trade list --profile here --config "$work/x"
expect 2 "there is no profile" config get --profile there endpoint
skontro admin status --profile here >"$work/out" 2>&1 || fail "no status"
grep -q "INSECURE\|neither encrypted" "$work/out" && grep -q "$network" "$work/out" || fail "the status lacks something"
skontro admin status --profile here --format json | python3 -c '
import json, sys
status = json.load(sys.stdin)
assert status["networks"][0]["sequence"] >= 7, status
assert [w["code"] for w in status["warnings"]] == ["INSECURE"], status' || fail "the status is no JSON"
kill "$server"
wait "$server" || fail "the server ended with $?"
server=
echo "tour_test: the tour and profiles hold"
