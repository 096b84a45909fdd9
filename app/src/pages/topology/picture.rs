//! The picture. Each part leads to its row in the table, which says the same in full; what is lit is said in words too.

use super::{
    live,
    place::{self, LANES, OWN_GROUND, Place, SIZE, VPC, VPC_OF_SIDES, ZONES},
};
use crate::{components::platform::tone, paths, words};
use leptos::{either::Either, prelude::*};
use teal_domain::{
    Color, PairSnapshot, Timestamp,
    topology::{Figure, Ground, Health, Link, Much, Node, Part, Stands, Topology},
};

/// Where the parts of the picture lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leads {
    /// Each to its row on this page.
    ToRow,
    /// Each to its row on the page of the topology, in a tab of its own.
    Out,
}

/// The picture, drawn by the server.
pub fn picture(topology: &Topology, pair: &PairSnapshot, leads: Leads, now: Timestamp) -> AnyView {
    let parts = Part::ALL.map(|part| match topology.node(part) {
        Some(node) => Either::Left(card(topology, node, pair, leads, now)),
        None => Either::Right(gap(part)),
    });
    let links = topology.links.iter().map(|link| way(topology, link)).collect_view();
    // The edges of the network are those of the page.
    let view_box = format!("{} 0 {} {}", VPC.x - 1, VPC.w + 2, SIZE.1);
    view! {
        <figure class="picture" aria-label="The platform as a picture">
            <svg viewBox=view_box role="group" aria-label="Parts of the platform">
                {ground(topology)}
                <g class="ways" aria-hidden="true">{links}{named(topology, &pair.region)}{labels(topology)}</g>
                {parts.into_iter().collect_view()}
            </svg>
            <figcaption class="hint">{caption(topology, leads)}</figcaption>
        </figure>
    }
    .into_any()
}

fn caption(topology: &Topology, leads: Leads) -> String {
    let lead = match leads {
        Leads::ToRow => "Each part leads to its row below.",
        Leads::Out => "Each part opens in Teal, in a tab of its own.",
    };
    match topology.nodes.iter().find(|node| node.lit).and_then(|node| node.part.side()) {
        Some(color) => {
            let is = if topology.live_is_old { "was live when the flag was last read" } else { "is live" };
            format!("{} {is}: what it uses is drawn with a full line. {lead}", color.title())
        }
        None => format!("No side is live. {lead}"),
    }
}

/// The network of the environments as it is drawn, and what the lineage service stands in where that is something else.
fn networks(topology: &Topology) -> (Place, Option<&Stands>) {
    let lineage = [Part::Balancer, Part::Lineage, Part::Database].iter().any(|part| topology.node(*part).is_some());
    match &topology.lineage_stands {
        Stands::Inside => (VPC, None),
        stands => (VPC_OF_SIDES, Some(stands).filter(|_| lineage)),
    }
}

/// What the networks are called. The ways go through below it.
fn named(topology: &Topology, region: &str) -> impl IntoView + use<> {
    let (vpc, own) = networks(topology);
    let named = match topology.ground.as_ref() {
        Some(ground) => {
            let cidr = ground.cidr.as_ref().map(|cidr| format!(" · {cidr}")).unwrap_or_default();
            let old = if ground.long_ago.is_some() { " · not read lately" } else { "" };
            format!("VPC {}{cidr} · {region}{old}", ground.vpc)
        }
        None => format!("VPC not read · {region}"),
    };
    let own = own.map(|stands| match stands {
        Stands::Elsewhere(Some(vpc)) => format!("VPC {vpc}"),
        Stands::Elsewhere(None) | Stands::Inside => "Another network".to_owned(),
        Stands::NotKnown => "Its network is not known".to_owned(),
    });
    let says = |place: Place, text: String| {
        view! { <text class="end" x=place.x + place.w - 36 y=place.y + 22>{text}</text> }
    };
    view! { {says(vpc, named)}{own.map(|own| says(OWN_GROUND, own))} }
}

