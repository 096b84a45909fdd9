//! What the command line prints, and where its log goes.

use std::{
    io::{ErrorKind, IsTerminal as _, Write as _},
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
};

use tracing_subscriber::{EnvFilter, util::SubscriberInitExt as _};

use super::{Common, Stop};
use crate::log::{Colors, Format, put, subscriber};

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

/// A line as a terminal may have it: what comes from elsewhere (alarms, Airflow, file names, people) must neither wipe
/// out what stands above it, nor turn its words round. All that commands print goes through here.
pub fn plain(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    // Writing into a string cannot fail.
    let _ = line.chars().try_for_each(|sign| put(&mut out, sign));
    out
}

/// Several lines, each by itself.
pub fn plain_lines(text: &str) -> String {
    text.lines().map(plain).collect::<Vec<_>>().join("\n")
}

/// Whether all that was answered could be written, but for what nobody wanted to read any more.
static LOST: AtomicBool = AtomicBool::new(false);

/// Writes to standard output. Whoever reads may have seen enough (`| head`): that stops nothing, least of all a switch.
pub fn answer(text: &str) {
    let mut out = std::io::stdout().lock();
    if let Err(error) = writeln!(out, "{text}")
        && error.kind() != ErrorKind::BrokenPipe
        && !LOST.swap(true, Ordering::Relaxed)
    {
        aside(&format!("teal: the answer could not be written: {error}"));
    }
}

/// Writes to standard error, where there is one.
pub fn aside(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Whether part of the answer could not be written, such as on a disk that is full.
pub fn lost() -> bool {
    std::io::stdout().flush().is_err_and(|error| error.kind() != ErrorKind::BrokenPipe) || LOST.load(Ordering::Relaxed)
}

/// Prints a line of the answer.
macro_rules! say {
    ($($part:tt)*) => { $crate::cli::output::answer(&$crate::cli::output::plain(&format!($($part)*))) };
}

/// Prints what is said beside the answer, which may have several lines.
macro_rules! tell {
    ($($part:tt)*) => { $crate::cli::output::aside(&$crate::cli::output::plain_lines(&format!($($part)*))) };
}

pub(super) use {say, tell};

/// Prints why, and answers with the exit code for a failure.
pub fn failed(message: &str) -> ExitCode {
    tell!("teal: {message}");
    ExitCode::FAILURE
}

/// Prints a value as JSON. What would disturb a terminal stands within its texts, where JSON spells it out.
pub fn json(value: &impl serde::Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => answer(&plain_lines(&text)),
        Err(error) => tell!("teal: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_elsewhere_moves_the_cursor_or_turns_words_round() {
        let evil = "errors\u{1b}[1A\u{1b}[2K is\r fine\u{202e}\u{9b}2J\nBLOCKS nothing";
        let line = plain(evil);
        assert!(line.chars().all(|sign| !sign.is_control() && sign != '\u{202e}'), "{line:?}");
        assert!(line.starts_with("errors\\u001b[1A"), "{line:?}");
        assert_eq!(plain_lines("one\ntwo\u{1b}"), "one\ntwo\\u001b");
        assert_eq!(plain("2.11 → 3.0.6, größer"), "2.11 → 3.0.6, größer");
    }

    #[test]
    fn json_stays_json_and_holds_the_same_text() {
        let evil = serde_json::json!({ "because": "a\u{202e}b\u{7f}c" });
        let text = plain_lines(&serde_json::to_string_pretty(&evil).expect("JSON"));
        assert!(!text.contains('\u{202e}') && !text.contains('\u{7f}'));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).expect("JSON"), evil);
    }
}
