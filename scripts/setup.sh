#!/usr/bin/env bash
# Installs what is missing and nothing else; says nothing and takes no time when all is there.
#
#   scripts/setup.sh run|test|build|lint|audit   all that this target cannot do without
#   scripts/setup.sh rust wasm bindgen …         single steps
#
# Everything lands in .tools/ (and end2end/node_modules), never globally. The exception is Debian's own
# packages: as root they are installed, otherwise the command to run is printed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

STAMPS="$TOOLS/stamps"
mkdir -p "$STAMPS"

# done_already STEP DIGEST / done_now STEP DIGEST: a step is over when its inputs are those of the last time.
done_already() { [ "$(cat "$STAMPS/$1" 2>/dev/null)" = "$2" ]; }
done_now() { printf '%s' "$2" >"$STAMPS/$1"; }

APT_IS_FRESH=
# need_packages WHY PACKAGE…
need_packages() {
  local why=$1
  shift
  if ! command -v apt-get >/dev/null; then
    die "$why needs what Debian calls: $*. Install these with this system's package manager, then try again."
  fi
  if [ "$(id -u)" != 0 ]; then
    warn "teal: $why needs packages that only root can install. Run this, then try again:"
    warn "  sudo apt-get update && sudo apt-get install --no-install-recommends $*"
    exit 1
  fi
  say "setup: installing $* ($why)"
  [ -n "$APT_IS_FRESH" ] || apt-get update -qq
  APT_IS_FRESH=yes
  # --no-remove: better to stop than to take a package away that somebody uses.
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends --no-remove "$@" </dev/null >"$TOOLS/apt.log" 2>&1 ||
    { tail -n 20 "$TOOLS/apt.log" >&2; die "apt-get could not install $*"; }
}

# at_least WANTED HAVE: compares versions.
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

# ---- Rust ----------------------------------------------------------------------------------------

step_rust() {
  command -v cc >/dev/null || need_packages "compiling" gcc libc6-dev
  command -v cargo >/dev/null || need_packages "Rust" rustc-web cargo-web
  local have
  have="$(cargo --version | cut -d' ' -f2)"
  at_least "$RUST_MINIMUM" "$have" ||
    die "Rust $RUST_MINIMUM or newer is needed, and cargo here is $have. With rustup: rustup update stable"
}

# ---- The standard library for WebAssembly --------------------------------------------------------
# rustup has it ready-made. Where there is no rustup, or nothing to fetch from, Debian's own Rust carries
# the library's source, and we compile it ourselves, into a sysroot of our own. TEAL_WASM_FROM=debian asks for
# the second way even where the first would do.

WASM_TARGET=wasm32-unknown-unknown
WASM_ENV="$TOOLS/wasm-env"

has_wasm_std() { compgen -G "$1/lib/rustlib/$WASM_TARGET/lib/libstd-*.rlib" >/dev/null; }

# wasm_env RUSTC CARGO SYSROOT FLAGS
write_wasm_env() {
  {
    echo "# Written by scripts/setup.sh: the Rust that builds the browser's share."
    printf 'WASM_RUSTC=%q\nWASM_CARGO=%q\nWASM_SYSROOT=%q\nWASM_RUSTFLAGS=%q\nWASM_RUSTC_VERSION=%q\n' \
      "$1" "$2" "$3" "$4" "$("$1" --version)"
  } >"$WASM_ENV.new"
  mv "$WASM_ENV.new" "$WASM_ENV"
}

wasm_is_ready() {
  [ -s "$WASM_ENV" ] || return 1
  source "$WASM_ENV"
  if [ "${TEAL_WASM_FROM:-}" = debian ] && [ -z "$WASM_RUSTFLAGS" ]; then return 1; fi
  # A library compiled by another release of the compiler is worth nothing.
  has_wasm_std "$WASM_SYSROOT" && [ "$("$WASM_RUSTC" --version 2>/dev/null)" = "$WASM_RUSTC_VERSION" ]
}

step_wasm() {
  if wasm_is_ready; then return; fi
  local sysroot
  if [ "${TEAL_WASM_FROM:-}" != debian ] && command -v rustc >/dev/null; then
    sysroot="$(rustc --print sysroot)"
    if ! has_wasm_std "$sysroot" && command -v rustup >/dev/null; then
      say "setup: asking rustup for $WASM_TARGET"
      timeout 60 rustup target add "$WASM_TARGET" </dev/null >"$TOOLS/rustup.log" 2>&1 ||
        say "setup: rustup could not fetch it (.tools/rustup.log); building it from Debian's source instead"
    fi
    if has_wasm_std "$sysroot"; then
      # No flags: this Rust finds its own library by itself.
      write_wasm_env "$(command -v rustc)" "$(command -v cargo)" "$sysroot" ""
      return
    fi
  fi
  wasm_from_debian
}

