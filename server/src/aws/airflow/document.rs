//! JSON, as the SDK has it and as everybody else has it.

use std::collections::HashMap;

use aws_smithy_types::{Document, Number};
use serde_json::Value;

/// JSON for the SDK.
pub(super) fn document(value: Value) -> Document {
    match value {
        Value::Null => Document::Null,
        Value::Bool(yes) => Document::Bool(yes),
        Value::Number(number) => Document::Number(match (number.as_u64(), number.as_i64()) {
            (Some(whole), _) => Number::PosInt(whole),
            (None, Some(whole)) => Number::NegInt(whole),
            (None, None) => Number::Float(number.as_f64().unwrap_or_default()),
        }),
        Value::String(text) => Document::String(text),
        Value::Array(items) => Document::Array(items.into_iter().map(document).collect()),
        Value::Object(fields) => {
            Document::Object(fields.into_iter().map(|(name, value)| (name, document(value))).collect::<HashMap<_, _>>())
        }
    }
}

/// JSON from the SDK.
pub(super) fn value(document: Document) -> Value {
    match document {
        Document::Null => Value::Null,
        Document::Bool(yes) => Value::Bool(yes),
        Document::Number(Number::PosInt(whole)) => whole.into(),
        Document::Number(Number::NegInt(whole)) => whole.into(),
        Document::Number(Number::Float(number)) => number.into(),
        Document::String(text) => Value::String(text),
        Document::Array(items) => Value::Array(items.into_iter().map(value).collect()),
        Document::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, document)| (name, value(document))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_survives_the_round_trip() {
        let json = json!({"a": [1, -2, 2.5, null, true, "ö"], "b": {"c": {}}});
        assert_eq!(value(document(json.clone())), json);
    }
}
