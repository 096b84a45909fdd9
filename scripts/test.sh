#!/usr/bin/env bash
# `make test`: every test there is. Unit, property, model and wire tests by cargo, then people's ways through the
# pages in a real browser. The last line is the sum of all of them.
#
#   scripts/test.sh            all
#   scripts/test.sh rust       only cargo's
#   scripts/test.sh browser    only the browser's; what follows goes to Playwright
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

what="${1:-all}"
shift || true
case $what in all | rust | browser) ;; *) die "test.sh takes rust, browser or nothing, not '$what'" ;; esac

scripts/setup.sh test
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
    export TEAL_TEST_MINISTACK TEAL_TEST_MOTO TEAL_TEST_PYTHON="$VENV_PYTHON"
    say "== built after $(elapsed "$began"); running"
    cargo test --workspace --no-fail-fast --color never 2>&1 | tee "$log" | scripts/tally.py follow || status=$?
  else
    status=1
  fi
  results+=(--cargo "$log" --cargo-status "$status")
  say "== cargo test took $(elapsed "$began")"
}

browser_tests() {
  local began=$SECONDS status=0
  say "== browser tests"
  run_playwright "$@" || status=$?
  results+=(--playwright "$logs/playwright.json" --playwright-status "$status")
  say "== browser tests took $(elapsed "$began")"
}

run_playwright() {
  local port door config="$scratch/teal.toml"
  cargo build --quiet -p teal-server --bin teal || return 1
  TEAL_CARGO_QUIET=1 scripts/assets.sh dev || return 1
  port="$(free_port 3200)" || return 1
  door="$(free_port "$((port + 1))")" || return 1
  start_world browser "$logs" --teal "http://localhost:$door" || return 1
  cat >"$config" <<TOML
listen = "127.0.0.1:$port"
site = "$ROOT/target/site"

[store]
path = "$scratch/teal.db"

[[pair]]
id = "dev"
name = "Analytics · dev"
project = "mwaa-openlineage"
environment = "dev"
region = "us-east-2"
TOML
  start "$logs/teal.log" bash -c 'source "$1"; exec "$2" serve --config "$3"' \
    - "$logs/browser.env" "$ROOT/target/debug/teal" "$config"
  if ! wait_for "$LAST" 30 "the server (see $logs/teal.log)" grep -qs "Teal is ready" "$logs/teal.log"; then
    tail -n 20 "$logs/teal.log" >&2
    return 1
  fi
  # A second one, behind the emulated Cognito, for what is about signing in.
  sed -e "s/^listen = .*/listen = \"127.0.0.1:$door\"/" -e "s/teal\.db/door.db/" "$config" >"$scratch/door.toml"
  { printf '\n'; cat "$logs/browser.sign_in.toml"; } >>"$scratch/door.toml"
  start "$logs/door.log" bash -c 'source "$1"; exec "$2" serve --config "$3"' \
    - "$logs/browser.env" "$ROOT/target/debug/teal" "$scratch/door.toml"
  if ! wait_for "$LAST" 30 "the server behind sign-in (see $logs/door.log)" grep -qs "Teal is ready" "$logs/door.log"; then
    tail -n 20 "$logs/door.log" >&2
    return 1
  fi
  (
    export TEAL_DOOR="http://localhost:$door" TEAL_DOOR_STORE="$scratch/door.db"
    export TEAL_URL="http://127.0.0.1:$port" TEAL_WORLD="$logs/browser.json" TEAL_WORLD_ENV="$logs/browser.env"
    export TEAL_CHROMIUM="$CHROMIUM" TEAL_E2E_JSON="$logs/playwright.json"
    # For tests that use the command line beside the browser.
    export TEAL_BIN="$ROOT/target/debug/teal" TEAL_CONFIG="$config"
    cd end2end
    exec node_modules/.bin/playwright test "$@" </dev/null
  )
}

if [ "$what" != browser ]; then rust_tests; fi
if [ "$what" != rust ]; then browser_tests "$@"; fi
stop_started

status=0
scripts/tally.py sum --out "$ROOT/target/tally.txt" "${results[@]}" || status=$?
exit "$status"
