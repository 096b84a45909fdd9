//! How entries hold each other in place: each carries the hash of the one before.
//!
//! The hash is SHA-256 over a domain tag and every field as stored, each with its length in front, so that
//! no two different entries can be spelled alike. Whoever keeps a head (a number and a hash, printed to the
//! log at every switch) outside the store can prove that nothing before it was changed and nothing was cut
//! off the end.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};

/// A SHA-256 hash, in lower-case hexadecimal when shown.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// What the first entry names as the one before it.
    pub const GENESIS: Self = Self([0; 32]);

    /// The first 12 characters, for people to compare at a glance.
    pub fn short(self) -> String {
        self.to_string().chars().take(12).collect()
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text was not a hash.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a hash: 64 hexadecimal characters, as the log line of the journal's head prints them")]
pub struct NotAHash(String);

impl FromStr for Hash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Self, NotAHash> {
        let wrong = || NotAHash(text.chars().take(80).collect());
        // One hash, one text: a sign or capitals, which the parser takes, would be an edit that nobody sees.
        if text.len() != 64 || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(wrong());
        }
        let mut bytes = [0; 32];
        for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(&text[at..at + 2], 16).map_err(|_| wrong())?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// An entry exactly as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Its place, from 1.
    pub seq: u64,
    /// When it was written, in milliseconds.
    pub at: i64,
    /// The pair's id.
    pub pair: String,
    /// The actor's name.
    pub actor: String,
    /// The door the actor came in by.
    pub via: String,
    /// Whom the actor's name means, where an identity provider said so.
    pub subject: Option<String>,
    /// The body, as JSON text.
    pub body: String,
    /// The parameter that the entry is about, where it is about one: reconciliation rests on it.
    pub parameter: Option<String>,
    /// The hash of the entry before.
    pub prev: Hash,
    /// Its own hash.
    pub hash: Hash,
}

impl Sealed {
    /// What its hash should be.
    pub fn computed(&self) -> Hash {
        let mut sha = Sha256::new();
        // Entries from before subjects were kept, and those of actors without one, are spelled as they always were.
        sha.update(if self.subject.is_some() { b"teal journal entry v2" } else { b"teal journal entry v1" });
        let numbers = [self.seq.to_string(), self.at.to_string()];
        for field in [&numbers[0], &numbers[1], &self.pair, &self.actor, &self.via, &self.body] {
            sha.update((field.len() as u64).to_be_bytes());
            sha.update(field.as_bytes());
        }
        if let Some(subject) = &self.subject {
            sha.update((subject.len() as u64).to_be_bytes());
            sha.update(subject.as_bytes());
        }
        // No parameter and an empty one are two things.
        sha.update([u8::from(self.parameter.is_some())]);
        let parameter = self.parameter.as_deref().unwrap_or_default();
        sha.update((parameter.len() as u64).to_be_bytes());
        sha.update(parameter.as_bytes());
        sha.update(self.prev.0);
        Hash(sha.finalize().into())
    }

    /// Puts the right hash on.
    #[must_use]
    pub fn seal(mut self) -> Self {
        self.hash = self.computed();
        self
    }
}

/// The end of the chain: the latest entry's number and hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The latest entry; 0 for an empty journal.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
}

impl Head {
    /// The head of an empty journal.
    pub const EMPTY: Self = Self { seq: 0, hash: Hash::GENESIS };
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

impl FromStr for Head {
    type Err = NotAHash;

    /// Takes `seq:hash`, as the log line prints it.
    fn from_str(text: &str) -> Result<Self, NotAHash> {
        let wrong = || NotAHash(text.chars().take(80).collect());
        let (seq, hash) = text.split_once(':').ok_or_else(wrong)?;
        Ok(Self { seq: seq.parse().map_err(|_| wrong())?, hash: hash.parse()? })
    }
}

/// Where a chain is broken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Entries are missing, or out of order.
    #[error("entry {expected} is missing: entry {found} stands in its place (deleted or reordered rows)")]
    Missing {
        /// The number that should come.
        expected: u64,
        /// The number that came.
        found: u64,
    },
    /// An entry does not follow from the one before.
    #[error("entry {0} does not follow from the entry before it: one of the two was replaced")]
    Unlinked(u64),
    /// An entry was edited.
    #[error("entry {0} was edited: its content does not match its hash")]
    Edited(u64),
    /// The chain does not hold the head that was kept outside.
    #[error("the journal ends at entry {end}, before the head {seq} that you kept: entries were cut off the end")]
    Truncated {
        /// Where the journal ends.
        end: u64,
        /// The entry that was kept.
        seq: u64,
    },
    /// The chain holds another entry where the kept head was.
    #[error("entry {0} is not the one that you kept the hash of: the journal was rewritten")]
    Rewritten(u64),
}

/// Walks a chain from its first entry.
#[derive(Clone, Debug)]
pub struct Verifier {
    head: Head,
    kept: Option<Head>,
}

impl Verifier {
    /// A verifier; `kept` is a head that was kept outside the store.
    pub const fn new(kept: Option<Head>) -> Self {
        Self { head: Head::EMPTY, kept }
    }

