#!/usr/bin/env bash
# PostgreSQL as the other way to keep such a ledger: double entry with a limit
# check in the database (schema.sql), on the same device and as durable: fsync
# and synchronous_commit are on. bench/run.sh calls it.
#
# Usage: run.sh <empty directory> <rounds> <seconds>
# Prints lines of a name, a tab and a number: postgres.<load>.rate in trades per
# second, the median of the rounds. Makes a database cluster of its own in the
# directory and ends it; touches no other.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
directory=$(cd "$1" && pwd) rounds=$2 seconds=$3
members=10000
batch=1000

bin=$(pg_config --bindir 2>/dev/null || true)
[ -x "$bin/initdb" ] ||
  bin=$(find /usr/lib/postgresql -name initdb -printf '%h\n' 2>/dev/null |
    sort -V | tail -n 1)
[ -x "$bin/initdb" ] || { echo "postgres: not installed" >&2; exit 77; }

# PostgreSQL refuses to run as root, and its user must get to the directory.
as=()
if [ "$(id -u)" = 0 ]; then
  as=(setpriv --reuid=postgres --regid=postgres --init-groups)
  chown postgres "$directory"
  "${as[@]}" test -w "$directory" 2>/dev/null ||
    { echo "postgres: its user cannot write in $directory" >&2; exit 77; }
fi
cd "$directory"

stop() {
  "${as[@]}" "$bin/pg_ctl" -D "$directory/data" -m immediate -w stop \
    >/dev/null 2>&1 || true
}
trap stop EXIT

"${as[@]}" "$bin/initdb" -D data -A trust -U bench >"initdb.log" 2>&1
cat >>data/postgresql.conf <<TXT
listen_addresses = ''
unix_socket_directories = '$directory'
shared_buffers = 512MB
max_wal_size = 4GB
max_connections = 64
TXT
"${as[@]}" "$bin/pg_ctl" -D data -l "$directory/log" -w start >/dev/null
export PGHOST=$directory PGUSER=bench PGDATABASE=postgres
psql -qX -v ON_ERROR_STOP=1 -v members=$members -f "$here/schema.sql"

cat >uniform.sql <<TXT
\set s random(1, $members)
\set d random(1, $members - 1)
\set b 1 + (:s + :d - 1) % $members
\set u random(1000, 1000000)
select settle(gen_random_uuid()::text, :s, :b, :u);
TXT
sed 's/^\\set s .*/\\set s 1/' uniform.sql >hot.sql
echo "select settle_in_order($batch, $members);" >in_order.sql
echo "select settle_as_set($batch, $members);" >as_set.sql

# rate <script> <clients>: transactions per second of one round.
rate() {
  "$bin/pgbench" -n -M prepared -c "$2" -j "$(($2 > 1 ? 2 : 1))" \
    -T "$seconds" -f "$1.sql" 2>>pgbench.log |
    sed -n 's/^tps = \([0-9.]*\).*/\1/p'
}

# measure <name> <script> <clients> <trades per transaction>
measure() {
  for ((i = 0; i < rounds; i++)); do rate "$2" "$3"; done | sort -n |
    awk -v name="$1" -v each="$4" '{ value[NR] = $1 }
      END { printf "postgres.%s.rate\t%.1f\n", name, each * value[int((NR + 1) / 2)] }'
}

rate uniform 4 >/dev/null
printf 'postgres.version\t%s\n' "$("$bin/postgres" -V | grep -oE '[0-9]+\.[0-9]+' | head -n 1)"
measure clients.1 uniform 1 1
measure clients.32 uniform 32 1
measure clients.32.hot hot 32 1
measure in_order in_order 1 $batch
measure as_set as_set 1 $batch
