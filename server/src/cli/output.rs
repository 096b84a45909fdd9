//! What the command line prints, and where its log goes.

use std::{io::IsTerminal as _, process::ExitCode};

use tracing_subscriber::{EnvFilter, fmt};

/// Starts the log on standard error, so that standard output stays what was asked for.
pub fn start_log(filter: Option<&str>, quiet: bool) {
    let default = if quiet { "error" } else { "info" };
    let filter = filter.and_then(|text| EnvFilter::try_new(text).ok()).unwrap_or_else(|| EnvFilter::new(default));
    let log = fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    if quiet { log.compact().without_time().init() } else { log.init() }
}

/// Prints why, and answers with the exit code for a failure.
pub fn failed(message: &str) -> ExitCode {
    eprintln!("teal: {message}");
    ExitCode::FAILURE
}

/// Prints a value as JSON.
pub fn json(value: &impl serde::Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => println!("{text}"),
        Err(error) => eprintln!("teal: {error}"),
    }
}
