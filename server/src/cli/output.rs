//! What the command line prints, and where its log goes.

use std::{io::IsTerminal as _, process::ExitCode};

use tracing_subscriber::{EnvFilter, util::SubscriberInitExt as _};

use super::{Common, Stop};
use crate::log::{Colors, Format, subscriber};

/// How much is said beside the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// What goes on, with the time: the server's.
    Full,
    /// Only what went wrong: a command's.
    Low,
}

/// Starts the log on standard error, so that standard output stays what was asked for.
pub(super) fn start_log(common: &Common, voice: Voice) -> Result<(), Stop> {
    let default = if voice == Voice::Low { "error" } else { "info" };
    let text = common.log.as_deref().unwrap_or(default);
    let filter = EnvFilter::try_new(text).map_err(|error| {
        Stop::usage(format_args!(
            "--log: `{text}` is no filter ({error}): write error, warn, info, debug, trace, or one such as teal_server=debug"
        ))
    })?;
    let format = match (common.log_format, voice) {
        (Format::Pretty, Voice::Low) => Format::Terse,
        (format, _) => format,
    };
    let colors = if std::io::stderr().is_terminal() { Colors::On } else { Colors::Off };
    subscriber(filter, format, colors, std::io::stderr).init();
    if voice == Voice::Full {
        std::panic::set_hook(Box::new(panicked));
    }
    Ok(())
}

/// A panic is an event like others, on one line: by itself it would write several, past the log's format.
fn panicked(panic: &std::panic::PanicHookInfo<'_>) {
    let text = panic.payload_as_str().unwrap_or("not a text");
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(target: "teal::panic", place, "{text}");
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
