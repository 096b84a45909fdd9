//! Whatever could be read and whatever not: a repair is never blocked, and what was not read never passes.

use super::{
    Check, Verdict, blocking, catalogue, checks,
    fixture::{GIVEN, NOW, hopeless, pair, secs_ago},
};
use crate::{Color, Flag, PairSnapshot, Reading, dags::Strategy};
use proptest::{
    prelude::{Just, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest},
    strategy::Strategy as Generator,
};
use std::sync::Arc;

/// What has become of a reading.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Good,
    Never,
    Refused,
    Old,
    Failing,
}

fn fates() -> impl Generator<Value = Vec<Fate>> {
    let one = prop_oneof![
        3 => Just(Fate::Good),
        1 => Just(Fate::Never),
        1 => Just(Fate::Refused),
        1 => Just(Fate::Old),
        1 => Just(Fate::Failing),
    ];
    prop::collection::vec(one, 19)
}

fn befall<T: Clone>(reading: &mut Reading<T>, fate: Fate) -> bool {
    match fate {
        Fate::Good => {}
        Fate::Never => *reading = Reading::default(),
        Fate::Refused => {
            *reading = Reading::default();
            reading.fail("refused", secs_ago(9));
        }
        Fate::Old => *reading = Reading::good(reading.value().cloned().expect("a value"), secs_ago(86_400)),
        Fate::Failing => reading.fail("timed out", secs_ago(9)),
    }
    !matches!(fate, Fate::Good)
}

/// Lets readings fail; answers with the names of the checks that cannot be made any more, to green.
fn fail(pair: &mut PairSnapshot, fates: &[Fate]) -> Vec<&'static str> {
    let mut fates = fates.iter().copied();
    let mut next = || fates.next().unwrap_or(Fate::Good);
    let mut lost = Vec::new();
    let mut loses = |failed: bool, names: &[&'static str]| lost.extend(names.iter().filter(|_| failed));
    let both =
        ["environment-color", "airflow-version", "class", "workers", "options", "requirements", "plugins", "startup"];
    loses(befall(&mut pair.blue, next()), &both);
    let green = befall(&mut pair.green, next());
    loses(green, &both);
    loses(green, &["target", "update", "maintenance-window"]);
    let around = Arc::make_mut(&mut pair.surroundings);
    loses(befall(&mut around.alarms, next()), &["guard"]);
    for color in Color::BOTH {
        let (target, source) = (color == Color::Green, color == Color::Blue);
        let side = around.side_mut(color);
        loses(befall(&mut side.health, next()) && target, &["airflow"]);
        loses(befall(&mut side.heartbeat, next()) && target, &["heartbeat"]);
        loses(befall(&mut side.import_errors, next()) && target, &["import-errors"]);
        loses(befall(&mut side.dags, next()), &["ticks", "dag-set", "paused-set", "schedules"]);
        loses(befall(&mut side.work, next()) && source, &["tasks"]);
        loses(befall(&mut side.files, next()), &["dag-files"]);
        loses(befall(&mut side.keys, next()), &["keys"]);
        loses(befall(&mut side.tried, next()), &["permissions"]);
    }
    lost
}

fn made(pair: &PairSnapshot) -> Vec<Check> {
    checks(pair, Color::Green, GIVEN, NOW)
}

proptest! {
    #[test]
    fn what_cannot_be_read_never_passes(fates in fates(), blocks in any::<bool>()) {
        let mut pair = pair();
        let lost = fail(&mut pair, &fates);
        if blocks {
            pair.policy.says = catalogue::CATALOGUE.iter().map(|(name, _)| ((*name).to_owned(), Verdict::Block)).collect();
        }
        let made = made(&pair);
        for name in lost {
            // Never looked at at all, they may be one warning together.
            let check = made.iter().find(|check| check.name == name).or_else(|| made.iter().find(|check| check.name == "surroundings"));
            let check = check.expect("a check");
            let least = if blocks { Verdict::Block } else { Verdict::Warn };
            prop_assert!(check.verdict >= least && !check.mend.is_empty(), "{:?}", check);
        }
    }

    #[test]
    fn a_repair_is_never_blocked(fates in fates(), bad in any::<bool>(), strategy in 0_usize..3) {
        let mut pair = if bad { hopeless() } else { pair() };
        fail(&mut pair, &fates);
        pair.policy.dags.strategy = Strategy::ALL[strategy];
        pair.policy.says = catalogue::CATALOGUE.iter().map(|(name, _)| ((*name).to_owned(), Verdict::Block)).collect();
        pair.flag = Reading::good(Flag::Missing, NOW);
        prop_assert_eq!(blocking(&made(&pair)), Vec::<String>::new());
    }
}
