#!/usr/bin/env bash
# Runs the Python client's tests against a server of its own, on a free port and on the data directory
# that `orgfit demo` made (the first argument; made here when it is missing). The tests import the demo's
# rows into a new organization. Ends the server that it started, and no other. PYTHON names an
# interpreter that has the client installed.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}
data_dir=${1:-$(python3 scripts/postgres_binaries.py --scratch python-client-data)}
ORGFIT_PG_BIN_DIR=$(python3 scripts/postgres_binaries.py)
export ORGFIT_PG_BIN_DIR
orgfit=${ORGFIT:-target/debug/orgfit}

"$python" -c 'import orgfit_client' || {
  echo "install the client first: $python -m pip install -e clients/python" >&2
  exit 1
}
[ -x "$orgfit" ] || cargo build --locked --bin orgfit
[ -f "$data_dir/demo/api-key" ] || "$orgfit" demo --data-dir "$data_dir" >/dev/null

admin() { "$orgfit" admin --data-dir "$data_dir" "$@"; }
work=$(mktemp -d)
log=$work/log
server=
finish() {
  local code=$?
  trap - EXIT
  if [ -n "$server" ]; then
    kill -TERM "$server" 2>/dev/null || true
    wait "$server" || { echo "the server ended with $?"; code=1; }
  fi
  [ "$code" -eq 0 ] || { echo "--- the server's output:"; tail -n 50 "$log"; }
  rm -rf "$work"
  exit "$code"
}
trap finish EXIT

organization=$(admin organizations create --name 'Python client' --time-zone Europe/Zurich)
permissions=()
for what in organization.read organization.write units.read units.write units.import people.read \
  people.import imports.read; do
  permissions+=(--permission "$what")
done
client=$(admin clients create --organization "$organization" --name python "${permissions[@]}")
admin keys issue --organization "$organization" --client "$client" --output "$work/api-key" >/dev/null

# Port 0 is any free one; the server says which.
"$orgfit" serve --data-dir "$data_dir" --listen 127.0.0.1:0 >"$log" 2>&1 &
server=$!
endpoint=
while [ -z "$endpoint" ]; do
  kill -0 "$server" 2>/dev/null || { echo "the server did not start" >&2; exit 1; }
  endpoint=$(grep -o 'http://127\.0\.0\.1:[0-9]*' "$log" | head -n 1 || true)
  [ -n "$endpoint" ] || sleep 0.1
done
echo "server $server at $endpoint"

export ORGFIT_ENDPOINT=$endpoint ORGFIT_API_KEY_FILE=$work/api-key
export DEMO_API_KEY_FILE=$data_dir/demo/api-key
export UNITS_CSV=$data_dir/demo/units.csv PEOPLE_CSV=$data_dir/demo/people.csv
"$python" -m unittest discover --start-directory clients/python/tests --verbose
"$python" -m orgfit_client import --units "$UNITS_CSV" --people "$PEOPLE_CSV"
"$python" -m orgfit_client tree | sed -n 1,5p
