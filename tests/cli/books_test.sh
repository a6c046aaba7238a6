#!/usr/bin/env bash
# books_test.sh BIN_DIR SHARED_DATA: the books of the demonstration in every format,
# as an accountant gets them, judged by programs of others; and what is left when an
# export breaks off. A judge that is not installed is skipped, loudly.
set -euo pipefail
bin=$1
shared=${SKONTRO_SHARED_DATA:-$2}
work=$(mktemp -d)
unset SKONTRO_NETWORK SKONTRO_ENDPOINT
export SKONTRO_CONFIG=/dev/null

fail() {
  printf 'books_test: %s\n' "$*" >&2
  tail -n 20 "$work"/*.out "$work"/*.err >&2 || true
  exit 1
}

# A port that nobody listens on now; another is tried where that changes.
free_port() {
  local port
  while port=$((20000 + RANDOM % 20000)); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}

pid=''
stop() {
  local tries
  [ -n "$pid" ] || return 0
  kill "$pid" 2>/dev/null || return 0
  for ((tries = 0; tries < 300; ++tries)); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
}
trap 'stop; rm -rf "$work"' EXIT

for _ in 1 2 3 4 5; do
  if cli/demo.sh --bin-dir "$bin" --data-dir "$work/data" --detach \
    --grpc-listen "127.0.0.1:$(free_port)" >"$work/demo.out" 2>&1; then
    break
  fi
done
pid=$(sed -n 's/.* runs as process \([0-9]*\);.*/\1/p' "$work/demo.out")
[ -n "$pid" ] || fail "no demonstration"
SKONTRO_ENDPOINT=$(sed -n 's/^Network .* on \(127[0-9.:]*\),.*/\1/p' "$work/demo.out")
export SKONTRO_ENDPOINT SKONTRO_NETWORK=res-demo
year=$(date +%Y)
member=octant

skontro() { "$bin/skontro" "$@" 2>"$work/last.err"; }

# --- one balance in every source ----------------------------------------------

tools=''
for tool in bean-query hledger ledger aqbanking-cli ofxdump pdftotext; do
  command -v $tool >/dev/null ||
    echo "SKIPPED, NOT TESTED: $tool is not there; ./dev deps installs it" >&2
done
for who in $(cut -d, -f1 cli/demo/members.csv | tail -n +2); do
  # Programs of others take their time; three members are enough for them.
  case $who in
    octant | imprimerie-beffroi | brouwerij-sluis) tools=--with-tools ;;
    *) tools='' ;;
  esac
  skontro reconcile "$who" --year "$year" $tools >"$work/$who.out" ||
    { cat "$work/$who.out" >&2 && fail "the books of $who do not agree"; }
  grep -q '^All [0-9]* agree' "$work/$who.out" || fail "$who: no verdict"
done
skontro reconcile $member --from "$year-01-01" --to "$year-01-31" >"$work/idle.out" ||
  fail "a month in which nothing moved does not agree"

# --- every format, and its judge ----------------------------------------------

sequence=$(skontro network get res-demo | sed -n 's/^Sequence  *//p')
skontro export all $member --year "$year" --as-of "$sequence" --out "$work/books" \
  >"$work/all.out" || fail "export all"
