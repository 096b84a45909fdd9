//! What was measured here: by the journal, how long switches took; by what was observed each minute, how long something was
//! down. Only what is written down counts.

use crate::{
    Color, Millis, Timestamp,
    availability::{Seen, State, Subject},
    history::{Progress, Record},
    switch::Kind,
};

/// Looks that are further apart than this are a gap; the store's observations go on over less.
const GAP: Millis = Millis::from_secs(180);

/// A switch that landed, and how long that took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switched {
    /// The number of its record.
    pub seq: u64,
    /// When it landed.
    pub at: Timestamp,
    /// Where it went.
    pub target: Color,
    /// What sort of switch it was.
    pub kind: Kind,
    /// From the click to the flag being read where it was put.
    pub flip: Option<Millis>,
    /// From then to the first task on the new side.
    pub pickup: Option<Millis>,
}

/// How often something was down, and for how long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outages {
    /// How often.
    pub times: usize,
    /// The longest of these times.
    pub longest: Millis,
    /// For how long it was observed at all.
    pub observed: Millis,
}

/// Something that was measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measurement {
    /// A switch.
    Switched(Switched),
    /// A side was down.
    Side(Color, Outages),
    /// The lineage service was down as a whole.
    Lineage(Outages),
    /// Teal did not see the flag: it did not run, or could not read it.
    Unseen(Outages),
}

/// What was measured since a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// Since when.
    pub from: Timestamp,
    /// The latest switches that landed, newest first.
    pub switches: Vec<Switched>,
    sides: [Outages; 2],
    lineage: Outages,
    unseen: Outages,
}

impl Past {
    /// How many switches are told.
    pub const TOLD: usize = 3;
    /// How far back what was observed is counted.
    pub const SPAN: Millis = Millis::from_secs(90 * 86_400);

    /// Counts it up: `records` newest first, `seen` in any order.
    pub fn of(records: &[Record], seen: &[Seen], from: Timestamp, now: Timestamp) -> Self {
        let of = |subject| spans(seen, subject, from, now);
        Self {
            from,
            switches: records.iter().filter_map(switched).take(Self::TOLD).collect(),
            sides: Color::BOTH.map(|color| down(&of(Subject::Side(color)))),
            lineage: down(&of(Subject::Lineage)),
            unseen: unseen(&of(Subject::Flag), now),
        }
    }

    pub(super) fn switches(&self) -> Vec<Measurement> {
        self.switches.iter().cloned().map(Measurement::Switched).collect()
    }

    pub(super) fn side(&self, color: Color) -> Option<Measurement> {
        let outages = self.sides[usize::from(color == Color::Green)];
        outages.told().then_some(Measurement::Side(color, outages))
    }

    pub(super) fn lineage(&self) -> Option<Measurement> {
        self.lineage.told().then_some(Measurement::Lineage(self.lineage))
    }

    pub(super) fn unseen(&self) -> Option<Measurement> {
        self.unseen.told().then_some(Measurement::Unseen(self.unseen))
    }
}

impl Outages {
    /// What was never observed was not measured.
    const fn told(&self) -> bool {
        self.observed.0 > 0
    }
}

fn switched(record: &Record) -> Option<Switched> {
    let switch = record.switch()?;
    record.version()?;
    let Progress::Ended { at, .. } = switch.progress else { return None };
    let pickup = switch.course.picked_up().map(|(_, began)| began.since(at));
    Some(Switched { seq: record.seq, at, target: switch.target, kind: switch.kind, flip: record.flip(), pickup })
}

/// The times of a subject within the span, the oldest first.
fn spans(seen: &[Seen], subject: Subject, from: Timestamp, now: Timestamp) -> Vec<(Timestamp, Timestamp, State)> {
    let of = seen.iter().filter(|seen| seen.subject == subject);
    let clipped = of.map(|seen| (seen.from.max(from), seen.to.min(now), seen.state)).filter(|(from, to, _)| from < to);
    let mut spans: Vec<_> = clipped.collect();
    spans.sort_by_key(|(from, to, _)| (*from, *to));
    spans
}

