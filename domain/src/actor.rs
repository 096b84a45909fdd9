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
    /// Whom the name means, where an identity provider says so: names change hands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
}

/// Somebody at an identity provider: its issuer and their subject there, which never pass to somebody else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Subject(String);

impl Subject {
    /// The subject of an issuer. An issuer is an address without a fragment, so the two cannot run into each other.
    pub fn new(issuer: &str, subject: &str) -> Self {
        Self(format!("{issuer}#{subject}"))
    }

    /// As the journal kept it.
    pub fn kept(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// For the journal.
    pub fn as_str(&self) -> &str {
        &self.0
    }
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
        Self { name: name.into(), via: Via::Page, subject: None }
    }

    /// Somebody at the command line.
    pub fn cli(name: impl Into<String>) -> Self {
        Self { name: name.into(), via: Via::Cli, subject: None }
    }

    /// A script.
    pub fn api(name: impl Into<String>) -> Self {
        Self { name: name.into(), via: Via::Api, subject: None }
    }

    /// Teal itself.
    pub fn teal() -> Self {
        Self { name: "teal".into(), via: Via::Teal, subject: None }
    }

    /// Somebody who wrote past Teal: the parameter's `LastModifiedUser`, where AWS says.
    pub fn outside(user: Option<&str>) -> Self {
        Self { name: user.unwrap_or("unknown").to_owned(), via: Via::Outside, subject: None }
    }

    /// The same, known to an identity provider as this.
    #[must_use]
    pub fn known_as(mut self, subject: Subject) -> Self {
        self.subject = Some(subject);
        self
    }

    /// Whether the two are surely one person: by subject, or, where nobody has one, by name at one door.
    pub fn is(&self, other: &Self) -> bool {
        match (&self.subject, &other.subject) {
            (Some(one), Some(two)) => one == two,
            (None, None) => self.name == other.name && self.via == other.via,
            _ => false,
        }
    }

    /// Whether somebody goes by a name, however it is written.
    pub fn goes_by(&self, name: &str) -> bool {
        self.name.trim().eq_ignore_ascii_case(name.trim())
    }

    /// Whether the two may be one person: whoever approves must surely be somebody else. One name may stand for
    /// one person at two doors, so it is enough; and a subject is one person whatever name it goes by.
    pub fn may_be(&self, other: &Self) -> bool {
        self.goes_by(&other.name) || self.subject.is_some() && self.subject == other.subject
    }
}

impl Via {
    const ALL: [Self; 5] = [Self::Page, Self::Cli, Self::Api, Self::Teal, Self::Outside];

    /// Reads the word of the journal's column.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|via| via.as_str() == word)
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_30_a_person_is_the_same_under_another_name_and_the_same_name_is_not_taken_for_another() {
        let at =
            |name: &str, subject: &str| Actor::page(name).known_as(Subject::new("https://issuer.example", subject));
        assert!(at("ana", "1").may_be(&at("ana maria", "1")), "renamed");
        assert!(at("ana", "1").may_be(&Actor::cli("Ana ")), "at another door");
        assert!(at("ana", "1").may_be(&at("ana", "2")), "better one person too few than an approval of one's own");
        assert!(!at("ana", "1").may_be(&at("ben", "2")));
        assert!(!Actor::page("ana").may_be(&Actor::page("ben")), "two without a subject are not one for that");
    }

    #[test]
    fn an_actor_without_a_subject_is_written_as_before() {
        let text = serde_json::to_string(&Actor::page("ana")).expect("text");
        assert_eq!(text, r#"{"name":"ana","via":"page"}"#);
        assert_eq!(serde_json::from_str::<Actor>(&text).expect("an actor"), Actor::page("ana"));
    }
}
