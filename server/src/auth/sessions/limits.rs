//! How long sessions live, and when they are about to end.

use teal_app::desk::Ending;
use teal_domain::{Millis, Timestamp};

use crate::store::sessions::Session;

/// So long before its end a session is said to be about to end.
const IN_ADVANCE: Millis = Millis::from_secs(300);

/// How long sessions live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Without being used.
    pub idle: Millis,
    /// At most.
    pub lasts: Millis,
    /// Between two times that the provider is asked.
    pub refresh: Millis,
    /// While the provider cannot be asked.
    pub outage: Millis,
    /// How old somebody's proof of who they are may be to switch; `None`: as old as the session.
    pub step_up: Option<Millis>,
}

impl Limits {
    /// The end of a session, if it is near. Of two ends the first one counts.
    pub(super) fn ending(&self, session: &Session, now: Timestamp) -> Option<Ending> {
        // Where sessions are short, one that was used a moment ago is not about to end.
        let near = |end: Timestamp, span: Millis| end.0 - now.0 <= IN_ADVANCE.as_i64().min(span.as_i64() / 2);
        let (unused, in_any_case) = (session.seen_at + self.idle, session.created_at + self.lasts);
        if unused < in_any_case && near(unused, self.idle) {
            return Some(Ending::Unused(unused));
        }
        near(in_any_case, self.lasts).then_some(Ending::InAnyCase(in_any_case))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    /// The end of a session that began and was used so many minutes ago.
    fn ending(idle: u64, lasts: u64, began: i64, used: i64) -> Option<Ending> {
        let span = |minutes| Millis::from_secs(minutes * 60);
        let limits = Limits { idle: span(idle), lasts: span(lasts), refresh: span(5), outage: span(60), step_up: None };
        let at = |ago: i64| Timestamp(1_000 * MINUTE - ago * MINUTE);
        let session = Session {
            id: String::new(),
            handle: String::new(),
            issuer: String::new(),
            subject: String::new(),
            name: String::new(),
            groups: Vec::new(),
            authenticated_at: at(began),
            created_at: at(began),
            seen_at: at(used),
            vouched_at: at(used),
            away_since: None,
            refresh: None,
        };
        limits.ending(&session, at(0))
    }

    fn in_minutes(minutes: i64) -> Timestamp {
        Timestamp((1_000 + minutes) * MINUTE)
    }

    #[test]
    fn an_end_is_told_five_minutes_before() {
        assert_eq!(ending(60, 720, 100, 54), None);
        assert_eq!(ending(60, 720, 100, 55), Some(Ending::Unused(in_minutes(5))));
        assert_eq!(ending(60, 720, 714, 0), None);
        assert_eq!(ending(60, 720, 715, 0), Some(Ending::InAnyCase(in_minutes(5))));
    }

    #[test]
    fn of_two_ends_the_first_is_told() {
        assert_eq!(ending(60, 720, 716, 57), Some(Ending::Unused(in_minutes(3))));
        assert_eq!(ending(60, 720, 718, 57), Some(Ending::InAnyCase(in_minutes(2))));
    }

    #[test]
    fn a_short_session_that_was_just_used_is_not_about_to_end() {
        assert_eq!(ending(5, 720, 100, 1), None, "its use is noted to the minute");
        assert_eq!(ending(5, 720, 100, 3), Some(Ending::Unused(in_minutes(2))));
        assert_eq!(ending(60, 15, 1, 1), None);
    }
}