wasm_from_debian() {
  local rustc=/usr/bin/rustc cargo=/usr/bin/cargo
  if [ ! -x "$rustc" ] || [ ! -x "$cargo" ] || ! compgen -G "/usr/src/rustc-*/library/std/Cargo.toml" >/dev/null; then
    need_packages "WebAssembly's standard library" rustc-web cargo-web rust-web-src
  fi
  # The linker must be of the compiler's own LLVM.
  local llvm
  llvm="$("$rustc" -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')"
  [ -x "/usr/bin/lld-$llvm" ] || need_packages "linking WebAssembly" "lld-$llvm"

  say "setup: building the standard library for $WASM_TARGET (about 80 s)"
  local began=$SECONDS build="$TOOLS/wasm-std/build" sysroot="$TOOLS/wasm-std/sysroot"
  rm -rf "$sysroot"
  mkdir -p "$build/src"
  # An empty crate: building it builds the library that it would link.
  printf '[workspace]\n[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n' >"$build/Cargo.toml"
  : >"$build/src/lib.rs"
  (
    cd "$build"
    unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_TARGET_DIR CARGO_BUILD_TARGET RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER RUSTUP_TOOLCHAIN
    # RUSTC_BOOTSTRAP: -Zbuild-std is only offered to nightly compilers otherwise.
    PATH="/usr/bin:$PATH" RUSTC="$rustc" RUSTC_BOOTSTRAP=1 "$cargo" build --release \
      --target "$WASM_TARGET" -Zbuild-std=std,panic_abort --target-dir "$build/target"
  ) >"$TOOLS/wasm-std/build.log" 2>&1 || { tail -n 20 "$TOOLS/wasm-std/build.log" >&2; die "the standard library did not build"; }

  local lib="$sysroot/lib/rustlib/$WASM_TARGET/lib" host
  host="$("$rustc" -vV | sed -n 's/^host: //p')"
  mkdir -p "$lib" "$sysroot/lib/rustlib/$host/bin"
  cp "$build/target/$WASM_TARGET/release/deps/"*.rlib "$lib/"
  rm -f "$lib/"libempty-*
  # The compiler looks for its linker under this name in its sysroot; Debian has it elsewhere.
  ln -sf "/usr/bin/lld-$llvm" "$sysroot/lib/rustlib/$host/bin/rust-lld"
  rm -rf "$build"
  write_wasm_env "$rustc" "$cargo" "$sysroot" "--sysroot=$sysroot"
  say "setup: standard library built in $(elapsed "$began")"
}

# ---- Tools ---------------------------------------------------------------------------------------

step_bindgen() {
  if done_already bindgen "$WASM_BINDGEN_VERSION" && [ -x "$TOOLS/bin/wasm-bindgen" ]; then return; fi
  say "setup: building wasm-bindgen $WASM_BINDGEN_VERSION (about 2 min 20 s)"
  local began=$SECONDS
  # It runs for a second or two a build: optimising it for minutes never pays. A target folder of its own
  # lets a build that was interrupted go on where it was.
  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
    cargo install wasm-bindgen-cli --version "=$WASM_BINDGEN_VERSION" --force --quiet \
    --root "$TOOLS" --target-dir "$TOOLS/bindgen-build" >"$TOOLS/bindgen.log" 2>&1 ||
    { tail -n 20 "$TOOLS/bindgen.log" >&2; die "wasm-bindgen did not build"; }
  rm -rf "$TOOLS/bindgen-build"
  done_now bindgen "$WASM_BINDGEN_VERSION"
  say "setup: wasm-bindgen built in $(elapsed "$began")"
}

step_deny() {
  if done_already deny "$CARGO_DENY_VERSION" && [ -x "$TOOLS/bin/cargo-deny" ]; then return; fi
  say "setup: building cargo-deny $CARGO_DENY_VERSION (about a minute)"
  local began=$SECONDS
  # One of another version is not to be asked in its place.
  rm -f "$TOOLS/bin/cargo-deny"
  # It runs for seconds, so it is not worth optimising at all.
  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=256 \
    cargo install cargo-deny --version "=$CARGO_DENY_VERSION" --locked --force --quiet \
    --root "$TOOLS" --target-dir "$TOOLS/deny-build" >"$TOOLS/deny.log" 2>&1 ||
    { tail -n 20 "$TOOLS/deny.log" >&2; die "cargo-deny did not build"; }
  rm -rf "$TOOLS/deny-build"
  done_now deny "$CARGO_DENY_VERSION"
  say "setup: cargo-deny built in $(elapsed "$began")"
}