(cd "$work/books" && sha256sum --quiet -c ./*SHA256SUMS) || fail "SHA256SUMS does not hold"
grep -q "Journal at sequence $sequence, digest" "$work/all.out" || fail "no place is told"
[ "$(find "$work/books" -name '*.manifest.json' | wc -l)" = 11 ] || fail "not eleven manifests"

skontro export all $member --year "$year" --as-of "$sequence" --out "$work/again" >/dev/null
diff -r "$work/books" "$work/again" || fail "the same place gives other bytes"

judge() { # judge TOOL WORDS...: runs it on what was written.
  command -v "$1" >/dev/null || return 0
  "$@" >"$work/judge.out" 2>"$work/judge.err" || fail "$* refuses"
}
judge bean-check "$work"/books/*.beancount
judge hledger -f "$work"/books/*.ledger check
judge ledger -f "$work"/books/*.ledger balance
judge ofxdump "$work"/books/*.ofx
! grep -q ERROR "$work/judge.err" || fail "ofxdump finds errors"
judge pdftotext -layout "$work"/books/*-statement-*.pdf "$work/statement.txt"
if [ -f "$work/statement.txt" ]; then
  grep -q "Closing balance" "$work/statement.txt" || fail "no balance in the PDF"
fi

# Our own reader of CODA, and febelfin-coda where it is installed.
code=0
/usr/bin/python3 tests/fiscal/coda_check.py --febelfin "$work"/books/*.cod \
  >"$work/coda.out" 2>"$work/coda.err" || code=$?
case $code in
  0) ;;
  3) echo "SKIPPED, NOT TESTED: python3-febelfin-coda is not there" >&2 ;;
  *) fail "the readers of CODA end with $code" ;;
esac

schemas() {
  local message version plain
  for message in camt.053 camt.054; do
    for version in 08 02; do
      for plain in '' --plain; do
        rm -rf "$work/camt"
        skontro export $message $member --year "$year" --camt-version $version $plain \
          --out "$work/camt" >/dev/null || fail "export $message $version $plain"
        judge xmllint --nonet --noout \
          --schema "$shared/iso20022/$message.001.$version.xsd" "$work"/camt/*.xml
      done
    done
  done
}
if ! command -v xmllint >/dev/null || [ ! -d "$shared/iso20022" ]; then
  echo "SKIPPED, NOT TESTED: xmllint, or $shared/iso20022, is not there" >&2
else
  schemas
fi

# A month is a statement too, and a FEC with pipes in ISO-8859-15 a FEC.
skontro export camt.053 $member --from "$year-$(date +%m)-01" --to "$year-12-31" \
  --out "$work/month" >/dev/null || fail "a period of days"
skontro export fec $member --year "$year" --separator pipe --charset iso-8859-15 \
  --out "$work/pipes" >/dev/null || fail "a FEC with pipes"
head -n 1 "$work"/pipes/*FEC*31.txt | grep -q '^JournalCode|JournalLib|' || fail "no pipes"
iconv -f ISO-8859-15 -t UTF-8 "$work"/pipes/*FEC*31.txt | tr '|' '\t' |
  cmp - "$work"/books/*FEC*31.txt || fail "the FEC with pipes has other words"
skontro export fec $member --year "$year" --form xml --out "$work/xml" >/dev/null ||
  fail "a FEC in XML"
if [ -f "$shared/fec/formatA47A-I-VII-1.xsd" ]; then
  judge xmllint --nonet --noout --schema "$shared/fec/formatA47A-I-VII-1.xsd" \
    "$work"/xml/*FEC*31.xml
else
  echo "SKIPPED, NOT TESTED: $shared/fec is not there" >&2
fi
code=0
skontro export fec $member --year "$year" --form xml --separator tab --out "$work/tabs" \
  >/dev/null || code=$?
[ $code = 1 ] || fail "XML with tabs ends with $code"
grep -q 'fec.separator' "$work/last.err" || fail "nobody says what is wrong with tabs"

# --- an ERP's payment run ------------------------------------------------------

transfer() { # transfer END_TO_END_ID AMOUNT CREDITOR
  printf '%s' "<CdtTrfTxInf><PmtId><EndToEndId>$1</EndToEndId></PmtId><Amt><InstdAmt" \
    " Ccy=\"RES\">$2</InstdAmt></Amt><Cdtr><Nm>$3</Nm></Cdtr><CdtrAcct><Id><Othr><Id>$3" \
    "</Id></Othr></Id></CdtrAcct></CdtTrfTxInf>"
}
run() { # run MSG_ID SUM TRANSFER...
  local id=$1 sum=$2
  shift 2
  printf '%s' '<?xml version="1.0" encoding="UTF-8"?>' \
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>' \
    "<GrpHdr><MsgId>$id</MsgId><CreDtTm>$year-01-31T09:00:00</CreDtTm><NbOfTxs>$#</NbOfTxs>" \
    "<CtrlSum>$sum</CtrlSum><InitgPty><Nm>x</Nm></InitgPty></GrpHdr><PmtInf><PmtInfId>P1" \
    "</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt><Dt>$year-01-01</Dt></ReqdExctnDt><Dbtr>" \
    "<Nm>x</Nm></Dbtr><DbtrAcct><Id><Othr><Id>$member</Id></Othr></Id></DbtrAcct><DbtrAgt>" \
    '<FinInstnId/></DbtrAgt>' "$@" '</PmtInf></CstmrCdtTrfInitn></Document>'
}
left() { skontro account get $member | sed -n 's/^Balance  *//p'; }
import() { # import FILE REPORT CODE
  local code=0
  skontro import pain --file "$work/$1" --report "$work/$2" --format csv \
    >"$work/import.out" || code=$?
  [ $code = "$3" ] || fail "the payment run $1 ends with $code"
}

run RUN-1 3.75 "$(transfer E-1 1.25 imprimerie-beffroi)" \
  "$(transfer E-2 2.50 brouwerij-sluis)" >"$work/run1.xml"
run RUN-2 12.50 "$(transfer E-1 1.25 imprimerie-beffroi)" \
  "$(transfer E-2 2.25 brouwerij-sluis)" "$(transfer E-3 9.00 nobody)" >"$work/run2.xml"
if [ -f "$shared/iso20022/pain.001.001.09.xsd" ]; then
  judge xmllint --nonet --noout --schema "$shared/iso20022/pain.001.001.09.xsd" \
    "$work"/run[12].xml
fi
import run1.xml status1.xml 0
booked=$(left)
[ -n "$booked" ] || fail "no balance is shown"
import run1.xml status2.xml 0
[ "$(left)" = "$booked" ] || fail "a payment run sent twice is booked twice"
diff <(grep -o '<AcctSvcrRef>.*' "$work/status1.xml") \
  <(grep -o '<AcctSvcrRef>.*' "$work/status2.xml") || fail "it names other trades"
# The same transfer in another file, one of the same name, one to nobody.
import run2.xml status3.xml 1
[ "$(left)" = "$booked" ] || fail "a payment run that is refused is booked"
[ "$(grep -o '<TxSts>[A-Z]*</TxSts>' "$work/status3.xml" | tr -d '\n')" = \
  '<TxSts>ACSC</TxSts><TxSts>RJCT</TxSts><TxSts>RJCT</TxSts>' ] || fail "other statuses"
grep -q '<Cd>DU04</Cd>' "$work/status3.xml" || fail "an EndToEndId may be used again"
grep -q '<Cd>AC03</Cd>' "$work/status3.xml" || fail "nobody is paid"

# --- what breaks off leaves nothing --------------------------------------------

is_empty() { [ ! -d "$1" ] || [ -z "$(ls -A "$1")" ]; }

# A disk that is full after 4 KiB.
code=0
(
  trap '' XFSZ
  ulimit -f 4
  "$bin/skontro" export all $member --year "$year" --out "$work/full" \
    >/dev/null 2>"$work/full.err"
) || code=$?
[ $code = 6 ] || fail "a full disk ends with $code"
is_empty "$work/full" || fail "a full disk leaves $(ls -A "$work/full")"

code=0
skontro export fec $member --year "$year" --out /dev/null/books >/dev/null || code=$?
[ $code = 6 ] || fail "a folder that cannot be ends with $code"

# What is there is kept.
code=0
skontro export all $member --year "$year" --out "$work/books" >/dev/null || code=$?
[ $code = 6 ] || fail "files that are there end with $code"
diff -r "$work/books" "$work/again" || fail "files that were there were touched"

code=0
skontro export fec nobody --year "$year" --out "$work/nobody" >/dev/null || code=$?
[ $code = 1 ] || fail "an unknown member ends with $code"
is_empty "$work/nobody" || fail "an unknown member leaves files"

# A server that goes away in the middle, or before.
stop
pid=''
code=0
skontro export all $member --year "$year" --out "$work/gone" >/dev/null || code=$?
[ $code = 3 ] || fail "a server that is gone ends with $code"
is_empty "$work/gone" || fail "a server that is gone leaves files"
echo "books_test: passed"
