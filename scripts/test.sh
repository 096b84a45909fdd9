#!/usr/bin/env bash
# `make test`: every test there is. Unit, property, model and wire tests by cargo, then people's ways through the
# pages in a real browser, then a look at what came with the dependencies. The last line is the sum of all of them.
#
#   scripts/test.sh            all
#   scripts/test.sh audit      only the dependencies
#   scripts/test.sh rust       only cargo's
#   scripts/test.sh dags       only those of the DAGs' guard, which are Python's
#   scripts/test.sh browser    only the browser's; what follows goes to Playwright
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

what="${1:-all}"
shift || true
case $what in all | rust | dags | browser | audit) ;; *) die "test.sh takes rust, dags, browser, audit or nothing, not '$what'" ;; esac

# What is asked of the dependencies needs no browser, and audit.sh does its own set-up. The sum is printed by hand, since
# what adds up may be what could not be set up.
needs=test
if [ "$what" = dags ]; then needs=python; fi
if [ "$what" != audit ] && ! scripts/setup.sh "$needs"; then
  mkdir -p target
  echo "0 passed, 1 failed" | tee target/tally.txt
  exit 1
fi
seal_off_aws

logs="$ROOT/target/test-logs"
rm -rf "$logs"
mkdir -p "$logs"
scratch="$(mktemp -d)"
end() {
  stop_started
  rm -rf "$scratch"
}
trap 'end; exit 130' INT
trap 'end; exit 143' TERM HUP
trap end EXIT

results=()

# What cannot start counts as a failure in the sum, so that the sum is printed whatever happens.
rust_tests() {
  local began=$SECONDS status=0 log="$logs/cargo.log"
  say "== cargo test"
  # Everything goes to the log; the terminal gets what tells how far it is and what is wrong.
  cargo test --workspace --no-run --color never 2>&1 | tee "$log" | scripts/tally.py follow || status=$?
  if [ "$status" = 0 ] && start_world wire "$logs"; then
    TEAL_TEST_MINISTACK="$(world_value "$logs/wire.json" ministack)"
    TEAL_TEST_MOTO="$(world_value "$logs/wire.json" moto)"
    TEAL_TEST_COSTS="$(world_value "$logs/wire.json" costs)"
    export TEAL_TEST_MINISTACK TEAL_TEST_MOTO TEAL_TEST_COSTS TEAL_TEST_PYTHON="$VENV_PYTHON"
    say "== built after $(elapsed "$began"); running"
    cargo test --workspace --no-fail-fast --color never 2>&1 | tee "$log" | scripts/tally.py follow || status=$?
  else
    status=1
  fi
  results+=(--cargo "$log" --cargo-status "$status")
  say "== cargo test took $(elapsed "$began")"
}

# What DAGs carry to ask the flag. It needs neither an Airflow nor an AWS.
dags_tests() {
  local status=0 log="$logs/dags.log"
  say "== the DAGs' guard"
  "$VENV_PYTHON" -m unittest discover --buffer --start-directory deploy/dags/tests >"$log" 2>&1 || status=$?
  [ "$status" = 0 ] || cat "$log" >&2
  results+=(--dags "$log" --dags-status "$status")
}

# Everything is done with the page's script and without it. Both at once, each against servers and an AWS of its own: most
# of the time goes into waiting for what takes its time.
browser_tests() {
  local began=$SECONDS status project first=3200 lanes=()
  say "== browser tests"
  if cargo build --quiet -p teal-server --bin teal && TEAL_CARGO_QUIET=1 scripts/assets.sh dev; then
    for project in js no-js; do
      ( run_playwright "$project" "$first" "$@" ) > >(sed -u "s/^/$(printf '%-6s' "$project") /") 2>&1 &
      lanes+=("$project:$!")
      STARTED+=("$!")
      first=$((first + 200))
    done
  else
    results+=(--playwright "$logs/js.json" --playwright-status 1)
  fi
  for project in "${lanes[@]}"; do
    status=0
    wait "${project##*:}" || status=$?
    results+=(--playwright "$logs/${project%:*}.json" --playwright-status "$status")
  done
  say "== browser tests took $(elapsed "$began")"
}

# at PORT NAME: the first server's configuration for another one with a store of its own, and what is read after it.
at() {
  sed -e "s/^listen = .*/listen = \"127.0.0.1:$1\"/" -e "s/teal\.db/$2.db/" "$scratch/teal.toml" >"$scratch/$2.toml"
  { printf '\n'; cat; } >>"$scratch/$2.toml"
}

# start_teal NAME CONFIG [SECRET]: a server in the emulated AWS, and what it is at its provider if that is another one.
start_teal() {
  local log="$logs/$1.log"
  start "$log" bash -c 'source "$1"; TEAL_CLIENT_SECRET="${4:-${TEAL_CLIENT_SECRET:-}}" exec "$2" serve --config "$3"' \
    - "$logs/browser.env" "$ROOT/target/debug/teal" "$2" "${3:-}"
  if ! wait_for "$LAST" 30 "the server $1 (see $log)" grep -qs "Teal is ready" "$log"; then
    tail -n 20 "$log" >&2
    return 1
  fi
}

