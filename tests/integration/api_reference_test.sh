#!/usr/bin/env bash
# docs/reference/api.md is what the protos say, the check of that sees a change,
# and the bundle of protos that is installed compiles by itself.
#
#   api_reference_test.sh BUILD_DIR
set -euo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(cd "$1" && pwd)
/usr/bin/python3 -c 'import google.protobuf' 2>/dev/null && command -v protoc >/dev/null || {
  echo "SKIPPED, NOT TESTED: needs python3-protobuf and protobuf-compiler" >&2
  exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
die() { echo "$*" >&2; exit 1; }

"$source/docs/reference/make.py" --check
"$source/docs/reference/make_openapi.py" --check

# What a change does, in a copy.
mkdir -p "$work/tree/docs"
cp -r "$source/docs/reference" "$work/tree/docs/"
cp -r "$source/proto" "$work/tree/"
make=$work/tree/docs/reference/make.py
amount=$work/tree/proto/skontro/v1/amount.proto
"$make" --check

# try <words of the failure> <sed expression>
try() {
  cp "$source/proto/skontro/v1/amount.proto" "$amount"
  sed -i "$2" "$amount"
  cmp -s "$source/proto/skontro/v1/amount.proto" "$amount" && die "no change: $2"
  if "$make" --check 2>"$work/errors"; then die "not seen: $2"; fi
  grep -q "$1" "$work/errors" || { cat "$work/errors"; die "not told: $1"; }
  if "$work/tree/docs/reference/make_openapi.py" --check 2>/dev/null; then
    # It has no numbers of fields, but every word.
    [[ $2 == *minor_units* ]] || die "openapi.json: not seen: $2"
  fi
}
try 'is not what the protos say' 's/^\(  int64 minor_units = \)1;/\17;/'
try 'is not what the protos say' 's/An amount in a national/An amount in the national/'
try 'skontro.v1.Rate.version has no comment' \
  '/Which row of the/,/was created with/d'
try 'refers to skontro.v1.Nothing' \
  's/^\/\/ An amount in a national/\/\/ [x][skontro.v1.Nothing]. An amount in a/'

# The protos as a stranger gets them.
cmake --install "$build" --component protos --prefix "$work/installed" >/dev/null
protos=$work/installed/share/skontro/proto
[ ! -e "$protos/skontro/storage" ] || die "the bundle has the format on disk"
diff -r "$protos/skontro/v1" "$source/proto/skontro/v1"
mkdir "$work/out"
(cd "$protos" && protoc -I. --python_out="$work/out" \
  $(find . -name '*.proto' | sort))
[ -f "$work/out/skontro/v1/trade_service_pb2.py" ] || die "nothing was generated"
echo "docs/reference/api.md is current; $(find "$protos" -name '*.proto' | wc -l) protos in the bundle"
