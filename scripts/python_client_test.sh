#!/usr/bin/env bash
# Runs the Python client's tests against a server of its own: on the data directory that `orgfit demo`
# made (the first argument; made here when it is missing), on a free port. Ends the server that it
# started, and no other. PYTHON names an interpreter that has the client installed.
set -euo pipefail
cd "$(dirname "$0")/.."

data_dir=${1:-target/python-client-data}
python=${PYTHON:-python3}
orgfit=${ORGFIT:-target/debug/orgfit}

"$python" -c 'import orgfit_client' || {
  echo "install the client first: $python -m pip install -e clients/python" >&2
  exit 1
}
[ -x "$orgfit" ] || cargo build --locked --bin orgfit
[ -f "$data_dir/demo/api-key" ] || "$orgfit" demo --data-dir "$data_dir" >/dev/null

log=$(mktemp)
server=
finish() {
  local code=$?
  trap - EXIT
  if [ -n "$server" ]; then
    kill -TERM "$server" 2>/dev/null || true
    wait "$server" || { echo "the server ended with $?"; code=1; }
  fi
  [ "$code" -eq 0 ] || { echo "--- the server's output:"; tail -n 50 "$log"; }
  rm -f "$log"
  exit "$code"
}
trap finish EXIT

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

export ORGFIT_ENDPOINT=$endpoint ORGFIT_API_KEY_FILE=$data_dir/demo/api-key
export UNITS_CSV=$data_dir/demo/units.csv PEOPLE_CSV=$data_dir/demo/people.csv
"$python" -m unittest discover --start-directory clients/python/tests --verbose
"$python" -m orgfit_client import --units "$UNITS_CSV" --people "$PEOPLE_CSV"
"$python" -m orgfit_client tree | head -n 5
