//! What a span may say: words that stand in the program, ids and numbers. There is no way to say a text that came from
//! somewhere else, but for names that config or AWS gave to things.

use opentelemetry::KeyValue;
use teal_domain::{Color, OperationId, PairId};

const PAIR: &str = "teal.pair";

/// What a span says.
#[derive(Clone, Debug, Default)]
pub struct About(pub(super) Vec<KeyValue>);

impl About {
    /// Nothing but its name.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// A pair of the config.
    pub fn pair(pair: &PairId) -> Self {
        Self::default().of(pair)
    }

    /// The same of what says something else already.
    #[must_use]
    pub fn of(self, pair: &PairId) -> Self {
        self.with(KeyValue::new(PAIR, pair.as_str().to_owned()))
    }

    /// One side of it.
    #[must_use]
    pub fn side(self, side: Color) -> Self {
        self.word("teal.side", side.as_str())
    }

    /// A switch, by its operation.
    #[must_use]
    pub fn operation(self, operation: OperationId) -> Self {
        self.with(KeyValue::new("teal.operation", operation.to_string()))
    }

    /// A word of the program.
    #[must_use]
    pub fn word(self, key: &'static str, word: &'static str) -> Self {
        self.with(KeyValue::new(key, word))
    }

    /// A number.
    #[must_use]
    pub fn number(self, key: &'static str, number: impl TryInto<i64>) -> Self {
        self.with(KeyValue::new(key, number.try_into().unwrap_or(i64::MAX)))
    }

    /// An id that somebody's machine made, if it is short and plain.
    #[must_use]
    pub fn id(self, key: &'static str, id: Option<&str>) -> Self {
        let plain = |id: &&str| {
            (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        match id.filter(plain) {
            Some(id) => self.with(KeyValue::new(key, id.to_owned())),
            None => self,
        }
    }

    /// A call of AWS, as its SDK names service and operation.
    pub fn aws(service: &str, operation: &str) -> Self {
        Self::default()
            .word("rpc.system", "aws-api")
            .with(KeyValue::new("rpc.service", service.to_owned()))
            .with(KeyValue::new("rpc.method", operation.to_owned()))
    }

    /// A region of AWS.
    #[must_use]
    pub fn region(self, region: &str) -> Self {
        self.with(KeyValue::new("cloud.region", region.to_owned()))
    }

    /// A route, as the router has it: its parameters by their names.
    #[must_use]
    pub fn route(self, route: Option<&str>) -> Self {
        match route {
            Some(route) => self.with(KeyValue::new("http.route", route.to_owned())),
            None => self,
        }
    }

    /// Whether it says which pair it is about.
    pub(super) fn names_a_pair(&self) -> bool {
        self.0.iter().any(|said| said.key.as_str() == PAIR)
    }

    fn with(mut self, attribute: KeyValue) -> Self {
        self.0.push(attribute);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_is_more_than_an_id_is_not_said() {
        let said = |id: &str| About::nothing().id("id", Some(id)).0.len();
        assert_eq!(["4f1c-99", "ana@example.com", "a b", "", &"a".repeat(65)].map(said), [1, 0, 0, 0, 0]);
    }
}
