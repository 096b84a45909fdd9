//! The target's environment.

use super::{
    Verdict::{Block, Pass, Warn},
    fixture::{change, finds, secs_ago},
};
use crate::{
    PairSnapshot, Reading,
    environment::{LastUpdate, OptionValue},
};

#[test]
fn the_status_of_the_target_decides() {
    for (word, verdict, says) in [
        ("AVAILABLE", Pass, "Green is AVAILABLE."),
        ("UPDATING", Warn, "tasks may be interrupted"),
        ("MAINTENANCE", Warn, "Green is MAINTENANCE"),
        ("UNAVAILABLE", Block, "it cannot run anything"),
        ("CREATING", Block, "it cannot run anything"),
        ("SOMETHING_NEW", Warn, "does not know"),
    ] {
        finds("target", verdict, says, |pair| change(&mut pair.green, |green| green.status = word.to_owned().into()));
    }
    finds("target", Warn, "It has not been read yet.", |pair| pair.green = Reading::default());
    finds("target", Warn, "was AVAILABLE when it last answered", |pair| pair.green.fail("timed out", secs_ago(5)));
    finds("target", Warn, "from 6 min ago", |pair| {
        let green = pair.green.value().cloned().expect("green");
        pair.green = Reading::good(green, secs_ago(360));
    });
}

#[test]
fn an_update_is_told_with_the_time_since_it_began() {
    let updated = |status: &str, error: Option<&str>| {
        let update =
            LastUpdate { status: status.into(), created_at: Some(secs_ago(720)), error: error.map(str::to_owned) };
        move |pair: &mut PairSnapshot| change(&mut pair.green, |green| green.last_update = Some(update))
    };
    finds("update", Pass, "begun 12 min ago", updated("SUCCESS", None));
    finds("update", Warn, "(begun 12 min ago, on Tue 24 Nov 2026, 11:48 UTC) has not ended", updated("PENDING", None));
    finds("update", Warn, "failed: no such package", updated("FAILED", Some("no such package")));
    finds("update", Pass, "No update of Green is known", |pair| {
        change(&mut pair.green, |green| green.last_update = None)
    });
}

#[test]
fn an_hour_of_maintenance_that_is_near_or_has_begun_warns() {
    let at = |window: &str| {
        let window = Some(window.to_owned());
        move |pair: &mut PairSnapshot| change(&mut pair.green, |green| green.setup.maintenance_window = window)
    };
    // It is Tuesday noon.
    finds("maintenance-window", Warn, "in 30 min, on Tue 24 Nov 2026, 12:30 UTC", at("TUE:12:30"));
    finds("maintenance-window", Warn, "in 1 h", at("TUE:13:00"));
    finds("maintenance-window", Pass, "next on Tue 24 Nov 2026, 13:30 UTC", at("TUE:13:30"));
    finds("maintenance-window", Warn, "since Tue 24 Nov 2026, 12:00 UTC", at("TUE:12:00"));
    finds("maintenance-window", Warn, "since Tue 24 Nov 2026, 11:30 UTC", at("TUE:11:30"));
    finds("maintenance-window", Pass, "next on Tue 1 Dec 2026, 11:00 UTC", at("TUE:11:00"));
    finds("maintenance-window", Pass, "next on Mon 30 Nov 2026, 00:00 UTC", at("mon:00:00"));
    for unreadable in ["", "TUE", "TUE:25:00", "DOM:03:30", "TUE:03:30:00", "TUE:-1:30"] {
        finds("maintenance-window", Warn, "no time that Teal can read", at(unreadable));
    }
    finds("maintenance-window", Pass, "names no hour", |pair| {
        change(&mut pair.green, |green| green.setup.maintenance_window = None);
    });
}

#[test]
fn each_side_must_be_told_which_one_it_is() {
    let told = |word: Option<&str>| {
        let word = word.map(str::to_owned);
        move |pair: &mut PairSnapshot| {
            change(&mut pair.green, |green| {
                let key = "custom.environment_color".to_owned();
                match word {
                    Some(word) => green.setup.options.insert(key, OptionValue::Plain(word)),
                    None => green.setup.options.remove(&key),
                };
            });
        }
    };
    finds("environment-color", Pass, "Blue is told that it is blue", told(Some("green")));
    finds("environment-color", Block, "Green is told that it is `blue`", told(Some("blue")));
    finds("environment-color", Block, "Green is told that it is `Green`", told(Some("Green")));
    finds("environment-color", Warn, "Green has no option", told(None));
    finds("environment-color", Warn, "what Green is set up with is not known", |pair| {
        change(&mut pair.green, |green| green.setup = crate::environment::Setup::default());
    });
}
