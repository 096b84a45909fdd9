//! Durations: how they are written, and how short and how long each may be.

use std::time::Duration;

use jiff::SignedDuration;

use super::mistake::{Wrong, quoted};

/// How short and how long one setting may be, and why.
#[derive(Debug)]
pub(super) struct Bounds {
    pub key: &'static str,
    pub default: Duration,
    pub least: Duration,
    pub why_least: &'static str,
    pub most: Duration,
    pub why_most: &'static str,
}

/// `polling.flag`
pub(super) const FLAG: Bounds = Bounds {
    key: "polling.flag",
    default: Duration::from_secs(2),
    least: Duration::from_millis(500),
    why_least: "Parameter Store answers 40 reads a second per account and region, the DAGs' own included",
    most: Duration::from_mins(5),
    why_most: "a switch made elsewhere would stay unseen that long",
};

/// `polling.environments`
pub(super) const ENVIRONMENTS: Bounds = Bounds {
    key: "polling.environments",
    default: Duration::from_secs(30),
    least: Duration::from_secs(5),
    why_least: "an environment takes minutes to change",
    most: Duration::from_hours(1),
    why_most: "a switch would be judged by a state that old",
};

/// `polling.surroundings`
pub(super) const SURROUNDINGS: Bounds = Bounds {
    key: "polling.surroundings",
    default: Duration::from_mins(1),
    least: Duration::from_secs(15),
    why_least: "each Airflow lists its DAGs and its tasks every time, beside its own work",
    most: Duration::from_mins(30),
    why_most: "pages would show what surrounds the flag as it was that long ago",
};

/// `polling.request_timeout`
pub(super) const REQUEST: Bounds = Bounds {
    key: "polling.request_timeout",
    default: Duration::from_secs(5),
    least: Duration::from_millis(500),
    why_least: "a healthy answer over a slow line takes that long",
    most: Duration::from_mins(1),
    why_most: "a request that hangs would hold up all that wait for it",
};

/// `grace`
pub(super) const GRACE: Bounds = Bounds {
    key: "grace",
    default: Duration::from_mins(10),
    least: Duration::from_mins(5),
    why_least: "a signed request lives 5 minutes, and until then one without an answer may still land",
    most: Duration::from_hours(24),
    why_most: "other switches of the pair wait that long after one without an answer",
};

/// `sign_in.idle`
pub(super) const IDLE: Bounds = Bounds {
    key: "sign_in.idle",
    default: Duration::from_hours(1),
    least: Duration::from_mins(5),
    why_least: "people read a page for that long",
    most: Duration::from_hours(24),
    why_most: "whoever finds a screen unlocked the next day could switch",
};

/// `sign_in.lasts`
pub(super) const LASTS: Bounds = Bounds {
    key: "sign_in.lasts",
    default: Duration::from_hours(12),
    least: Duration::from_mins(15),
    why_least: "people would sign in all day",
    most: Duration::from_hours(7 * 24),
    why_most: "a stolen cookie would be good for that long",
};

/// `sign_in.refresh`
pub(super) const REFRESH: Bounds = Bounds {
    key: "sign_in.refresh",
    default: Duration::from_mins(5),
    least: Duration::from_secs(10),
    why_least: "the provider would be asked at every click",
    most: Duration::from_hours(24),
    why_most: "somebody who was disabled there stays in for that long",
};

/// `sign_in.step_up`; without it no switch asks for a younger sign-in.
pub(super) const STEP_UP: Bounds = Bounds {
    key: "sign_in.step_up",
    default: Duration::from_mins(10),
    least: Duration::from_mins(1),
    why_least: "the way to the provider and back takes that long",
    most: Duration::from_hours(24),
    why_most: "it would ask nobody",
};

/// `sign_in.outage`
pub(super) const OUTAGE: Bounds = Bounds {
    key: "sign_in.outage",
    default: Duration::from_hours(1),
    least: Duration::from_secs(1),
    why_least: "a request that fails once is no outage",
    most: Duration::from_hours(24),
    why_most: "nobody knows meanwhile who was disabled",
};

