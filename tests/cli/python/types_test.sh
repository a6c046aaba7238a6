#!/usr/bin/env bash
# The types of the Python client hold, with the generated modules (mypy), and
# every file of it compiles.
set -euo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
for program in mypy protoc; do
  command -v "$program" >/dev/null || {
    echo "SKIPPED, NOT TESTED: install $program" >&2
    exit 77
  }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$source/cli/python/make_package.py" "$work"
/usr/bin/python3 -m compileall -q "$work"
cd "$work"
check() {
  /usr/bin/mypy --config-file "$source/cli/python/pyproject.toml" \
    --cache-dir "$work/cache" --python-executable /usr/bin/python3 "$@"
}
check -p skontro
for name in erp_invoices statement_csv submit_csv; do
  check "$source/docs/examples/$name.py"
done

# The check sees something: a float is no amount.
cat >wrong.py <<'PY'
from skontro import TradeDraft
TradeDraft("a", "b", 1.5)
PY
if check wrong.py >out; then
  echo "a float passed as an amount" >&2
  exit 1
fi
grep -q 'incompatible type "float"' out
