//! Bringing the journal into line with the parameter's own history: each version exactly once, with its
//! right author.

use crate::{Base, FlagValue, FlagVersion, Incarnation, OperationId, Timestamp, VersionRecord, switch::Found};
use std::collections::{BTreeMap, HashSet};

/// What the journal knows of a parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Its latest life.
    pub incarnation: Incarnation,
    /// The versions of that life, with the moment at which AWS says each was written.
    pub versions: BTreeMap<FlagVersion, Timestamp>,
    /// What the latest of them holds.
    pub latest: Option<FlagValue>,
}

/// Something that the journal does not hold yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Discovery {
    /// The parameter was deleted and made anew; what follows belongs to the new life.
    MadeAnew {
        /// The life that begins.
        incarnation: Incarnation,
        /// The last version known of the life before.
        last: FlagVersion,
    },
    /// Versions that SSM no longer keeps.
    Gap {
        /// The life they belonged to.
        incarnation: Incarnation,
        /// The first that is missing.
        from: FlagVersion,
        /// The last that is missing.
        to: FlagVersion,
    },
    /// A version.
    Version {
        /// The life it belongs to.
        incarnation: Incarnation,
        /// The version.
        record: VersionRecord,
        /// What the flag held before, where it is known.
        previous: Option<FlagValue>,
        /// The operation id that it is the lowest version to carry.
        first_with: Option<OperationId>,
        /// Its description is that of the version before: whoever wrote it gave none, and SSM kept the old one.
        carried_over: bool,
    },
}

/// What a reading of the parameter's history holds beyond what is known.
///
/// `history` is ascending, as SSM answers it, and may be stale: then it holds nothing new. `carried` are the
/// operation ids that versions in the journal carry, of whichever life: a repeated id is a description that
/// SSM carried over, not a second put.
pub fn discover(known: &Known, history: &[VersionRecord], carried: &HashSet<OperationId>) -> Vec<Discovery> {
    let Some(newest) = history.last() else { return Vec::new() };
    let mut discoveries = Vec::new();
    let last = known.versions.last_key_value().map(|(version, at)| (*version, *at));

    let mut incarnation = known.incarnation;
    let mut after = last.map(|(version, _)| version);
    let mut previous = known.latest.clone();
    if let Some((last, written)) = last.filter(|last| is_another_life(known, *last, history, newest)) {
        // A stale read may show a life that is over: it was imported in its time, as far as anybody saw it.
        if newest.modified_at <= written {
            return Vec::new();
        }
        incarnation = incarnation.next();
        discoveries.push(Discovery::MadeAnew { incarnation, last });
        (after, previous) = (None, None);
    }

    let mut carried = carried.clone();
    let mut before: Option<&VersionRecord> = None;
    for record in history {
        let operation = record.operation();
        if after.is_some_and(|after| record.version <= after) {
            carried.extend(operation);
            before = Some(record);
            continue;
        }
        let expected = after.map_or(FlagVersion(1), FlagVersion::next);
        // The first version after a gap may carry the description of one that is gone: nobody can say whose
        // it is.
        let follows_a_gap = record.version > expected;
        if follows_a_gap {
            discoveries.push(Discovery::Gap { incarnation, from: expected, to: FlagVersion(record.version.0 - 1) });
            (previous, before) = (None, None);
        }
        let first_with = operation.filter(|id| carried.insert(*id) && !follows_a_gap);
        discoveries.push(Discovery::Version {
            incarnation,
            record: record.clone(),
            previous: previous.take(),
            first_with,
            carried_over: record.description.is_some()
                && before.is_some_and(|before| before.description == record.description),
        });
        before = Some(record);
        previous = Some(record.value.clone());
        after = Some(record.version);
    }
    discoveries
}

/// What the journal tells about an operation, once the history has been read into it; `None` where what was
/// read is older than what was confirmed, so that it tells nothing yet.
///
/// `wrote` is the version that the journal holds as the operation's, `known` the life that exists now (none:
/// there is no parameter). Only an unbroken run of versions from the one that was confirmed up to the newest
/// proves that the operation is nowhere.
pub fn look(wrote: Option<(FlagVersion, Timestamp)>, base: Base, known: Option<&Known>) -> Option<Found> {
    if let Some((version, written_at)) = wrote {
        return Some(Found::Landed { version, written_at });
    }
    let gone = |why: &str| Some(Found::HistoryGone(why.to_owned()));
    let Some(known) = known else { return gone("there is no parameter, so there is no history") };
    let Base::Version { version: base, modified_at } = base else {
        return gone("a parameter that was created and deleted again leaves no trace");
    };
    if known.versions.get(&base).is_none_or(|written| modified_at.is_some_and(|seen| seen != *written)) {
        let newest = known.versions.last_key_value().map(|(_, written)| *written);
        let is_behind = newest.zip(modified_at).is_some_and(|(newest, seen)| newest < seen);
        return if is_behind { None } else { gone("the version that was confirmed is not in the history") };
    }
    let run = || known.versions.range(base..).map(|(version, _)| *version);
    if run().zip(run().skip(1)).any(|(one, next)| one.next() != next) {
        return gone("versions written since are no longer kept");
    }
    Some(Found::Nowhere)
}