/// `pair.policy.approval_lives`
pub(super) const APPROVAL: Bounds = Bounds {
    key: "pair.policy.approval_lives",
    default: Duration::from_hours(4),
    least: Duration::from_secs(60),
    why_least: "an approver has to read it first",
    most: Duration::from_hours(168),
    why_most: "what was approved a week ago is forgotten",
};

/// `pair.policy.anti_flap`; without it nobody waits.
pub(super) const ANTI_FLAP: Bounds = Bounds {
    key: "pair.policy.anti_flap",
    default: Duration::from_mins(30),
    least: Duration::from_mins(1),
    why_least: "a switch alone takes seconds",
    most: Duration::from_hours(168),
    why_most: "a pair that nobody may switch for longer wants a freeze",
};

/// `pair.policy.proven_within`
pub(super) const PROVEN: Bounds = Bounds {
    key: "pair.policy.proven_within",
    default: Duration::from_hours(30 * 24),
    least: Duration::from_hours(1),
    why_least: "nobody could test there and switch here in that time",
    most: Duration::from_hours(366 * 24),
    why_most: "what went well a year ago proves nothing",
};

/// `pair.policy.drain`
pub(super) const DRAIN: Bounds = Bounds {
    key: "pair.policy.drain",
    default: Duration::from_mins(15),
    least: Duration::from_secs(10),
    why_least: "tasks take longer to end",
    most: Duration::from_hours(24),
    why_most: "both sides would be at work for that long",
};

/// `pair.policy.watch`
pub(super) const WATCH: Bounds = Bounds {
    key: "pair.policy.watch",
    default: Duration::from_mins(15),
    least: Duration::from_mins(1),
    why_least: "alarms and heartbeats take that long to tell",
    most: Duration::from_hours(24),
    why_most: "what goes wrong a day later has other causes",
};

/// `pair.policy.smoke_lasts`
pub(super) const SMOKE: Bounds = Bounds {
    key: "pair.policy.smoke_lasts",
    default: Duration::from_mins(15),
    least: Duration::from_mins(1),
    why_least: "Airflow alone takes that long to begin a run and to see that it has ended",
    most: Duration::from_hours(6),
    why_most: "a test that ends so late helps nobody who wants to switch",
};

/// `pair.policy.smoke_within`
pub(super) const SMOKED: Bounds = Bounds {
    key: "pair.policy.smoke_within",
    default: Duration::from_hours(24),
    least: Duration::from_mins(10),
    why_least: "it would be over before anybody could switch",
    most: Duration::from_hours(31 * 24),
    why_most: "what worked a month ago proves nothing",
};

impl Bounds {
    /// The same, where days may be written too: `30d` is thirty times 24 hours.
    pub fn parse_days(&self, text: &str) -> Result<Duration, Wrong> {
        let days = text.trim().strip_suffix('d').and_then(|days| days.trim().parse::<u32>().ok());
        match days {
            Some(days) => self.within(text, Duration::from_secs(u64::from(days) * 86_400)),
            None => self.parse(text),
        }
    }

    /// The duration that the text says, if it is within bounds.
    pub fn parse(&self, text: &str) -> Result<Duration, Wrong> {
        let Ok(signed) = text.trim().parse::<SignedDuration>() else {
            return Err(self.not_a_duration(text));
        };
        // Below nothing there is no duration: "-2s" and "2s ago" are read, and refused here.
        let Ok(duration) = Duration::try_from(signed) else {
            return Err(self.not_a_duration(text));
        };
        self.within(text, duration)
    }

    fn within(&self, text: &str, duration: Duration) -> Result<Duration, Wrong> {
        let Self { key, why_least, why_most, .. } = self;
        let (least, most) = (shown(self.least), shown(self.most));
        if duration < self.least {
            return Err(Wrong::new(
                format!("{key} {} is too short, because {why_least}", quoted(text)),
                format!("write {least} or more, {} by default", shown(self.default)),
            ));
        }
        if duration > self.most {
            return Err(Wrong::new(
                format!("{key} {} is too long, because {why_most}", quoted(text)),
                format!("write {most} or less, {} by default", shown(self.default)),
            ));
        }
        Ok(duration)
    }

