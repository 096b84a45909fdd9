//! Who reads, writes or goes through what, among the parts that are there.

use super::{Link, Node, Part};
use crate::Color;

/// The links, in the order in which they are told.
pub(super) fn of(nodes: &[Node]) -> Vec<Link> {
    let has = |part: Part| nodes.iter().any(|node| node.part == part);
    // Events go to the load balancer, or where there is none to the instance itself.
    let lineage = if has(Part::Balancer) { Part::Balancer } else { Part::Lineage };
    let of_sides = Color::BOTH.into_iter().flat_map(|color| {
        let from = Part::Environment(color);
        let link = |to: Part, what: &'static str| Link { from, to, what };
        [
            link(Part::Flag, "learns which side is live from"),
            link(Part::Bucket(color), "reads its DAGs from"),
            link(Part::Nat, "reaches AWS and the internet through"),
            link(lineage, "sends lineage events to"),
        ]
    });
    let link = |from: Part, to: Part, what: &'static str| Link { from, to, what };
    let of_lineage = [
        link(Part::Balancer, Part::Lineage, "sends requests on to"),
        link(Part::Lineage, Part::Secret, "reads its password from"),
        link(Part::Lineage, Part::Database, "keeps its data in"),
    ];
    of_sides.chain(of_lineage).filter(|link| has(link.from) && has(link.to)).collect()
}
