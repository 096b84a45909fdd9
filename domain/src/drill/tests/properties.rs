//! Whatever happens around a run, and wherever a process stops: at most one flip over and one back, an end within bounds, and
//! the flag where the record says.

use super::world::{World, guard, plan};
use crate::{
    Color, Millis,
    drill::{Before, End, Kind, Next},
    surroundings::AlarmState,
};
use proptest::prelude::{Just, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};

/// Something that happens between two looks.
#[derive(Clone, Copy, Debug)]
enum Happens {
    Nothing,
    Minutes(u8),
    Freeze(bool),
    Rings(bool),
    Red,
    Stop,
    Write(Color),
    HomeIsDown(bool),
    FlagIsAway(bool),
    Refused(u8),
    /// The process stops right after it has asked what to do: nothing of it is carried out.
    Crash,
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        12 => Just(Happens::Nothing),
        4 => (1_u8..30).prop_map(Happens::Minutes),
        1 => any::<bool>().prop_map(Happens::Freeze),
        1 => any::<bool>().prop_map(Happens::Rings),
        1 => Just(Happens::Red),
        1 => Just(Happens::Stop),
        1 => any::<bool>().prop_map(|blue| Happens::Write(if blue { Color::Blue } else { Color::Green })),
        2 => any::<bool>().prop_map(Happens::HomeIsDown),
        2 => any::<bool>().prop_map(Happens::FlagIsAway),
        1 => (0_u8..4).prop_map(Happens::Refused),
        3 => Just(Happens::Crash),
    ]
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![1 => Just(Kind::Tabletop), 4 => Just(Kind::SwitchAndReturn), 2 => Just(Kind::OneWay)]
}

proptest! {
    #[test]
    fn a_run_flips_at_most_once_each_way_and_ends_with_the_flag_where_its_record_says(
        kind in kinds(),
        story in prop::collection::vec(happens(), 0..60),
    ) {
        let guarded = plan(kind).with(guard("errors", Some(Before::Wait), true, false));
        let mut world = World::new(guarded);
        let mut written = 0;
        for happens in story {
            match happens {
                Happens::Minutes(minutes) => world.now = world.now + Millis::from_secs(u64::from(minutes) * 60),
                Happens::Freeze(true) => world.blocks("freeze", "Closed."),
                Happens::Freeze(false) => world.blocking.clear(),
                Happens::Rings(rings) => world.alarm("errors", if rings { AlarmState::Alarm } else { AlarmState::Fine }),
                Happens::Red => world.turns_red("failures", "9 tasks have failed."),
                Happens::Stop if world.drill.end.is_none() => world.stop(),
                Happens::Nothing | Happens::Stop => {}
                Happens::Write(color) => {
                    written += 1;
                    world.somebody_writes(color);
                }
                Happens::HomeIsDown(down) => world.home_is_down = down,
                Happens::FlagIsAway(away) => world.flag_is_away = away,
                Happens::Refused(times) => world.refusals = usize::from(times),
                Happens::Crash => {
                    world.wanted();
                }
            }
            world.look(1);
            prop_assert!(world.landed(false) <= 1 && world.landed(true) <= 1, "{:?}", world.drill.steps);
        }
        // What was in the way is over at last.
        world.flag_is_away = false;
        world.refusals = 0;
        let ended = world.run();
        prop_assert!(world.landed(false) <= 1 && world.landed(true) <= 1);
        prop_assert_eq!(world.flips, world.landed(false) + world.landed(true));
        if kind == Kind::Tabletop {
            prop_assert_eq!(world.flips, 0);
        }
        let back = world.live() == Some(Color::Blue);
        match &ended.end {
            End::Succeeded if kind == Kind::SwitchAndReturn => {
                prop_assert!(world.landed(true) == 1);
                prop_assert!(back || written > 0, "it came back");
            }
            End::Skipped { .. } => prop_assert_eq!(world.flips, 0),
            _ => {}
        }
        // Nobody but Teal wrote, and the flag did not come back: then that is said, unless it was to stay.
        if written == 0 && !back {
            prop_assert!(
                ended.stranded == Some(Color::Green) || (kind == Kind::OneWay && ended.end == End::Succeeded),
                "{ended:?}"
            );
        }
        if ended.stranded.is_some() {
            prop_assert!(!back || written > 0);
        }
        prop_assert_eq!(world.wanted(), Next::Look, "what has ended does nothing more");
    }
}
