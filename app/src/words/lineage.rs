//! The lineage service in words.

use super::{age, counted};
use crate::components::mark::Tone;
use teal_domain::{
    Color, Millis, Reading, Timestamp,
    lineage::{Continuity, HEALTH_IS_STALE_AFTER, Health, Lineage, RunState, Told},
};

/// A switch that long ago should have been followed by what runs every day.
const A_DAY: Millis = Millis::from_secs(24 * 60 * 60);

/// How the service is, in a few words.
pub fn health(reading: &Reading<Health>, now: Timestamp) -> (Tone, String) {
    match (reading.value(), reading.error()) {
        (_, Some(error)) => (Tone::Down, format!("Marquez could not be asked for {}", age(now.since(error.since)))),
        (None, None) => (Tone::Unknown, "Marquez was not asked yet".to_owned()),
        (Some(_), None) if is_old(reading, HEALTH_IS_STALE_AFTER, now) => {
            (Tone::Unknown, "Marquez was not asked lately".to_owned())
        }
        (Some(health), None) => match (health.by, health.database) {
            (_, Some(false)) => (Tone::Down, "Marquez does not reach its database".to_owned()),
            (Told::Admin, Some(true)) => (Tone::Good, "Marquez is well".to_owned()),
            (Told::Admin, None) => (Tone::Unknown, "Marquez does not say how it is".to_owned()),
            (Told::Api, _) => (Tone::Good, "Marquez answers".to_owned()),
        },
    }
}

/// By what that is known, as a sentence.
pub fn known_by(health: &Health) -> String {
    match (health.by, health.database) {
        (Told::Admin, Some(true)) => "Its health check says that it reaches its database.".to_owned(),
        (Told::Admin, Some(false)) if health.message.is_empty() => {
            "Its health check says so, and no more about it.".to_owned()
        }
        (Told::Admin, Some(false)) => format!("Its health check says: {}", health.message),
        (Told::Admin, None) => "Its health check answers, and says nothing of `postgres`.".to_owned(),
        (Told::Api, _) => {
            "Its API answers, which it does from its database. Its health check, on the admin port, is not known or not \
             within reach: it is not behind the load balancer."
                .to_owned()
        }
    }
}

/// Whether a reading is too old to be told as the present.
pub fn is_old<T>(reading: &Reading<T>, after: Millis, now: Timestamp) -> bool {
    reading.age(now).is_some_and(|age| age > after)
}

/// How a run stands.
pub fn state(state: &RunState) -> (Tone, String) {
    let tone = match state {
        RunState::Completed => Tone::Good,
        RunState::Failed => Tone::Down,
        RunState::Aborted => Tone::Attention,
        RunState::Running => Tone::Busy,
        RunState::New => Tone::Plain,
        RunState::Other(_) => Tone::Unknown,
    };
    (tone, state.word().into_owned())
}

/// Whether lineage went on, in a few words.
pub fn went_on(found: &Continuity<'_>, now: Timestamp) -> (Tone, String) {
    let (ran, since, not_yet) = (found.ran(), found.since.len(), found.not_yet.len());
    if ran == 0 {
        return (Tone::Plain, "nothing ran before the switch".to_owned());
    }
    if since == ran {
        let all = if ran == 1 { "its one job has run".to_owned() } else { format!("all {ran} jobs have run") };
        return (Tone::Good, format!("{all} since the switch"));
    }
    let tone = if not_yet > 0 && now.since(found.at) > A_DAY { Tone::Attention } else { Tone::Plain };
    (
        tone,
        format!(
            "{since} of {} have run since the switch",
            counted(u64::try_from(ran).unwrap_or(u64::MAX), "job", "jobs")
        ),
    )
}

/// The line of the overview: how it is, and what went on over the last switch.
pub fn line(lineage: &Lineage, live: Option<Color>, since: Option<Timestamp>, now: Timestamp) -> Vec<(Tone, String)> {
    let continuity = live.zip(since).and_then(|(live, since)| Continuity::of(lineage, live, since));
    let continuity = continuity.filter(|found| found.ran() > 0).map(|found| went_on(&found, now));
    [Some(health(&lineage.health, now)), continuity].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_782_031_400);

    fn read(by: Told, database: Option<bool>, ago: u64) -> Reading<Health> {
        Reading::good(Health { by, database, message: String::new() }, NOW - Millis::from_secs(ago))
    }

    #[test]
    fn health_is_never_told_from_what_is_old_or_failed() {
        let said = |reading: &Reading<Health>| health(reading, NOW);
        assert_eq!(said(&read(Told::Admin, Some(true), 30)), (Tone::Good, "Marquez is well".into()));
        assert_eq!(said(&read(Told::Api, None, 30)).1, "Marquez answers");
        assert_eq!(said(&read(Told::Admin, Some(false), 30)).0, Tone::Down);
        assert_eq!(said(&read(Told::Admin, Some(true), 600)).0, Tone::Unknown);
        assert_eq!(said(&Reading::default()).0, Tone::Unknown);
        let mut failed = read(Told::Admin, Some(true), 30);
        failed.fail("it did not answer in 3 s.", NOW - Millis::from_secs(20));
        assert_eq!(said(&failed), (Tone::Down, "Marquez could not be asked for 20 s".into()));
    }
}
