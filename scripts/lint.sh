#!/usr/bin/env bash
# `make lint`: formatting first, since it takes a second; then clippy, with the profile and folder of the tests.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

scripts/setup.sh lint
cargo fmt --all --check || die "formatting differs; mend it with: cargo fmt --all"
cargo clippy --workspace --all-targets -- -D warnings