/// What the parts stand in: the network, its subnets by kind, its zones. The lineage service stands in it only where that
/// is told.
fn ground(topology: &Topology) -> impl IntoView + use<> {
    let (vpc, own) = networks(topology);
    let own = own.map(|stands| {
        let class = if *stands == Stands::NotKnown { "vpc not-known" } else { "vpc" };
        let Place { x, y, w, h } = OWN_GROUND;
        view! { <rect class=class x=x y=y width=w height=h rx="12"></rect> }
    });
    let lanes = LANES.map(|(at, name)| {
        view! {
            <g class="lane">
                <rect x=at.x y=at.y width=at.w height=at.h rx="8"></rect>
                <text x=at.x + 12 y=at.y + 20>{name}</text>
            </g>
        }
    });
    view! {
        <g class="ground">
            <text x=VPC.x + 12 y="16">"Beside the network"</text>
            <rect class="vpc" x=vpc.x y=vpc.y width=vpc.w height=vpc.h rx="12"></rect>
            {own}
            {lanes.into_iter().collect_view()}
            {zones(topology.ground.as_ref(), vpc)}
        </g>
    }
}

fn zones(ground: Option<&Ground>, vpc: Place) -> impl IntoView + use<> {
    let zones = ground.map(|ground| ground.zones.as_slice()).unwrap_or_default();
    let Ok(count @ 1..) = i32::try_from(zones.len()) else {
        return Either::Left(view! {
            <text class="zone-name" x=ZONES.x + 12 y=ZONES.y + 37>"Its zones are not known"</text>
        });
    };
    let width = (vpc.w - 24 - 12 * (count - 1)) / count;
    let cells = zones.iter().zip(0..count).map(|(zone, n)| {
        let x = ZONES.x + n * (width + 12);
        view! {
            <g class="zone">
                <rect x=x y=ZONES.y width=width height=ZONES.h rx="8"></rect>
                <text class="zone-name" x=x + 12 y=ZONES.y + 26>"Zone "{zone.name.clone()}</text>
                <text x=x + 12 y=ZONES.y + 46>{clipped(&zone.holds(), width - 24)}</text>
            </g>
        }
    });
    Either::Right(cells.collect_view())
}

/// What the links are for, where they begin.
fn labels(topology: &Topology) -> impl IntoView + use<> {
    let has = |part: Part| topology.node(part).is_some();
    let says = |show: bool, x: i32, y: i32, class: &'static str, text: &'static str| {
        show.then(|| view! { <text class=class x=x y=y>{text}</text> })
    };
    view! {
        {says(has(Part::Flag), 401, 164, "middle", "which side?")}
        {says(has(Part::Bucket(Color::Blue)), 166, 164, "", "DAGs")}
        {says(has(Part::Bucket(Color::Green)), 636, 164, "end", "DAGs")}
        {says(has(Part::Secret), 1132, 164, "end", "password")}
        {says(has(Part::Nat), 250, 450, "end", "way out")}
        {says(has(Part::Lineage), 795, 452, "end", "lineage")}
    }
}

fn way(topology: &Topology, link: &Link) -> impl IntoView + use<> {
    let lit = topology.node(link.from).is_some_and(|node| node.lit);
    let class = match (link.from.side(), lit) {
        (Some(color), true) => format!("way lit {}", hued(color)),
        (Some(_), false) => "way standby".to_owned(),
        (None, _) => "way".to_owned(),
    };
    let (line, tip) = place::drawn(&place::way(link.from, link.to));
    view! { <g class=class><path class="line" d=line></path><path class="tip" d=tip></path></g> }
}

