//! `teal`: one binary, several commands over one engine.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    teal_server::cli::run(teal_server::cli::Arguments::parse())
}