    fn not_a_duration(&self, text: &str) -> Wrong {
        let mend = match text.trim().parse::<f64>() {
            Ok(number) if number >= 0.0 => format!("say its unit: \"{}s\" or \"{}m\"", text.trim(), text.trim()),
            _ => format!("write a number with its unit (ms, s, m or h), like \"{}\"", shown(self.default)),
        };
        Wrong::new(format!("{} {} is not a duration", self.key, quoted(text)), mend)
    }
}

/// A duration as a person would write it.
fn shown(duration: Duration) -> String {
    SignedDuration::try_from(duration).map_or_else(|_| format!("{duration:?}"), |signed| format!("{signed:#}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_defaults_are_within_their_own_bounds() {
        for bounds in [FLAG, ENVIRONMENTS, SURROUNDINGS, REQUEST, GRACE, ANTI_FLAP, PROVEN, DRAIN, WATCH, SMOKE, SMOKED]
        {
            assert_eq!(bounds.parse(&shown(bounds.default)), Ok(bounds.default), "{}", bounds.key);
        }
    }

    #[test]
    fn the_bounds_themselves_are_allowed_and_nothing_beyond_them() {
        for bounds in [FLAG, ENVIRONMENTS, SURROUNDINGS, REQUEST, GRACE, ANTI_FLAP, PROVEN, DRAIN, WATCH, SMOKE, SMOKED]
        {
            let millis = |d: Duration| format!("{}ms", d.as_millis());
            assert!(bounds.parse(&millis(bounds.least)).is_ok(), "{}", bounds.key);
            assert!(bounds.parse(&millis(bounds.most)).is_ok(), "{}", bounds.key);
            let step = Duration::from_millis(1);
            assert!(bounds.parse(&millis(bounds.least.saturating_sub(step))).unwrap_err().what.contains("too short"));
            assert!(bounds.parse(&millis(bounds.most + step)).unwrap_err().what.contains("too long"));
        }
    }

    #[test]
    fn days_are_taken_where_they_make_sense() {
        assert_eq!(PROVEN.parse_days("30d"), Ok(Duration::from_hours(720)));
        assert_eq!(PROVEN.parse_days("36h"), Ok(Duration::from_hours(36)));
        assert!(PROVEN.parse_days("400d").unwrap_err().what.contains("too long"));
        for text in ["-1d", "d", "1.5d", "4294967296d"] {
            assert!(PROVEN.parse_days(text).unwrap_err().what.contains("is not a duration"), "{text}");
        }
    }

    #[test]
    fn a_number_without_a_unit_is_asked_for_one() {
        assert_eq!(FLAG.parse("2").unwrap_err().mend, "say its unit: \"2s\" or \"2m\"");
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in ["", "soon", "-2s", "2s ago", "1d", "2 parsecs", "NaN", "inf", "-3", "99999999999999999999h"] {
            let wrong = FLAG.parse(text).unwrap_err();
            assert!(wrong.what.contains("is not a duration"), "{text}: {}", wrong.what);
        }
    }

    proptest! {
        #[test]
        fn no_text_is_read_as_a_duration_out_of_bounds(text in "\\PC{0,12}|-?[0-9.]{1,8} ?(ms|s|m|h|min|d)?( ago)?") {
            if let Ok(duration) = FLAG.parse(&text) {
                prop_assert!((FLAG.least..=FLAG.most).contains(&duration));
            }
        }

        #[test]
        fn whole_milliseconds_are_read_as_they_are(millis in 500_u64..=300_000) {
            prop_assert_eq!(FLAG.parse(&format!("{millis}ms")), Ok(Duration::from_millis(millis)));
        }
    }
}
