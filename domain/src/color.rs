//! The two sides of a pair.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use std::{fmt, str::FromStr};

/// One side of a pair, and the only two values that the flag may hold by our hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Color {
    /// The blue environment.
    Blue,
    /// The green environment.
    Green,
}

impl Color {
    /// Both sides, in the order in which pages list them.
    pub const BOTH: [Self; 2] = [Self::Blue, Self::Green];

    /// The side across.
    pub const fn other(self) -> Self {
        match self {
            Self::Blue => Self::Green,
            Self::Green => Self::Blue,
        }
    }

    /// The word as the flag holds it: `blue` or `green`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blue => "blue",
            Self::Green => "green",
        }
    }

    /// The word as a page says it: `Blue` or `Green`.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Blue => "Blue",
            Self::Green => "Green",
        }
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text was neither `blue` nor `green`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a colour is `blue` or `green`, not `{0}`")]
pub struct NotAColor(pub String);

impl FromStr for Color {
    type Err = NotAColor;

    /// Exactly `blue` or `green`: DAGs compare the value literally, so ` Green` is not a colour.
    fn from_str(text: &str) -> Result<Self, NotAColor> {
        match text {
            "blue" => Ok(Self::Blue),
            "green" => Ok(Self::Green),
            other => Err(NotAColor(other.chars().take(40).collect())),
        }
    }
}

/// The word and nothing else: by itself serde would also take `{"green": null}` for one.
impl<'de> Deserialize<'de> for Color {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_two_exact_words_are_colours() {
        assert_eq!("blue".parse(), Ok(Color::Blue));
        assert_eq!("green".parse(), Ok(Color::Green));
        for wrong in ["Blue", " green", "green ", "", "purple", "blue\n"] {
            assert!(wrong.parse::<Color>().is_err(), "{wrong:?} passed for a colour");
        }
    }

    #[test]
    fn the_other_side_of_the_other_side_is_this_side() {
        for color in Color::BOTH {
            assert_ne!(color.other(), color);
            assert_eq!(color.other().other(), color);
        }
    }

    /// What looks like a colour, and anything else.
    fn words() -> impl Strategy<Value = String> {
        let near = ("(?i)(blue|green|b|gr[e\u{454}]{2}n)", "[ \\t\n\0/@;]{0,2}", any::<bool>());
        let near = near.prop_map(|(word, more, first)| if first { more + &word } else { word + &more });
        prop_oneof![near, any::<String>(), "(blue|green)".prop_map(String::from)]
    }

    proptest! {
        #[test]
        fn row_38_nothing_but_the_two_words_to_the_letter_is_a_colour(word in words()) {
            let expected = Color::BOTH.into_iter().find(|color| color.as_str() == word);
            prop_assert_eq!(word.parse().ok(), expected);
            let json = serde_json::Value::String(word.clone());
            prop_assert_eq!(serde_json::from_value(json).ok(), expected);
            let wrapped = serde_json::json!({ &word: null });
            prop_assert!(serde_json::from_value::<Color>(wrapped).is_err());
            if let Some(color) = expected {
                prop_assert_eq!((color.to_string(), serde_json::json!(color)), (word.clone(), word.into()));
            }
        }
    }
}
