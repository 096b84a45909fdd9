//! The target's environment, as MWAA describes it: its status, its updates, its hour of maintenance.

use super::{
    Check, Scene,
    made::{self, ENVIRONMENT_IS_OLD_AFTER, block, on, pass, warn},
};
use crate::{
    Color, Environment, EnvironmentStatus, Millis, Timestamp,
    time::{Civil, age, minute},
};

const LOOK: &str = "Look at the environment in the MWAA console before you go on.";

pub(super) fn checks(scene: Scene<'_>) -> [Check; 3] {
    let Scene { pair, target, now, .. } = scene;
    let (side, title) = (pair.side(target), target.title());
    let what = format!("{title}'s environment");
    let about =
        |name: &str, judge: &dyn Fn(&Environment) -> Check| on(name, &what, side, ENVIRONMENT_IS_OLD_AFTER, now, judge);
    [
        status(scene),
        about("update", &|environment| update(target, environment, now)),
        about("maintenance-window", &|environment| window(target, environment, now)),
    ]
}

fn status(Scene { pair, target, now, .. }: Scene<'_>) -> Check {
    let (name, side, title) = ("target", pair.side(target), target.title());
    let Some(environment) = side.value() else {
        let why = side.error().map_or("It has not been read yet.", |error| error.message.as_str());
        return warn(name, format!("{title} could not be read. {why}"), LOOK);
    };
    let status = &environment.status;
    let old = made::doubt("it", side, ENVIRONMENT_IS_OLD_AFTER, now);
    let check = match (status, old) {
        (EnvironmentStatus::Available, None) => pass(name, format!("{title} is {status}.")),
        (EnvironmentStatus::Available, Some(why)) => {
            warn(name, format!("{title} was {status} when it last answered. {why}"), LOOK)
        }
        (EnvironmentStatus::Changing(_), _) => warn(
            name,
            format!("{title} is {status}: tasks may be interrupted while it changes."),
            "Wait until it is AVAILABLE, or go on if you know what is being changed.",
        ),
        (EnvironmentStatus::Down(_), _) => block(
            name,
            format!("{title} is {status}: it cannot run anything."),
            "Bring the environment up in the MWAA console, or choose emergency and say why.",
        ),
        (EnvironmentStatus::Other(_), _) => {
            warn(name, format!("{title} reports the status {status}, which this version of Teal does not know."), LOOK)
        }
    };
    check.read(side.read_at())
}

fn update(target: Color, environment: &Environment, now: Timestamp) -> Check {
    let (name, title) = ("update", target.title());
    let since = |begun: Option<Timestamp>| {
        begun.map_or_else(String::new, |at| format!(" (begun {} ago, on {})", age(now.since(at)), minute(at)))
    };
    match &environment.last_update {
        None => pass(name, format!("No update of {title} is known.")),
        Some(update) if update.status == "SUCCESS" => {
            pass(name, format!("The latest update of {title}{} succeeded.", since(update.created_at)))
        }
        Some(update) if update.status == "FAILED" => warn(
            name,
            format!(
                "The latest update of {title}{} failed{}",
                since(update.created_at),
                update.error.as_ref().map_or_else(|| ".".to_owned(), |error| format!(": {error}"))
            ),
            "It works as before that update. Repeat the update, or go on if that is what you want.",
        ),
        Some(update) => warn(
            name,
            format!("An update of {title}{} has not ended ({}).", since(update.created_at), update.status),
            "Wait until it has ended: it may restart what runs the tasks.",
        ),
    }
}

/// How long before its beginning, and after, the hour of maintenance is told.
const AN_HOUR: Millis = Millis::from_secs(3600);
const WEEK: i64 = 7 * 86_400_000;

fn window(target: Color, environment: &Environment, now: Timestamp) -> Check {
    let (name, title) = ("maintenance-window", target.title());
    let Some(window) = &environment.setup.maintenance_window else {
        return pass(name, format!("AWS names no hour of maintenance for {title}."));
    };
    let Some(next) = next(window, now) else {
        return warn(
            name,
            format!("AWS may do its maintenance of {title} at `{window}`, which is no time that Teal can read."),
            LOOK,
        );
    };
    let last = Timestamp(next.0 - WEEK);
    let mend = "Wait until it is over, or make sure in the MWAA console that nothing is planned.";
    if next.since(now) <= AN_HOUR {
        let evidence = format!(
            "AWS may begin its weekly maintenance of {title} in {}, on {}.",
            age(next.since(now)),
            minute(next)
        );
        warn(name, evidence, mend)
    } else if now.since(last) < AN_HOUR {
        let evidence = format!("AWS may be at its weekly maintenance of {title} since {}.", minute(last));
        warn(name, evidence, mend)
    } else {
        pass(name, format!("AWS may do its weekly maintenance of {title} next on {}.", minute(next)))
    }
}

/// The next time that it is `TUE:03:30`, later than `now`.
fn next(window: &str, now: Timestamp) -> Option<Timestamp> {
    let mut parts = window.split(':');
    let (day, hours, minutes) = (parts.next()?, parts.next()?.parse::<i64>().ok()?, parts.next()?.parse::<i64>().ok()?);
    let days = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];
    let day = days.iter().position(|known| known.eq_ignore_ascii_case(day))?;
    if parts.next().is_some() || !(0..24).contains(&hours) || !(0..60).contains(&minutes) {
        return None;
    }
    let today = Civil::of(now);
    let [h, m, s, ms] = today.clock;
    let in_week = |day: usize, ms: i64| i64::try_from(day).unwrap_or(0) * 86_400_000 + ms;
    let wanted = in_week(day, (hours * 60 + minutes) * 60_000);
    let is = in_week(today.weekday, ((h * 60 + m) * 60 + s) * 1000 + ms);
    let ahead = (wanted - is).rem_euclid(WEEK);
    Some(Timestamp(now.0 + if ahead == 0 { WEEK } else { ahead }))
}
