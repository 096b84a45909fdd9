#!/usr/bin/env bash
# `make test-airflow`: two real Airflows behind the emulated MWAA, switched while they work. About fifteen minutes and
# 3 GB of memory; no part of `make test`. Ctrl-C ends all that was started here, and nothing else.
#
#   scripts/test_airflow.sh            all
#   scripts/test_airflow.sh guard      only the Airflows and the guard, without Teal: two minutes
#   scripts/test_airflow.sh switch     only what Teal does
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

what="${1:-all}"
case $what in all | guard | switch) ;; *) die "test_airflow.sh takes guard, switch or nothing, not '$what'" ;; esac

scripts/setup.sh python airflow
seal_off_aws

folder="$ROOT/target/test-airflow"
rm -rf "$folder"
mkdir -p "$folder"
end() {
  trap '' INT TERM HUP
  stop_started
}
trap 'end; exit 130' INT
trap 'end; exit 143' TERM HUP
trap end EXIT

options=()
if [ "$what" != guard ]; then
  scripts/setup.sh rust
  cargo build -p teal-server --bin teal
  options+=(--teal "$ROOT/target/debug/teal")
fi
if [ "$what" = switch ]; then options+=(--only-switch); fi

start_world world "$folder" --live --airflow "$("$TOOLS/airflow/bin/airflow" version 2>/dev/null | tail -n 1)" || exit 1
say "== two Airflows (logs in target/test-airflow)"
status=0
# Ctrl-C is ours alone: we ask it to end, and it ends its Airflows.
start - "$VENV_PYTHON" scripts/test_airflow.py --world "$folder/world.json" --folder "$folder/airflows" "${options[@]}"
wait "$LAST" || status=$?
exit "$status"
