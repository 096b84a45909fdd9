//! Who acted, and by which door they came in.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Who did something that the journal records.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Actor {
    /// The name under which the identity provider (or the operating system) knows them.
    pub name: String,
    /// The door they came in by.
    pub via: Via,
}

/// The door by which somebody came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// A page in a browser.
    Page,
    /// The command line.
    Cli,
    /// A script that came with an access token.
    Api,
    /// Teal itself, while bringing the journal into line with the flag.
    Teal,
    /// Somebody who wrote to the parameter past Teal.
    Outside,
}

impl Actor {
    /// Somebody at a page.
    pub fn page(name: impl Into<String>) -> Self {
        Self { name: name.into(), via: Via::Page }
    }

    /// Somebody at the command line.
    pub fn cli(name: impl Into<String>) -> Self {
        Self { name: name.into(), via: Via::Cli }
    }

    /// A script.
    pub fn api(name: impl Into<String>) -> Self {
        Self { name: name.into(), via: Via::Api }
    }

    /// Teal itself.
    pub fn teal() -> Self {
        Self { name: "teal".into(), via: Via::Teal }
    }

    /// Somebody who wrote past Teal: the parameter's `LastModifiedUser`, where AWS says.
    pub fn outside(user: Option<&str>) -> Self {
        Self { name: user.unwrap_or("unknown").to_owned(), via: Via::Outside }
    }
}

impl Via {
    /// The word that the journal's column holds.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Cli => "cli",
            Self::Api => "api",
            Self::Teal => "teal",
            Self::Outside => "outside",
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
