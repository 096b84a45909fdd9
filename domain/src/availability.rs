//! For how much of a month the live side and the lineage service were up, worked out from what was observed.
//!
//! What nobody observed is neither up nor down. What counts as up is in `observed`; how observations become spans is the
//! store's business.

mod observed;
#[cfg(test)]
mod tests;

pub use crate::time::Month;
pub use observed::{Fresh, Observation, observe};

use crate::{Color, Millis, Timestamp};

/// What is observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// Which side the flag makes live.
    Flag,
    /// A side.
    Side(Color),
    /// The lineage service.
    Lineage,
}

impl Subject {
    const ALL: [Self; 4] = [Self::Flag, Self::Side(Color::Blue), Self::Side(Color::Green), Self::Lineage];

    /// The word in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Side(color) => color.as_str(),
            Self::Lineage => "lineage",
        }
    }

    /// Parses the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|subject| subject.as_str() == word)
    }
}

/// What was observed of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// The flag makes this side live.
    Live(Color),
    /// It is up. Of the flag this is never said.
    Up,
    /// It is down; of the flag, that it makes neither side live.
    Down,
}

impl State {
    const ALL: [Self; 4] = [Self::Live(Color::Blue), Self::Live(Color::Green), Self::Up, Self::Down];

    /// The word in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live(color) => color.as_str(),
            Self::Up => "up",
            Self::Down => "down",
        }
    }

    /// Parses the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// A time for which the same was observed, without a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Of what.
    pub subject: Subject,
    /// What.
    pub state: State,
    /// Why it was down, as a sentence; empty where it was not.
    pub why: String,
    /// From when.
    pub from: Timestamp,
    /// Until when, exclusive.
    pub to: Timestamp,
}

/// What a month comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Availability {
    /// Which month.
    pub month: Month,
    /// Whichever side was live.
    pub live: Account,
    /// The lineage service.
    pub lineage: Account,
}

impl Availability {
    /// Counts a month up.
    pub fn of(seen: &[Seen], month: Month, now: Timestamp) -> Self {
        Self { month, live: live(seen, month, now), lineage: lineage(seen, month, now) }
    }
}

/// A month, counted up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Where the counting begins.
    pub from: Timestamp,
    /// Where it ends: with the month, or now.
    pub to: Timestamp,
    /// For how long it was up.
    pub up: Millis,
    /// For how long it was down.
    pub down: Millis,
    /// The times when it was down, the oldest first.
    pub incidents: Vec<Incident>,
}

impl Account {
    /// For how long nobody can tell.
    pub const fn unobserved(&self) -> Millis {
        Millis(self.to.since(self.from).0.saturating_sub(self.up.0).saturating_sub(self.down.0))
    }

    /// How much of the observed time it was up, in hundredths of a per cent, rounded down: a minute that was lost never
    /// rounds away.
    pub fn hundredths(&self) -> Option<u64> {
        let observed = self.up.0 + self.down.0;
        (observed > 0).then(|| u64::try_from(u128::from(self.up.0) * 10_000 / u128::from(observed)).unwrap_or_default())
    }
}

/// A time when it was down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// From when.
    pub from: Timestamp,
    /// Until when; the last one may go on.
    pub to: Timestamp,
    /// The side that was live, where one was.
    pub side: Option<Color>,
    /// Why, by what was seen first.
    pub why: String,
}

impl Incident {
    /// How much was lost.
    pub const fn lost(&self) -> Millis {
        self.to.since(self.from)
    }
}

/// The account of whichever side was live.
pub fn live(seen: &[Seen], month: Month, now: Timestamp) -> Account {
    let mut counting = Counting::new(month, now);
    for flag in of(seen, Subject::Flag) {
        let Some((from, to)) = counting.rest_of(flag) else { continue };
        match flag.state {
            State::Live(color) => {
                for side in of(seen, Subject::Side(color)) {
                    let clipped = (side.from.max(from), side.to.min(to));
                    counting.take(clipped, side.state, Some(color), &side.why);
                }
            }
            State::Up | State::Down => counting.take((from, to), State::Down, None, &flag.why),
        }
        counting.until = counting.until.max(to);
    }
    counting.account
}

/// The account of the lineage service.
pub fn lineage(seen: &[Seen], month: Month, now: Timestamp) -> Account {
    let mut counting = Counting::new(month, now);
    for seen in of(seen, Subject::Lineage) {
        if let Some(rest) = counting.rest_of(seen) {
            counting.take(rest, seen.state, None, &seen.why);
        }
    }
    counting.account
}

/// What was seen of a subject, the oldest first.
fn of(seen: &[Seen], subject: Subject) -> Vec<&Seen> {
    let mut of: Vec<&Seen> = seen.iter().filter(|seen| seen.subject == subject).collect();
    of.sort_by_key(|seen| (seen.from, seen.to));
    of
}

/// Counting, from the beginning of a month on. No moment is counted twice, whatever overlaps.
struct Counting {
    account: Account,
    until: Timestamp,
}

impl Counting {
    fn new(month: Month, now: Timestamp) -> Self {
        let from = month.begins();
        let to = month.ends().min(now).max(from);
        let account = Account { from, to, up: Millis(0), down: Millis(0), incidents: Vec::new() };
        Self { account, until: from }
    }

    /// What of a span lies in the month and was not counted yet.
    fn rest_of(&self, seen: &Seen) -> Option<(Timestamp, Timestamp)> {
        let (from, to) = (seen.from.max(self.until), seen.to.min(self.account.to));
        (from < to).then_some((from, to))
    }

    fn take(&mut self, (from, to): (Timestamp, Timestamp), state: State, side: Option<Color>, why: &str) {
        let (from, to) = (from.max(self.until), to.min(self.account.to));
        if from >= to {
            return;
        }
        self.until = to;
        if state != State::Down {
            self.account.up.0 += to.since(from).0;
            return;
        }
        self.account.down.0 += to.since(from).0;
        // What follows without a break is the same incident, whatever the reason has become.
        match self.account.incidents.last_mut() {
            Some(last) if last.to == from && last.side == side => last.to = to,
            _ => self.account.incidents.push(Incident { from, to, side, why: why.to_owned() }),
        }
    }
}
