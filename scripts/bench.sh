#!/usr/bin/env bash
# `make bench`: the figures, measured side by side in one run, against the emulated AWS.
# ONLY="switch overview" measures some of: command switch overview topology costs fleet load memory calls sign-in history dags.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

scripts/setup.sh run
seal_off_aws
scripts/build.sh
cargo bench --workspace --bench figures --no-run

folder="$(mktemp -d)"
end() { stop_started; rm -rf "$folder"; }
trap 'end; exit 130' INT TERM HUP
trap end EXIT
start_world world "$folder" || exit 1
source "$folder/world.env"

export TEAL_BENCH_BINARY="$ROOT/target/release/teal" TEAL_BENCH_PYTHON="$TOOLS/venv/bin/python" TEAL_BENCH_TARGET="$ROOT/target"
# shellcheck disable=SC2086 # several words: the figures wanted; none means all
cargo bench --workspace --bench figures -- ${ONLY:-}
