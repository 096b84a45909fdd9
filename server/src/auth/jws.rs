//! Signed tokens in their compact form (RFC 7515): header, claims and signature with dots between. What is read here
//! is not believed yet.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use teal_domain::Timestamp;

/// A header field of a request that is longer is no token of anybody's.
const LONGEST: usize = 16 * 1024;

/// A token.
#[derive(Debug)]
pub(super) struct Signed<'t> {
    /// How it is signed, and with which key.
    pub header: Fields,
    /// What it says.
    pub claims: Fields,
    /// What the signature is over: the token's own text, never one that was written anew.
    pub text: &'t str,
    /// The signature.
    pub signature: Vec<u8>,
}

/// The fields of header or claims.
#[derive(Clone, Debug)]
pub(super) struct Fields(Map<String, Value>);

impl<'t> Signed<'t> {
    /// Reads one. Load balancers leave the padding of base64 in, everybody else leaves it out.
    ///
    /// # Errors
    /// It is no signed token.
    pub fn read(token: &'t str) -> Result<Self, String> {
        if token.len() > LONGEST {
            return Err("it is too long".into());
        }
        let parts: Vec<&str> = token.split('.').collect();
        let [header, claims, signature] = parts[..] else {
            return Err(format!("it has {} parts instead of three", parts.len()));
        };
        let header = Fields::read(header)?;
        // An extension that must be understood, and is not.
        if header.0.contains_key("crit") {
            return Err("it asks for an extension".into());
        }
        let claims = Fields::read(claims)?;
        let text = &token[..token.len() - signature.len() - 1];
        Ok(Self { header, claims, text, signature: decode(signature)? })
    }
}

impl Fields {
    fn read(part: &str) -> Result<Self, String> {
        serde_json::from_slice(&decode(part)?).map(Self).map_err(|error| format!("a part of it is no JSON: {error}"))
    }

    /// A text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// A moment, in whole seconds since 1970.
    pub fn moment(&self, name: &str) -> Option<Timestamp> {
        self.0.get(name).and_then(Value::as_i64).and_then(|seconds| seconds.checked_mul(1000)).map(Timestamp)
    }

    /// Whatever it is.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A list of words, or a text of them.
    pub fn words(&self, name: &str) -> Vec<String> {
        match self.0.get(name) {
            Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Some(Value::String(words)) => {
                words.split([',', ' ']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
            }
            _ => Vec::new(),
        }
    }
}

fn decode(part: &str) -> Result<Vec<u8>, String> {
    let bare = part.strip_suffix("==").or_else(|| part.strip_suffix('=')).unwrap_or(part);
    URL_SAFE_NO_PAD.decode(bare).map_err(|error| format!("a part of it is no base64: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::URL_SAFE;
    use proptest::prelude::*;

    fn encoded(text: &str) -> String {
        URL_SAFE_NO_PAD.encode(text)
    }

    #[test]
    fn a_token_is_read_with_and_without_padding_and_its_own_text_is_kept() {
        for engine in [URL_SAFE, URL_SAFE_NO_PAD] {
            let [header, claims, signature] =
                [r#"{"alg":"ES256" }"#, r#"{"exp":7}"#, "s"].map(|part| engine.encode(part));
            let token = format!("{header}.{claims}.{signature}");
            let signed = Signed::read(&token).expect("a token");
            assert_eq!(signed.header.text("alg"), Some("ES256"));
            assert_eq!(signed.claims.moment("exp"), Some(Timestamp(7000)));
            assert_eq!(signed.signature, b"s");
            assert_eq!(signed.text, format!("{header}.{claims}"));
        }
    }

    #[test]
    fn row_28_what_is_no_signed_token_or_asks_for_more_is_not_read() {
        let (header, claims) = (encoded(r#"{"alg":"RS256"}"#), encoded("{}"));
        let with_crit = encoded(r#"{"alg":"RS256","crit":["exp"]}"#);
        for wrong in [
            String::new(),
            "...".into(),
            format!("{header}.{claims}"),
            format!("{header}.{claims}.AA.AA.AA"),
            format!("{with_crit}.{claims}.AA"),
            format!("{}.{claims}.AA", encoded("[]")),
            format!("{header}.{}.AA", encoded("\"text\"")),
            format!("{header}.{claims}.A+/A"),
            format!("{header}.{claims}.{}", "A".repeat(LONGEST)),
        ] {
            assert!(Signed::read(&wrong).is_err(), "{wrong:.60}");
        }
    }

    #[test]
    fn words_come_as_a_list_or_as_a_text() {
        let signed = format!("{}.{}.AA", encoded("{}"), encoded(r#"{"a":["x y","z",1],"b":"x, y z","c":3}"#));
        let claims = Signed::read(&signed).expect("a token").claims;
        assert_eq!(claims.words("a"), ["x y", "z"]);
        assert_eq!(claims.words("b"), ["x", "y", "z"]);
        assert!(claims.words("c").is_empty() && claims.words("d").is_empty());
    }

    proptest! {
        #[test]
        fn row_28_no_text_makes_it_panic(token in "\\PC{0,80}|[A-Za-z0-9_=.-]{0,120}") {
            drop(Signed::read(&token));
        }
    }
}
