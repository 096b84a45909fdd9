#!/usr/bin/env bash
# `make build`: what goes into production. The server is target/release/teal, its site target/release/site.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

scripts/setup.sh build
scripts/assets.sh release
cargo build --release -p teal-server --bin teal
say "Built target/release/teal and target/release/site"
