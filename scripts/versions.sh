# Versions of tools that cargo, npm and pip do not pin for us. Sourced by the other scripts.

# Must equal the `wasm-bindgen` of Cargo.toml: the tool refuses output of any other version.
WASM_BINDGEN_VERSION=0.2.130

CARGO_DENY_VERSION=0.20.2

# The oldest that will do.
RUST_MINIMUM=1.95
NODE_MINIMUM=20
PYTHON_MINIMUM=3.11