# run_playwright PROJECT FIRST-PORT [option…], in a shell of its own: what it starts ends with it.
run_playwright() {
  local project=$1 first=$2 port door careful issuer guarded config name
  shift 2
  STARTED=()
  trap stop_started EXIT
  trap 'exit 143' TERM HUP INT
  logs="$logs/$project" scratch="$scratch/$project"
  config="$scratch/teal.toml"
  mkdir -p "$logs" "$scratch"
  port="$(free_port "$first")" || return 1
  door="$(free_port "$((port + 1))")" || return 1
  careful="$(free_port "$((door + 1))")" || return 1
  # Its tasks are quick, and so is an update of an environment. Both sides are of one version, so that what they did is for
  # the same moments.
  MWAA_UPDATES_FOR=8 start_world browser "$logs" --prod --airflows --pace 10 --airflow 3.0.6 \
    --teal "http://localhost:$door" --teal "http://localhost:$careful" || return 1
  cat >"$config" <<TOML
listen = "127.0.0.1:$port"
site = "$ROOT/target/site"

[store]
path = "$scratch/teal.db"

[costs]
actual = true
list_prices = true

[[pair]]
id = "dev"
name = "Analytics · dev"
project = "mwaa-openlineage"
environment = "dev"
region = "us-east-2"

[pair.lineage]
public_url = "https://marquez.example.com"
api_url = "$(world_value "$logs/browser.json" marquez)"

[pair.costs]
budget = "900.00"
failed_hour = "5000"
TOML
  start_teal teal "$config" || return 1
  # A second one, behind the emulated Cognito, for what is about signing in.
  at "$door" door <"$logs/browser.sign_in.toml" || return 1
  start_teal door "$scratch/door.toml" || return 1
  # What both have paid until now: they would read it over some days.
  for name in teal door; do
    "$VENV_PYTHON" scripts/seed_bills.py --store "$scratch/$name.db" || return 1
  done
  # One whose pairs ask for more: the first is frozen today, the second wants two people and a change.
  {
    cat <<TOML
[pair.policy]
runbook_url = "https://wiki.example.com/teal/dev"

[[pair.policy.freeze]]
because = "The books are closed"
from = "$(date -u -d yesterday +%F)"
to = "$(date -u -d tomorrow +%F)"

[[pair]]
id = "prod"
name = "Analytics · prod"
project = "mwaa-openlineage"
environment = "prod"
region = "us-east-2"

[pair.names]
flag = "/mwaa/blue-green/prod/active-environment"

[pair.policy]
two_person = true
change_ref = "required"
change_ref_pattern = "CHG[0-9]{7}"

TOML
    sed "s/localhost:$door/localhost:$careful/" "$logs/browser.sign_in.toml"
  } | at "$careful" careful || return 1
  start_teal careful "$scratch/careful.toml" || return 1
  # A fourth one, behind a provider that is not Cognito, in the way that its documentation says.
  issuer="$(free_port "$((careful + 1))")" || return 1
  guarded="$(free_port "$((issuer + 1))")" || return 1
  at "$guarded" guarded <<TOML || return 1
[sign_in]
kind = "oidc"
public_url = "http://localhost:$guarded"
issuer = "http://localhost:$issuer"
client_id = "teal"
scopes = ["openid", "profile", "groups", "offline_access"]
prompt = "consent"
refresh = "10s"
step_up = "10m"

[[sign_in.role]]
group = "teal-viewer"
role = "viewer"

[[sign_in.role]]
group = "teal-operator"
role = "operator"
TOML
  TEAL_CLIENT_SECRET="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
  export TEAL_CLIENT_SECRET
  start "$logs/provider.log" node end2end/provider.mjs "$issuer" "http://localhost:$guarded"
  wait_for "$LAST" 30 "the other provider (see $logs/provider.log)" grep -qs "The provider is ready" "$logs/provider.log" || return 1
  start_teal guarded "$scratch/guarded.toml" "$TEAL_CLIENT_SECRET" || return 1
  unset TEAL_CLIENT_SECRET
  (
    export TEAL_DOOR="http://localhost:$door" TEAL_DOOR_STORE="$scratch/door.db" TEAL_CAREFUL="http://localhost:$careful"
    export TEAL_BEHIND_PROVIDER="http://localhost:$guarded" TEAL_PROVIDER="http://localhost:$issuer"
    export TEAL_URL="http://127.0.0.1:$port" TEAL_WORLD="$logs/browser.json" TEAL_WORLD_ENV="$logs/browser.env"
    export TEAL_CHROMIUM="$CHROMIUM" TEAL_E2E_JSON="$logs.json" TEAL_E2E_RESULTS="$logs/results"
    # For tests that use the command line beside the browser.
    export TEAL_BIN="$ROOT/target/debug/teal" TEAL_CONFIG="$config"
    cd end2end
    exec node_modules/.bin/playwright test --project="$project" "$@" </dev/null
  ) &
  LAST=$!
  STARTED+=("$LAST")
  wait "$LAST"
}

audit() {
  local began=$SECONDS status=0
  say "== what came with the dependencies"
  scripts/audit.sh --out "$logs/audit.json" || status=$?
  results+=(--audit "$logs/audit.json" --audit-status "$status")
  say "== that took $(elapsed "$began")"
}

if [ "$what" = all ] || [ "$what" = rust ]; then rust_tests; fi
if [ "$what" = all ] || [ "$what" = dags ]; then dags_tests; fi
if [ "$what" = all ] || [ "$what" = browser ]; then browser_tests "$@"; fi
stop_started
# Last, when all that is shipped has been built.
if [ "$what" = all ] || [ "$what" = audit ]; then audit; fi

status=0
scripts/tally.py sum --out "$ROOT/target/tally.txt" "${results[@]}" || status=$?
exit "$status"
