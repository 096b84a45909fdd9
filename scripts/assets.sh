#!/usr/bin/env bash
# Builds the browser's share into target/site, or for release into target/release/site (beside the binary, where it
# is found without being named): WebAssembly and its JavaScript, CSS, static files, and assets.json,
# which tells the server their hashed names.
#
#   scripts/assets.sh dev        quick to build
#   scripts/assets.sh release    small, with .br and .gz beside each file that gains by it
#
# What follows goes to cargo.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

mode="${1:-dev}"
shift || true
case $mode in dev | release) ;; *) die "assets.sh takes dev or release, not '$mode'" ;; esac
cd "$ROOT"
site=target/site
if [ "$mode" = release ]; then site=target/release/site; fi
mkdir -p "$(dirname "$site")"

[ -s "$TOOLS/wasm-env" ] || die "run scripts/setup.sh build first"
source "$TOOLS/wasm-env"

# Cargo's own form for flags, because a checkout's path may hold spaces. What the caller sets comes along.
flags="${CARGO_ENCODED_RUSTFLAGS:-${RUSTFLAGS:+${RUSTFLAGS// /$'\x1f'}}}"
if [ -n "$WASM_RUSTFLAGS" ]; then flags="${flags:+$flags$'\x1f'}$WASM_RUSTFLAGS"; fi

# A target folder of its own: this Rust may not be the one that builds the server.
(
  unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS
  if [ -n "$flags" ]; then export CARGO_ENCODED_RUSTFLAGS="$flags"; fi
  if [ -n "$WASM_RUSTFLAGS" ]; then export RUSTC="$WASM_RUSTC"; fi
  exec "$WASM_CARGO" build -p teal-app --lib --target wasm32-unknown-unknown --no-default-features --features hydrate \
    --profile "wasm-$mode" --target-dir target/wasm ${TEAL_CARGO_QUIET:+--quiet} "$@"
)

compiled="target/wasm/wasm32-unknown-unknown/wasm-$mode/teal_app.wasm"
inputs="$mode $(digest "$compiled" style public scripts/assets.sh scripts/site.mjs scripts/npm/package-lock.json) $WASM_BINDGEN_VERSION"
if [ -s "$site/assets.json" ] && [ "$(cat "$site.stamp" 2>/dev/null)" = "$inputs" ]; then
  exit 0
fi

began=$SECONDS
bound="target/wasm/bound-$mode"
rm -rf "$bound"
"$TOOLS/bin/wasm-bindgen" --target web --no-typescript --out-name teal --out-dir "$bound" "$compiled"

if [ "$mode" = release ]; then
  node "$TOOLS/npm/node_modules/binaryen/bin/wasm-opt" -Oz --enable-bulk-memory --enable-nontrapping-float-to-int --enable-sign-ext \
    --enable-mutable-globals --enable-reference-types --enable-multivalue -o "$bound/opt.wasm" "$bound/teal_bg.wasm"
  mv "$bound/opt.wasm" "$bound/teal_bg.wasm"
fi

rm -f "$site.stamp"
node scripts/site.mjs "$mode" "$bound" "$site"
printf '%s' "$inputs" >"$site.stamp"
say "assets: $site built in $(elapsed "$began")"
