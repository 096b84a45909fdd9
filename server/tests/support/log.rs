//! The real log, caught in memory.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use serde_json::Value;
use teal_server::log::{Colors, Format, subscriber};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// What this thread logs goes here until the guard is dropped; a test's runtime has one thread.
    #[must_use]
    pub fn catch(filter: &str, format: Format) -> (Self, DefaultGuard) {
        let log = Self::default();
        let guard = tracing::subscriber::set_default(log.subscriber(filter, format, Colors::Off));
        (log, guard)
    }

    pub fn subscriber(
        &self,
        filter: &str,
        format: Format,
        colors: Colors,
    ) -> impl tracing::Subscriber + Send + Sync + use<> {
        subscriber(EnvFilter::new(filter), format, colors, self.clone())
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("the log").clone()).expect("text")
    }

    /// Its lines as JSON.
    pub fn events(&self) -> Vec<Value> {
        self.text()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
            .collect()
    }

    /// The one event with a message.
    pub fn event(&self, message: &str) -> Value {
        let mut found = self.events().into_iter().filter(|event| event["fields"]["message"] == message);
        match (found.next(), found.next()) {
            (Some(event), None) => event,
            (first, _) => {
                panic!("{} events `{message}` in {}", if first.is_some() { "many" } else { "no" }, self.text())
            }
        }
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("the log").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