/// A part that is not there, in its place.
fn gap(part: Part) -> impl IntoView {
    let Place { x, y, w, h } = place::of(part);
    let says = match part {
        Part::Flag => "No flag",
        Part::Environment(_) => "No second environment",
        Part::Bucket(_) => "No second bucket",
        Part::Nat => "No NAT gateway",
        Part::Balancer => "No load balancer found",
        Part::Lineage => "No lineage service found",
        Part::Database => "No database found",
        Part::Secret => "No secret found",
    };
    view! {
        <g class="gap">
            <rect x=x y=y width=w height=h rx="8"></rect>
            <text class="middle" x=x + w / 2 y=y + h / 2 + 4>{says}</text>
        </g>
    }
}

/// Lends a side's hue to what is inside.
const fn hued(color: Color) -> &'static str {
    match color {
        Color::Blue => "side-blue",
        Color::Green => "side-green",
    }
}

/// Roughly how wide the word for a health is.
const fn wide(health: Health) -> i32 {
    match health {
        Health::Healthy => 49,
        Health::Degraded => 62,
        Health::Down => 36,
        Health::Unknown => 58,
    }
}

fn card(topology: &Topology, node: &Node, pair: &PairSnapshot, leads: Leads, now: Timestamp) -> impl IntoView + use<> {
    let Place { x, y, w, h } = place::of(node.part);
    let (word, color) = (node.health.as_str(), node.part.side());
    // The flag bears the hue of the side that it names.
    let hue = color.or_else(|| pair.live().filter(|_| node.part == Part::Flag));
    let class = format!(
        "part {word}{}{}",
        match (color, node.lit) {
            (Some(_), true) => " lit",
            (Some(_), false) => " standby",
            (None, _) => "",
        },
        hue.map(|color| format!(" {}", hued(color))).unwrap_or_default(),
    );
    let standing = match (color, node.lit, pair.live()) {
        (Some(_), true, _) => Some(live(topology)),
        (Some(_), false, Some(_)) => Some("standby"),
        _ => None,
    };
    let said = standing.map(|standing| format!(", {standing}")).unwrap_or_default();
    let label = format!("{}{said}: {word}. {}", node.part.title(), node.reason);
    let anchor = format!("#part-{}", node.part.as_str());
    let (href, target, rel, spoken) = match leads {
        Leads::ToRow => (anchor, None, None, label.clone()),
        Leads::Out => (
            format!("{}{anchor}", paths::topology(&pair.id)),
            Some("_blank"),
            Some("noopener"),
            format!("{label} Opens in a new tab."),
        ),
    };
    let role = standing
        .filter(|_| matches!(node.part, Part::Environment(_)))
        .map(|standing| view! { <tspan class="soft" dx="8">{standing}</tspan> });
    let shape = hue.map(|color| shape(color, x + 14, y + 12));
    let title_x = x + if hue.is_some() { 34 } else { 14 };
    let icon_x = x + w - 14 - wide(node.health) - 17;
    let title = match (node.part, pair.live()) {
        (Part::Flag, Some(color)) => format!("Flag: {}", color.title()),
        (part, _) => part.title().to_owned(),
    };
    let name = if node.name.is_empty() { "not known yet".to_owned() } else { halved(&node.name, (w - 24) / 7) };
    // Where there is little room, what is wrong comes before what else could be said.
    let roomy = matches!(node.part, Part::Environment(_)) && !node.figures.is_empty();
    let well = node.health == Health::Healthy && !node.figures.is_empty();
    let shown = if roomy || well { node.figures.len() } else { node.figures.len().min(1) };
    let line = move |n: i32| y + 63 + 16 * n;
    let figures = node.figures.iter().take(shown).zip(0..).map(|(figure, n)| row(figure, (x, line(n), w), now));
    let figures = figures.collect_view();
    let (from, lines) = match (roomy, well) {
        (true, _) => (y + 120, 2),
        (false, true) => (0, 0),
        (false, false) => (line(i32::from(shown > 0)), 3 - shown),
    };
    let why = wrapped(&node.reason, w - 28, lines).into_iter().zip(0..).map(|(text, n)| {
        view! { <text class="why" x=x + 14 y=from + 16 * n>{text}</text> }
    });
    let why = why.collect_view();
    view! {
        <a class=class href=href target=target rel=rel aria-label=spoken>
            <title>{label}</title>
            <rect class="box" x=x y=y width=w height=h rx="8"></rect>
            <rect class="bar" x=x y=y + 10 width="4" height=h - 20></rect>
            {shape}
            <text class="title" x=title_x y=y + 24>{title}{role}</text>
            <g class="state">
                <svg class="icon" x=icon_x y=y + 12 width="14" height="14" viewBox="0 0 16 16">
                    <path d=tone(node.health).glyph().path()></path>
                </svg>
                <text class="end" x=x + w - 14 y=y + 24>{word}</text>
            </g>
            <text class="name" x=x + 14 y=y + 43>{name}</text>
            {figures}
            {why}
        </a>
    }
}

