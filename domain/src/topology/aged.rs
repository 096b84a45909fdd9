//! Readings that have become too old to judge by: what is known of a pair stays the same then, and what is said of it
//! does not.

use super::part::{ENVIRONMENT_IS_OLD_AFTER, PLATFORM_IS_OLD_AFTER};
use crate::{Color, Millis, PairSnapshot, Reading, Timestamp, preflight::FLAG_IS_STALE_AFTER};

/// Which of a pair's readings are too old, one bit for each. Whoever has a page open must be shown another one when it
/// changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Aged(u32);

impl Aged {
    /// Those that are at `now`.
    pub fn of(pair: &PairSnapshot, now: Timestamp) -> Self {
        fn old<T>(reading: &Reading<T>, after: Millis, now: Timestamp) -> bool {
            reading.age(now).is_some_and(|age| age > after)
        }
        let (flag, side, part) = (FLAG_IS_STALE_AFTER, ENVIRONMENT_IS_OLD_AFTER, PLATFORM_IS_OLD_AFTER);
        let platform = &*pair.platform;
        let of_platform = [
            old(&pair.flag, flag, now),
            old(&platform.network, part, now),
            old(&platform.balancer, part, now),
            old(&platform.group, part, now),
            old(&platform.instance, part, now),
            old(&platform.database, part, now),
            old(&platform.secret, part, now),
        ];
        let of_sides = Color::BOTH.map(|color| {
            let facts = pair.surroundings.side(color);
            [
                old(pair.side(color), side, now),
                // How it is deployed is known for longer than how it is.
                old(pair.side(color), part, now),
                old(platform.bucket(color), part, now),
                old(&facts.health, side, now),
                old(&facts.heartbeat, side, now),
                old(&facts.work, side, now),
                old(&facts.files, part, now),
            ]
        });
        let all = of_platform.into_iter().chain(of_sides.into_iter().flatten());
        Self(all.fold(0, |bits, old| bits << 1 | u32::from(old)))
    }
}