fn down(spans: &[(Timestamp, Timestamp, State)]) -> Outages {
    let mut outages = Outages::default();
    let mut last: Option<(Timestamp, Timestamp)> = None;
    for (from, to, state) in spans {
        outages.observed.0 += to.since(*from).0;
        if *state != State::Down {
            continue;
        }
        // What follows without a break is the same outage, whatever its reason has become.
        let begun = match last {
            Some((begun, until)) if *from <= until => begun,
            _ => {
                outages.times += 1;
                *from
            }
        };
        last = Some((begun, *to));
        outages.longest = outages.longest.max(to.since(begun));
    }
    outages
}

/// The gaps between looks, and since the last one.
fn unseen(spans: &[(Timestamp, Timestamp, State)], now: Timestamp) -> Outages {
    let mut outages = Outages::default();
    let mut until: Option<Timestamp> = None;
    let mut gap = |until: Timestamp, from: Timestamp| {
        if from.since(until) > GAP {
            outages.times += 1;
            outages.longest = outages.longest.max(from.since(until));
        }
    };
    for (from, to, _) in spans {
        if let Some(until) = until {
            gap(until, *from);
        }
        until = Some(until.map_or(*to, |until| until.max(*to)));
    }
    if let Some(until) = until {
        gap(until, now);
    }
    outages.observed = Millis(spans.iter().map(|(from, to, _)| to.since(*from).0).sum());
    outages
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        history::What,
        preflight::tests::fixture::{NOW, landed, record, secs_ago},
        steps::Step,
    };

    const FROM: Timestamp = Timestamp(NOW.0 - Past::SPAN.as_i64());

    fn seen(subject: Subject, state: State, from: u64, to: u64) -> Seen {
        Seen { subject, state, why: String::new(), from: secs_ago(from), to: secs_ago(to) }
    }

    #[test]
    fn outages_are_counted_as_one_where_they_follow_without_a_break() {
        let green = Subject::Side(Color::Green);
        let past = Past::of(
            &[],
            &[
                seen(green, State::Up, 9_000, 6_000),
                seen(green, State::Down, 6_000, 5_700),
                seen(green, State::Down, 5_700, 5_400),
                seen(green, State::Up, 5_400, 1_000),
                seen(green, State::Down, 1_000, 900),
            ],
            FROM,
            NOW,
        );
        let outages = Outages { times: 2, longest: Millis::from_secs(600), observed: Millis::from_secs(8_100) };
        assert_eq!(past.side(Color::Green), Some(Measurement::Side(Color::Green, outages)));
        assert_eq!(past.side(Color::Blue), None, "what was never observed was not measured");
    }

    #[test]
    fn a_time_in_which_nobody_looked_counts_against_teal_and_not_against_the_platform() {
        let flag = State::Live(Color::Blue);
        let past = Past::of(
            &[],
            &[
                seen(Subject::Flag, flag, 9_000, 6_000),
                seen(Subject::Flag, flag, 5_000, 4_000),
                seen(Subject::Flag, flag, 3_900, 600),
            ],
            FROM,
            NOW,
        );
        let Some(Measurement::Unseen(outages)) = past.unseen() else { panic!("it was observed") };
        assert_eq!((outages.times, outages.longest), (2, Millis::from_secs(1_000)), "and 100 s are no gap");
        assert_eq!(past.lineage(), None);
    }

    #[test]
    fn of_the_switches_those_that_landed_are_told_with_what_they_took() {
        let mut switch = landed(31);
        let at = secs_ago(3_600);
        switch.course.take(NOW, Step::PickedUp { dag: "load".into(), at: at + Millis::from_secs(41) });
        let mut refused = landed(32);
        refused.progress = Progress::Begun;
        let past = Past::of(
            &[record(9, What::Switch(refused)), record(7, What::Switch(switch)), record(5, What::Switch(landed(30)))],
            &[],
            FROM,
            NOW,
        );
        let told: Vec<(u64, Option<Millis>)> = past.switches.iter().map(|one| (one.seq, one.pickup)).collect();
        assert_eq!(told, [(7, Some(Millis::from_secs(41))), (5, None)]);
    }
}
