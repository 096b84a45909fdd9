//! The log: what is told, how it is written, and that one event stays on one line.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    field::MakeExt as _,
    filter::filter_fn,
    fmt::{
        self, MakeWriter,
        format::{self, debug_fn},
    },
    layer::SubscriberExt as _,
    registry,
};

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A line of text an event, with the time in UTC.
    #[default]
    Pretty,
    /// A JSON object an event, for machines.
    Json,
    /// What a command says beside its answer: no time, since it is read at once.
    #[value(skip)]
    Terse,
}

/// Whether a terminal reads along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colors {
    /// Levels and names are coloured.
    On,
    /// Plain text.
    Off,
}

/// The log, written to `writer`.
pub fn subscriber<W>(filter: EnvFilter, format: Format, colors: Colors, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    // JSON is never coloured.
    let ansi = colors == Colors::On && format != Format::Json;
    let lines = fmt::layer().with_ansi(ansi).with_writer(Lines { inner: writer, ansi });
    // By itself the formatter lets values that are displayed bring escapes of a terminal.
    let values = debug_fn(|writer, field, value| {
        match field.name() {
            "message" => {}
            // What the other way of logging says of itself, which the line has in its place already.
            name if name.starts_with("log.") => return Ok(()),
            name => write!(writer, "{name}=")?,
        }
        write!(Plain(writer), "{value:?}")
    });
    let values = values.delimited(" ");
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match format {
        Format::Pretty => Box::new(lines.fmt_fields(values)),
        Format::Json => Box::new(lines.json()),
        Format::Terse => Box::new(lines.fmt_fields(values).compact().without_time()),
    };
    registry().with(lines).with(filter).with(filter_fn(told))
}

/// Whatever the filter says, what Teal is built of tells no more than `info`: below that, clients of HTTP and AWS may
/// write down headers and bodies, and with them cookies, tokens and keys.
fn told(event: &Metadata<'_>) -> bool {
    event.target().starts_with("teal") || *event.level() <= Level::INFO
}

/// Writes each event onto a line of its own, whatever names, reasons and paths in it hold.
#[derive(Debug)]
struct Lines<W> {
    inner: W,
    ansi: bool,
}

impl<'w, W: MakeWriter<'w>> MakeWriter<'w> for Lines<W> {
    type Writer = Line<W::Writer>;

    fn make_writer(&'w self) -> Self::Writer {
        Line { inner: self.inner.make_writer(), ansi: self.ansi }
    }

    fn make_writer_for(&'w self, event: &Metadata<'_>) -> Self::Writer {
        Line { inner: self.inner.make_writer_for(event), ansi: self.ansi }
    }
}

#[derive(Debug)]
struct Line<W> {
    inner: W,
    ansi: bool,
}

impl<W: Write> Write for Line<W> {
    /// Takes one event, whole, as the layer above hands it down.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        self.inner.write_all(line(&String::from_utf8_lossy(event), self.ansi).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Writes a value without what would break its line.
struct Plain<'w, 'a>(&'w mut format::Writer<'a>);

impl std::fmt::Write for Plain<'_, '_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        text.chars().try_for_each(|sign| put(self.0, sign))
    }
}

/// The event with what would break its line, or turn its reading direction, spelled out: as JSON spells it, so
/// that both formats stay what they are.
fn line(event: &str, ansi: bool) -> String {
    let (text, end) = event.strip_suffix('\n').map_or((event, ""), |text| (text, "\n"));
    let mut out = String::with_capacity(event.len());
    for sign in text.chars() {
        // What begins a colour is the formatter's own: values come spelled out.
        if ansi && sign == '\u{1b}' {
            out.push(sign);
        } else {
            // Writing into a string cannot fail.
            let _ = put(&mut out, sign);
        }
    }
    out + end
}

/// Writes a character, spelled out where it would break its line or turn its reading direction.
pub(crate) fn put(out: &mut impl std::fmt::Write, sign: char) -> std::fmt::Result {
    let breaks = matches!(sign, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if sign.is_control() || breaks { write!(out, "\\u{:04x}", u32::from(sign)) } else { out.write_char(sign) }
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn row_53_only_the_end_of_an_event_ends_its_line() {
        assert_eq!(line("a\r\nb\u{85}c\u{2028}d\u{202e}e\n", false), "a\\u000d\\u000ab\\u0085c\\u2028d\\u202ee\n");
        assert_eq!(line("\u{1b}[31mred\u{1b}[0m\n", true), "\u{1b}[31mred\u{1b}[0m\n");
        assert_eq!(line("\u{1b}[31mred\n", false), "\\u001b[31mred\n");
    }
}