/// A known number with another date belongs to another life of the parameter, later or earlier. So does a
/// history without any known number whose newest version has a lower one, or an older date: Teal was away
/// while many were written.
fn is_another_life(
    known: &Known,
    last: (FlagVersion, Timestamp),
    history: &[VersionRecord],
    newest: &VersionRecord,
) -> bool {
    let overlap = |record: &VersionRecord| known.versions.get(&record.version).copied();
    match history.iter().find_map(|record| overlap(record).map(|at| at != record.modified_at)) {
        Some(differs) => differs,
        None => newest.version <= last.0 || newest.modified_at < last.1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(version: u64, at: i64, value: &str, description: Option<String>) -> VersionRecord {
        VersionRecord {
            version: FlagVersion(version),
            value: FlagValue::parse(value),
            modified_at: Timestamp(at),
            modified_by: None,
            description,
            labels: vec![],
        }
    }

    fn known(versions: &[(u64, i64)]) -> Known {
        Known {
            incarnation: Incarnation(0),
            versions: versions.iter().map(|(v, at)| (FlagVersion(*v), Timestamp(*at))).collect(),
            latest: Some(FlagValue::parse("blue")),
        }
    }

    fn versions(discoveries: &[Discovery]) -> Vec<(u64, u64, Option<OperationId>)> {
        discoveries
            .iter()
            .filter_map(|d| match d {
                Discovery::Version { incarnation, record, first_with, .. } => {
                    Some((incarnation.0, record.version.0, *first_with))
                }
                _ => None,
            })
            .collect()
    }

    fn op(n: u128) -> OperationId {
        OperationId::new(Timestamp(1), n)
    }

    #[test]
    fn the_first_look_imports_the_whole_history() {
        let history: Vec<_> = (1..=30).map(|v| record(v, i64::try_from(v).unwrap_or(0), "blue", None)).collect();
        assert_eq!(versions(&discover(&Known::default(), &history, &HashSet::new())).len(), 30);
    }

    #[test]
    fn only_the_lowest_version_that_carries_an_id_belongs_to_the_operation() {
        let ours = Some(op(7).description());
        let history = [record(1, 1, "blue", None), record(2, 2, "green", ours.clone()), record(3, 3, "blue", ours)];
        assert_eq!(
            versions(&discover(&known(&[(1, 1)]), &history, &HashSet::new())),
            [(0, 2, Some(op(7))), (0, 3, None)]
        );
    }

    #[test]
    fn a_description_that_was_left_out_is_known_as_that_of_the_version_before() {
        let said = |text: &str| Some(text.to_owned());
        let history = [
            record(1, 1, "blue", said("drill")),
            record(2, 2, "green", said("drill")),
            record(3, 3, "blue", said("back")),
            record(4, 4, "green", None),
            record(6, 6, "blue", said("back")),
        ];
        let carried = |known: &Known| -> Vec<(u64, bool)> {
            let found = discover(known, &history, &HashSet::new());
            found
                .iter()
                .filter_map(|found| match found {
                    Discovery::Version { record, carried_over, .. } => Some((record.version.0, *carried_over)),
                    _ => None,
                })
                .collect()
        };
        assert_eq!(carried(&Known::default()), [(1, false), (2, true), (3, false), (4, false), (6, false)]);
        assert_eq!(carried(&known(&[(1, 1)])), [(2, true), (3, false), (4, false), (6, false)]);
    }

    #[test]
    fn an_id_that_the_journal_saw_before_is_a_description_carried_over() {
        let history =
            [record(2, 2, "green", Some(op(7).description())), record(3, 3, "blue", Some(op(7).description()))];
        assert_eq!(versions(&discover(&known(&[(1, 1), (2, 2)]), &history, &HashSet::new())), [(0, 3, None)]);
        let pruned = [record(3, 3, "blue", Some(op(7).description()))];
        assert_eq!(versions(&discover(&known(&[(1, 1), (2, 2)]), &pruned, &HashSet::from([op(7)]))), [(0, 3, None)]);
    }

    #[test]
    fn a_stale_history_holds_nothing_new() {
        let stale = [record(1, 1, "blue", None), record(2, 2, "green", None)];
        assert_eq!(discover(&known(&[(1, 1), (2, 2), (3, 3)]), &stale, &HashSet::new()), []);
    }

    #[test]
    fn a_version_that_went_down_is_another_life_of_the_parameter() {
        let anew = [record(1, 50, "green", None)];
        let found = discover(&known(&[(1, 1), (2, 2), (3, 3)]), &anew, &HashSet::new());
        assert_eq!(found[0], Discovery::MadeAnew { incarnation: Incarnation(1), last: FlagVersion(3) });
        assert_eq!(versions(&found), [(1, 1, None)]);
    }

    #[test]
    fn another_life_is_noticed_even_when_it_has_more_versions_than_the_one_before() {
        let anew: Vec<_> = (1..=5).map(|v| record(v, 50 + i64::try_from(v).unwrap_or(0), "green", None)).collect();
        let found = discover(&known(&[(1, 1), (2, 2), (3, 3)]), &anew, &HashSet::new());
        assert_eq!(versions(&found).len(), 5);
        assert!(matches!(found[0], Discovery::MadeAnew { .. }));
    }

    #[test]
    fn versions_that_ssm_no_longer_keeps_are_named_as_a_gap() {
        let history = [record(9, 9, "green", None)];
        let found = discover(&known(&[(1, 1), (2, 2)]), &history, &HashSet::new());
        assert_eq!(found[0], Discovery::Gap { incarnation: Incarnation(0), from: FlagVersion(3), to: FlagVersion(8) });
        assert_eq!(versions(&found), [(0, 9, None)]);
    }

    #[test]
    fn a_stale_read_of_a_former_life_holds_nothing_new() {
        let anew = Known { incarnation: Incarnation(1), ..known(&[(1, 50), (2, 60)]) };
        let former: Vec<_> = (1..=3).map(|v| record(v, i64::try_from(v).unwrap_or(0), "blue", None)).collect();
        assert_eq!(discover(&anew, &former, &HashSet::new()), []);
        assert_eq!(discover(&anew, &former[2..], &HashSet::new()), []);
    }

    #[test]
    fn the_first_version_after_a_gap_belongs_to_nobody() {
        let ours = Some(op(7).description());
        let history = [record(9, 9, "green", ours.clone()), record(10, 10, "blue", ours)];
        assert_eq!(
            versions(&discover(&known(&[(1, 1), (2, 2)]), &history, &HashSet::new())),
            [(0, 9, None), (0, 10, None)]
        );
    }

    #[test]
    fn an_operation_is_nowhere_only_where_no_version_since_its_confirmation_is_missing() {
        let base = |version, at| Base::Version { version: FlagVersion(version), modified_at: Some(Timestamp(at)) };
        let gone = |found| matches!(found, Some(Found::HistoryGone(_)));
        let life = known(&[(1, 1), (2, 2), (5, 5)]);
        assert_eq!(look(None, base(5, 5), Some(&life)), Some(Found::Nowhere));
        assert!(gone(look(None, base(2, 2), Some(&life))), "versions 3 and 4 are missing");
        assert!(gone(look(None, base(2, 1), Some(&life))), "that was version 2 of another life");
        assert!(gone(look(None, Base::Missing, Some(&life))), "created and deleted again, it left no trace");
        assert!(gone(look(None, base(5, 5), None)), "there is no parameter");
        assert_eq!(look(None, base(6, 6), Some(&life)), None, "the read is older than the confirmation");
        let wrote = Some((FlagVersion(2), Timestamp(2)));
        assert!(matches!(look(wrote, Base::Missing, None), Some(Found::Landed { version: FlagVersion(2), .. })));
    }

    proptest! {
        /// Whatever prefixes of the truth the looks are served, each version is discovered exactly once.
        #[test]
        fn each_version_is_discovered_exactly_once(total in 1_u64..60, looks in prop::collection::vec(0_u64..60, 1..20)) {
            let truth: Vec<_> = (1..=total).map(|v| record(v, i64::try_from(v).unwrap_or(0) * 10, "blue", None)).collect();
            let mut known = Known::default();
            let mut seen = Vec::new();
            for look in looks.into_iter().chain([total]) {
                let end = usize::try_from(look.min(total)).unwrap_or(0);
                for (_, version, _) in versions(&discover(&known, &truth[..end], &HashSet::new())) {
                    seen.push(version);
                    known.versions.insert(FlagVersion(version), Timestamp(i64::try_from(version).unwrap_or(0) * 10));
                }
            }
            prop_assert_eq!(seen, (1..=total).collect::<Vec<_>>());
        }
    }
}