    /// Takes the next entry.
    pub fn check(&mut self, entry: &Sealed) -> Result<(), Broken> {
        let expected = self.head.seq + 1;
        if entry.seq != expected {
            return Err(Broken::Missing { expected, found: entry.seq });
        }
        if entry.prev != self.head.hash {
            return Err(Broken::Unlinked(entry.seq));
        }
        if entry.computed() != entry.hash {
            return Err(Broken::Edited(entry.seq));
        }
        if self.kept.is_some_and(|kept| kept.seq == entry.seq && kept.hash != entry.hash) {
            return Err(Broken::Rewritten(entry.seq));
        }
        self.head = Head { seq: entry.seq, hash: entry.hash };
        Ok(())
    }

    /// After the last entry: the head, if the kept one was passed.
    pub const fn finish(self) -> Result<Head, Broken> {
        match self.kept {
            Some(kept) if kept.seq > self.head.seq => Err(Broken::Truncated { end: self.head.seq, seq: kept.seq }),
            _ => Ok(self.head),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chain_of(length: u64) -> Vec<Sealed> {
        let mut prev = Hash::GENESIS;
        (1..=length)
            .map(|seq| {
                let entry = Sealed {
                    seq,
                    at: 1000 + i64::try_from(seq).unwrap_or(0),
                    pair: "dev".into(),
                    actor: "ana".into(),
                    via: "page".into(),
                    subject: seq.is_multiple_of(2).then(|| format!("https://issuer.example#{seq}")),
                    body: format!("{{\"n\":{seq}}}"),
                    parameter: None,
                    prev,
                    hash: Hash::GENESIS,
                }
                .seal();
                prev = entry.hash;
                entry
            })
            .collect()
    }

    fn verify(entries: &[Sealed], kept: Option<Head>) -> Result<Head, Broken> {
        let mut verifier = Verifier::new(kept);
        entries.iter().try_for_each(|entry| verifier.check(entry))?;
        verifier.finish()
    }

    #[test]
    fn row_54_a_chain_cut_off_at_the_end_is_found_against_a_head_kept_outside() {
        let entries = chain_of(9);
        let kept = Head { seq: 9, hash: entries[8].hash };
        assert_eq!(verify(&entries, Some(kept)), Ok(kept));
        assert!(verify(&entries[..7], None).is_ok(), "without a head nobody can tell");
        assert_eq!(verify(&entries[..7], Some(kept)), Err(Broken::Truncated { end: 7, seq: 9 }));
    }

    #[test]
    fn a_chain_rewritten_from_the_start_is_found_against_a_head_kept_outside() {
        let kept = Head { seq: 3, hash: chain_of(3)[2].hash };
        let mut other = chain_of(3);
        other[0].actor = "eve".into();
        let mut prev = Hash::GENESIS;
        for entry in &mut other {
            entry.prev = prev;
            *entry = entry.clone().seal();
            prev = entry.hash;
        }
        assert!(verify(&other, None).is_ok());
        assert_eq!(verify(&other, Some(kept)), Err(Broken::Rewritten(3)));
    }

    proptest! {
        #[test]
        fn row_54_an_edited_entry_is_named(length in 1_u64..40, at in 0_usize..40, field in 0..7) {
            let mut entries = chain_of(length);
            let at = at % entries.len();
            let entry = &mut entries[at];
            match field {
                0 => entry.body.push(' '),
                1 => entry.actor = "eve".into(),
                2 => entry.at += 1,
                3 => entry.pair = "prod".into(),
                4 => entry.subject = Some("https://issuer.example#eve".into()),
                5 if entry.subject.is_some() => entry.subject = None,
                _ => entry.via = "cli".into(),
            }
            prop_assert_eq!(verify(&entries, None), Err(Broken::Edited(at as u64 + 1)));
        }

        #[test]
        fn row_54_a_deleted_entry_is_named(length in 2_u64..40, at in 0_usize..40) {
            let mut entries = chain_of(length);
            let at = at % (entries.len() - 1);
            entries.remove(at);
            prop_assert_eq!(verify(&entries, None), Err(Broken::Missing { expected: at as u64 + 1, found: at as u64 + 2 }));
        }

        #[test]
        fn row_54_reordered_entries_are_found(length in 2_u64..40, a in 0_usize..40, b in 0_usize..40) {
            let mut entries = chain_of(length);
            let (a, b) = (a % entries.len(), b % entries.len());
            prop_assume!(a != b);
            entries.swap(a, b);
            let first = a.min(b) as u64 + 1;
            let found = entries[a.min(b)].seq;
            prop_assert_eq!(verify(&entries, None), Err(Broken::Missing { expected: first, found }));
        }

        #[test]
        fn fields_cannot_be_shifted_into_each_other(pair in "[a-z]{0,6}", actor in "[a-z]{0,6}", cut in 0_usize..12) {
            let one = Sealed { seq: 1, at: 1, pair: pair.clone(), actor: actor.clone(), via: "page".into(), subject: None, body: "{}".into(), parameter: None, prev: Hash::GENESIS, hash: Hash::GENESIS };
            let joined = format!("{pair}{actor}");
            let cut = cut.min(joined.len());
            let two = Sealed { pair: joined[..cut].into(), actor: joined[cut..].into(), ..one.clone() };
            prop_assert_eq!(one.computed() == two.computed(), one.pair == two.pair);
        }
    }
}
