#!/usr/bin/env bash
# `make audit`: what came into Teal with its dependencies, and the bills of materials of what is shipped, in
# target/sbom. `make test` does the same at its end, when there is something built to hold the bills against.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

scripts/setup.sh audit
# It comes from somewhere else: without it three questions in fourteen stay open, and are told as that.
scripts/setup.sh deny || warn "teal: no cargo-deny, so what it is asked is not checked"
exec "$VENV_PYTHON" scripts/audit.py "$@"