fn shape(color: Color, x: i32, y: i32) -> impl IntoView {
    let path = match color {
        Color::Blue => "M8 2a6 6 0 1 1 0 12 6 6 0 0 1 0-12Z",
        Color::Green => "M8 .8 15.2 8 8 15.2 .8 8Z",
    };
    view! { <svg class="shape" x=x y=y width="14" height="14" viewBox="0 0 16 16"><path d=path></path></svg> }
}

/// A figure in a line. Ages count on, as everywhere.
fn row(figure: &Figure, (x, y, w): (i32, i32, i32), now: Timestamp) -> impl IntoView + use<> {
    let (at, class, text) = match &figure.much {
        Much::Words(text) => (None, "much", clipped(text, w - 106)),
        Much::Ago(at) => (Some(at.0), "much ago", words::ago(*at, now)),
        Much::Since(at) => (Some(at.0), "much for", words::age(now.since(*at))),
    };
    view! {
        <text x=x + 14 y=y data-at=at data-read=figure.told_as>
            <tspan class="soft">{figure.what}</tspan>
            <tspan class=class x=x + 92>{text}</tspan>
        </text>
    }
}

/// As much of a text as fits.
fn clipped(text: &str, width: i32) -> String {
    let fits = usize::try_from(width * 10 / 72).unwrap_or(0);
    if text.chars().count() <= fits {
        return text.to_owned();
    }
    text.chars().take(fits.saturating_sub(1)).chain(['…']).collect()
}

/// A text over lines, the last of which may be cut off.
fn wrapped(text: &str, width: i32, most: usize) -> Vec<String> {
    let fits = usize::try_from(width * 10 / 72).unwrap_or(0);
    let mut lines: Vec<String> = Vec::new();
    if most == 0 {
        return lines;
    }
    for word in text.split_whitespace() {
        let full = lines.len() == most;
        match lines.last_mut() {
            Some(line) if full || line.chars().count() + 1 + word.chars().count() <= fits => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| clipped(line, width)).collect()
}

/// A name whose middle is left out where it is too long: what tells names apart stands at their ends.
fn halved(name: &str, fits: i32) -> String {
    let (count, fits) = (name.chars().count(), usize::try_from(fits).unwrap_or(0));
    if count <= fits {
        return name.to_owned();
    }
    let tail = fits / 2;
    let head = fits - tail - 1;
    name.chars().take(head).chain(['…']).chain(name.chars().skip(count - tail)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_too_long_are_cut_and_names_keep_both_ends() {
        assert_eq!(clipped("short", 200), "short");
        assert_eq!(clipped("longer than that", 72), "longer th…");
        assert_eq!(halved("mwaa-openlineage-mwaa-blue-dev-us-east-2-1", 21), "mwaa-openl…s-east-2-1");
        assert_eq!(halved("same", 4), "same");
    }

    #[test]
    fn a_reason_takes_as_many_lines_as_there_is_room_for() {
        assert_eq!(wrapped("one two three four", 72, 2), ["one two", "three four"]);
        assert_eq!(wrapped("one two three four five six", 72, 2), ["one two", "three fou…"]);
    }
}
