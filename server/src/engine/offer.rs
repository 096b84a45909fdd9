//! The confirmation: sealed, so that it can go through a page and come back as it was.
//!
//! Nothing is stored for it. The seal (HMAC-SHA-256 under a key that all instances share) binds it to the
//! person, the pair, the target, the base version and the moment. It carries the operation id, so that a
//! confirmation sent twice is one operation.

use crate::hex;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use teal_domain::{Actor, Base, Color, FlagVersion, OperationId, PairId, Timestamp, switch::Plan};

/// What a confirmation is bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// The operation that it becomes.
    pub operation: OperationId,
    /// The side to make live.
    pub target: Color,
    /// What the person saw.
    pub base: Base,
    /// What the flag said then, if it named a side.
    pub from: Option<Color>,
    /// When it was offered.
    pub offered_at: Timestamp,
    /// The digest of the checks as they were shown.
    pub preflight: String,
    /// The names of the checks that blocked then: only these can be overridden.
    pub blocked: Vec<String>,
}

/// What is wrong with a confirmation that came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotConfirmed {
    /// Two minutes are over.
    #[error("This confirmation has run out: what you saw is more than two minutes old. Look again, then confirm.")]
    Expired,
    /// The seal does not fit.
    #[error("This confirmation was made for somebody or something else, or was changed. Open the switch page again.")]
    Forged,
}

impl Confirmation {
    /// Until when it is good.
    pub fn expires_at(&self) -> Timestamp {
        self.offered_at + Plan::CONFIRMATION_LIVES
    }

    /// Seals it for a person and a pair.
    pub fn seal(&self, key: &[u8; 32], who: &Actor, pair: &PairId) -> String {
        let text = self.text();
        let mac = hex::encode(&mac(key, who, pair, &text).finalize().into_bytes());
        format!("{text}.{mac}")
    }

    /// Opens a sealed one, for the person and the pair that it must have been made for.
    pub fn open(
        sealed: &str,
        key: &[u8; 32],
        who: &Actor,
        pair: &PairId,
        now: Timestamp,
    ) -> Result<Self, NotConfirmed> {
        let confirmation = Self::read(sealed, key, who, pair).ok_or(NotConfirmed::Forged)?;
        // A clock that was set back must not lengthen it either.
        let fresh =
            now <= confirmation.expires_at() && confirmation.offered_at <= now + teal_domain::Millis::from_secs(5);
        if fresh { Ok(confirmation) } else { Err(NotConfirmed::Expired) }
    }

    /// What a sealed one says, whatever the time, if the seal is that of the person and the pair.
    pub fn read(sealed: &str, key: &[u8; 32], who: &Actor, pair: &PairId) -> Option<Self> {
        let (text, seal) = sealed.rsplit_once('.')?;
        mac(key, who, pair, text).verify_slice(&hex::decode(seal)?).ok()?;
        Self::parse(text)
    }

    fn text(&self) -> String {
        let (version, modified) = match self.base {
            Base::Missing => ("missing".to_owned(), String::new()),
            Base::Version { version, modified_at } => {
                (version.to_string(), modified_at.map(|at| at.0.to_string()).unwrap_or_default())
            }
        };
        let from = self.from.map_or("", Color::as_str);
        format!(
            "{}.{}.{version}.{modified}.{from}.{}.{}.{}",
            self.operation,
            self.target,
            self.offered_at.0,
            self.preflight,
            self.blocked.join("+")
        )
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let mut next = || parts.next();
        let (operation, target) = (next()?.parse().ok()?, next()?.parse().ok()?);
        let (version, modified) = (next()?, next()?);
        let base = match version {
            "missing" => Base::Missing,
            number => Base::Version {
                version: FlagVersion(number.parse().ok()?),
                modified_at: if modified.is_empty() { None } else { Some(Timestamp(modified.parse().ok()?)) },
            },
        };
        let from = match next()? {
            "" => None,
            color => Some(color.parse().ok()?),
        };
        Some(Self {
            operation,
            target,
            base,
            from,
            offered_at: Timestamp(next()?.parse().ok()?),
            preflight: next()?.to_owned(),
            // One of an older instance has none.
            blocked: next().unwrap_or_default().split('+').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        })
    }
}

fn mac(key: &[u8; 32], who: &Actor, pair: &PairId, text: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    // An actor without a subject and one with an empty one are two people.
    let subject = who.subject.as_ref().map_or_else(String::new, |subject| format!("#{}", subject.as_str()));
    for field in [who.name.as_str(), &subject, pair.as_str(), text] {
        mac.update(&(field.len() as u64).to_be_bytes());
        mac.update(field.as_bytes());
    }
    mac
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use teal_domain::Subject;

    const KEY: [u8; 32] = [7; 32];

    fn confirmation() -> Confirmation {
        Confirmation {
            operation: OperationId::new(Timestamp(1_000), 5),
            target: Color::Green,
            base: Base::Version { version: FlagVersion(31), modified_at: Some(Timestamp(900)) },
            from: Some(Color::Blue),
            offered_at: Timestamp(1_000),
            preflight: "ab12".into(),
            blocked: vec!["freeze".into(), "anti-flap".into()],
        }
    }

    fn pair() -> PairId {
        "dev".parse().expect("a pair")
    }

    #[test]
    fn row_37_a_confirmation_is_good_for_its_person_pair_and_two_minutes_only() {
        let ana = Actor::page("ana");
        let sealed = confirmation().seal(&KEY, &ana, &pair());
        let open = |who: &Actor, pair: &PairId, now| Confirmation::open(&sealed, &KEY, who, pair, Timestamp(now));
        assert_eq!(open(&ana, &pair(), 121_000), Ok(confirmation()));
        assert_eq!(open(&ana, &pair(), 121_001), Err(NotConfirmed::Expired));
        assert_eq!(open(&ana, &pair(), -60_000), Err(NotConfirmed::Expired), "a clock set back");
        assert_eq!(open(&Actor::page("ben"), &pair(), 1_000), Err(NotConfirmed::Forged));
        let another = Actor::page("ana").known_as(Subject::new("https://issuer.example", "2"));
        assert_eq!(open(&another, &pair(), 1_000), Err(NotConfirmed::Forged), "who took over the name");
        assert_eq!(open(&ana, &"prod".parse().expect("a pair"), 1_000), Err(NotConfirmed::Forged));
        assert_eq!(Confirmation::open(&sealed, &[8; 32], &ana, &pair(), Timestamp(1_000)), Err(NotConfirmed::Forged));
    }

    #[test]
    fn a_confirmation_of_a_missing_flag_survives_the_round_trip() {
        let missing = Confirmation { base: Base::Missing, from: None, ..confirmation() };
        let sealed = missing.seal(&KEY, &Actor::page("ana"), &pair());
        assert_eq!(Confirmation::open(&sealed, &KEY, &Actor::page("ana"), &pair(), Timestamp(1_000)), Ok(missing));
    }

    proptest! {
        #[test]
        fn row_37_a_confirmation_changed_in_any_byte_is_refused(at in 0_usize..200, to in any::<u8>()) {
            let sealed = confirmation().seal(&KEY, &Actor::page("ana"), &pair());
            let mut bytes = sealed.clone().into_bytes();
            let at = at % bytes.len();
            bytes[at] = to;
            let Ok(changed) = String::from_utf8(bytes) else { return Ok(()) };
            prop_assume!(!changed.eq_ignore_ascii_case(&sealed));
            prop_assert_eq!(Confirmation::open(&changed, &KEY, &Actor::page("ana"), &pair(), Timestamp(1_000)), Err(NotConfirmed::Forged));
        }
    }
}
