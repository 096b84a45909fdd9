//! Where each part stands in the picture, and by which way each link goes. Nothing here depends on how a part is, so the
//! picture never jumps.

use teal_domain::{Color, topology::Part};

/// How wide and how high the picture is.
pub const SIZE: (i32, i32) = (1180, 712);

/// A place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// From the left.
    pub x: i32,
    /// From the top.
    pub y: i32,
    /// How wide.
    pub w: i32,
    /// How high.
    pub h: i32,
}

const fn at(x: i32, y: i32, w: i32, h: i32) -> Place {
    Place { x, y, w, h }
}

/// What parts stand in, with its name.
pub const LANES: [(Place, &str); 3] = [
    (at(28, 214, 746, 202), "Private subnets"),
    (at(28, 458, 746, 152), "Public subnets"),
    (at(836, 214, 316, 396), "Lineage"),
];
/// The network.
pub const VPC: Place = at(16, 178, 1148, 526);
/// The network, where the lineage service does not stand in it or nobody knows.
pub const VPC_OF_SIDES: Place = at(16, 178, 770, 526);
/// What the lineage service stands in then.
pub const OWN_GROUND: Place = at(824, 178, 340, 444);
/// The zones, side by side.
pub const ZONES: Place = at(28, 626, 1124, 64);

/// Where a part stands.
pub const fn of(part: Part) -> Place {
    match part {
        Part::Bucket(Color::Blue) => at(36, 26, 240, 108),
        Part::Flag => at(292, 26, 218, 108),
        Part::Bucket(Color::Green) => at(526, 26, 240, 108),
        Part::Secret => at(846, 26, 284, 108),
        Part::Environment(Color::Blue) => at(40, 246, 346, 158),
        Part::Environment(Color::Green) => at(416, 246, 346, 158),
        Part::Nat => at(228, 490, 346, 108),
        Part::Balancer => at(846, 242, 284, 108),
        Part::Lineage => at(846, 368, 284, 108),
        Part::Database => at(846, 494, 284, 108),
    }
}

/// The way from one part to another: its corners.
pub fn way(from: Part, to: Part) -> Vec<(i32, i32)> {
    let (a, b) = (of(from), of(to));
    // Blue leaves at the left of what both go to, green at the right.
    let left = from.side() == Some(Color::Blue);
    match (from, to) {
        (Part::Environment(_), Part::Bucket(_)) => {
            let x = b.x + b.w / 2;
            vec![(x, a.y), (x, b.y + b.h)]
        }
        (Part::Environment(_), Part::Flag) => {
            let x = if left { 334 } else { 468 };
            vec![(x, a.y), (x, b.y + b.h)]
        }
        (Part::Environment(_), Part::Nat) => {
            let x = if left { 260 } else { 542 };
            vec![(x, a.y + a.h), (x, b.y)]
        }
        (Part::Environment(Color::Blue), Part::Lineage) => {
            let y = b.y + b.h / 2;
            vec![(350, a.y + a.h), (350, y), (b.x, y)]
        }
        (Part::Environment(Color::Blue), _) => {
            let y = b.y + b.h / 2;
            vec![(350, a.y + a.h), (350, 437), (805, 437), (805, y), (b.x, y)]
        }
        (Part::Environment(Color::Green), _) => {
            let (from, to) = (a.y + 50, b.y + b.h / 2);
            vec![(a.x + a.w, from), (805, from), (805, to), (b.x, to)]
        }
        (_, Part::Secret) => {
            let (from, to, x) = (a.y + a.h / 2, b.y + b.h / 2, a.x + a.w + 13);
            vec![(a.x + a.w, from), (x, from), (x, to), (b.x + b.w, to)]
        }
        _ => {
            let x = a.x + a.w / 2;
            vec![(x, a.y + a.h), (x, b.y)]
        }
    }
}

/// A way as a line, and the tip at its end.
pub fn drawn(corners: &[(i32, i32)]) -> (String, String) {
    let line = corners.iter().enumerate().map(|(n, (x, y))| format!("{}{x} {y}", if n == 0 { 'M' } else { 'L' }));
    let line = line.collect::<Vec<_>>().concat();
    let tip = match corners {
        [.., (ax, ay), (x, y)] => {
            let (dx, dy) = ((x - ax).signum(), (y - ay).signum());
            // Back along the way by 8, and 4 to each side of it.
            let (bx, by) = (x - 8 * dx, y - 8 * dy);
            format!("M{x} {y}L{} {}L{} {}Z", bx + 4 * dy, by + 4 * dx, bx - 4 * dy, by - 4 * dx)
        }
        _ => String::new(),
    };
    (line, tip)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apart(one: Place, other: Place) -> bool {
        one.x + one.w <= other.x || other.x + other.w <= one.x || one.y + one.h <= other.y || other.y + other.h <= one.y
    }

    #[test]
    fn no_part_stands_on_another_and_none_beyond_the_edge() {
        for (n, part) in Part::ALL.into_iter().enumerate() {
            let place = of(part);
            assert!(place.x >= 0 && place.x + place.w <= SIZE.0 && place.y + place.h <= SIZE.1, "{part:?}");
            assert!(Part::ALL[n + 1..].iter().all(|other| apart(place, of(*other))), "{part:?}");
            assert!(apart(place, ZONES), "{part:?}");
        }
    }

    #[test]
    fn what_stands_in_no_network_of_the_environments_is_drawn_outside_of_it() {
        let within = |inner: Place, outer: Place| {
            inner.x >= outer.x
                && inner.y >= outer.y
                && inner.x + inner.w <= outer.x + outer.w
                && inner.y + inner.h <= outer.y + outer.h
        };
        assert!(apart(VPC_OF_SIDES, OWN_GROUND));
        for part in [Part::Balancer, Part::Lineage, Part::Database] {
            assert!(within(of(part), OWN_GROUND) && within(of(part), VPC), "{part:?}");
        }
        for part in Color::BOTH.map(Part::Environment).into_iter().chain([Part::Nat]) {
            assert!(within(of(part), VPC_OF_SIDES), "{part:?}");
        }
    }

    #[test]
    fn every_way_is_of_straight_lines_and_ends_at_the_edge_of_what_it_leads_to() {
        let environments = Color::BOTH.map(Part::Environment);
        let shared = [Part::Flag, Part::Nat, Part::Balancer, Part::Lineage];
        let of_sides = environments.into_iter().flat_map(|from| {
            let bucket = from.side().map(|color| (from, Part::Bucket(color)));
            shared.into_iter().map(move |to| (from, to)).chain(bucket)
        });
        let others = [(Part::Balancer, Part::Lineage), (Part::Lineage, Part::Database), (Part::Lineage, Part::Secret)];
        for (from, to) in of_sides.chain(others) {
            let (corners, place) = (way(from, to), of(to));
            assert!(corners.windows(2).all(|two| two[0].0 == two[1].0 || two[0].1 == two[1].1), "{from:?} {corners:?}");
            let (x, y) = *corners.last().expect("an end");
            let within_x = (place.x..=place.x + place.w).contains(&x);
            let within_y = (place.y..=place.y + place.h).contains(&y);
            let on_edge = [place.x, place.x + place.w].contains(&x) || [place.y, place.y + place.h].contains(&y);
            assert!(within_x && within_y && on_edge, "{from:?} to {to:?}: {x} {y}");
        }
    }
}