need_node() {
  command -v node >/dev/null && command -v npm >/dev/null || die "Node $NODE_MINIMUM or newer with npm is needed, and there is none here"
  local have
  have="$(node --version)"
  at_least "$NODE_MINIMUM" "${have#v}" || die "Node $NODE_MINIMUM or newer is needed, and node here is $have"
}

# npm_install STEP FOLDER
npm_install() {
  local step=$1 folder=$2 inputs
  inputs="$(cat "$folder/package.json" "$folder/package-lock.json" | sha256sum | cut -c1-32)"
  if done_already "$step" "$inputs" && [ -d "$folder/node_modules" ]; then return; fi
  need_node
  say "setup: npm packages for $step"
  # Debian's Chromium is used: Playwright need not fetch one. No package here needs its install script.
  (cd "$folder" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >"$TOOLS/npm-$step.log" 2>&1 ||
    { tail -n 20 "$TOOLS/npm-$step.log" >&2; die "npm ci failed in $folder"; }
  done_now "$step" "$inputs"
}

step_npm() {
  mkdir -p "$TOOLS/npm"
  cp "$ROOT/scripts/npm/package.json" "$ROOT/scripts/npm/package-lock.json" "$ROOT/scripts/npm/.npmrc" "$TOOLS/npm/"
  npm_install npm "$TOOLS/npm"
}

step_browser() {
  [ -x "$CHROMIUM" ] || need_packages "browser tests" chromium fonts-dejavu-core
  compgen -G "/usr/share/fonts/*/*" >/dev/null || need_packages "browser tests" fonts-dejavu-core
  npm_install end2end "$ROOT/end2end"
}

# venv FOLDER REQUIREMENTS STEP WHAT: a Python environment of its own, made anew when its requirements change.
venv() {
  local folder=$1 requirements=$2 step=$3 what=$4 inputs python have
  inputs="$(sha256sum <"$requirements" | cut -c1-32)"
  if done_already "$step" "$inputs" && [ -x "$folder/bin/python" ] && "$folder/bin/python" -S -c pass 2>/dev/null; then return; fi
  python="${TEAL_PYTHON:-python3}"
  command -v "$python" >/dev/null || need_packages "$what" python3 python3-venv
  have="$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
  at_least "$PYTHON_MINIMUM" "$have" || die "Python $PYTHON_MINIMUM or newer is needed, and $python is $have. Name another with TEAL_PYTHON=…"
  "$python" -c 'import ensurepip, venv' 2>/dev/null || need_packages "a Python environment" python3-venv
  say "setup: $what"
  rm -rf "$folder"
  {
    "$python" -m venv "$folder" &&
      "$folder/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements"
  } >"$TOOLS/pip-$step.log" 2>&1 || { tail -n 20 "$TOOLS/pip-$step.log" >&2; die "pip could not install $requirements"; }
  done_now "$step" "$inputs"
}

step_python() { venv "$TOOLS/venv" "$ROOT/scripts/requirements.txt" python "Python packages (about 30 s)"; }

# Only for `make test-airflow`.
step_airflow() {
  command -v initdb >/dev/null || compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null || need_packages "two Airflows" postgresql
  venv "$TOOLS/airflow" "$ROOT/scripts/requirements-airflow.txt" airflow "Apache Airflow (about 1 min, 350 MB)"
}

# ---- What is asked for ---------------------------------------------------------------------------

# One set-up at a time: two `make` in one checkout would tread on each other's half-made folders.
exec 8>"$TOOLS/setup.lock"
if command -v flock >/dev/null && ! flock -n 8; then
  say "setup: waiting for another set-up of this checkout"
  flock 8
fi

for wish in "$@"; do
  case $wish in
    rust | wasm | bindgen | npm | browser | python | deny | airflow) steps=("$wish") ;;
    build) steps=(rust wasm bindgen npm) ;;
    run) steps=(rust wasm bindgen npm python) ;;
    test) steps=(rust wasm bindgen npm python browser) ;;
    lint) steps=(rust) ;;
    audit) steps=(rust python) ;;
    *) die "setup does not know '$wish'" ;;
  esac
  for step in "${steps[@]}"; do "step_$step" 8>&8; done
done
