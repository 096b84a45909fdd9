//! The parts as a table: all that the picture says, and why, and where to look further.

use super::live;
use crate::components::{
    icon::{Glyph, Icon},
    mark::Mark,
    platform::tone,
    side::Shape,
    when::{Ago, For},
};
use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};
use teal_domain::{
    Color, Timestamp,
    topology::{Figure, Much, Node, Part, Stands, Topology},
};

/// The table.
pub fn parts(topology: &Topology, now: Timestamp) -> AnyView {
    let rows = topology.nodes.iter().map(|node| row(topology, node, now)).collect_view();
    view! {
        <section class="card parts" aria-labelledby="parts">
            <header><h2 id="parts">"The parts"</h2></header>
            {zones(topology, now)}
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Part"</th>
                        <th scope="col">"How it is"</th>
                        <th scope="col">"Figures"</th>
                        <th scope="col">"Read"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            {not_found(topology)}
        </section>
    }
    .into_any()
}

/// The network, which is no part of its own.
fn zones(topology: &Topology, now: Timestamp) -> impl IntoView + use<> {
    let ground = topology.ground.as_ref()?;
    let cidr = ground.cidr.as_ref().map(|cidr| format!(", {cidr}")).unwrap_or_default();
    let zones = ground.zones.iter().map(|zone| view! { <li><b>{zone.name.clone()}</b>": "{zone.holds()}</li> });
    let zones = zones.collect_view();
    let stands = match &topology.lineage_stands {
        _ if topology.node(Part::Lineage).is_none() => None,
        Stands::Inside => Some("The lineage service stands in it too.".to_owned()),
        Stands::Elsewhere(Some(vpc)) => Some(format!("The lineage service stands in another network, {vpc}.")),
        Stands::Elsewhere(None) => Some("The lineage service stands in another network.".to_owned()),
        Stands::NotKnown => Some("Whether the lineage service stands in it is not told.".to_owned()),
    };
    let read = ground.long_ago.map(|at| view! { ", as read " <Ago at now /> });
    Some(view! {
        <p>"The network, "<code>{ground.vpc.clone()}</code>{cidr}{read}", has subnets in these zones:"</p>
        <ul class="zones">{zones}</ul>
        {stands.map(|stands| view! { <p>{stands}</p> })}
    })
}

/// What was looked for, by which names, and is not there.
fn not_found(topology: &Topology) -> impl IntoView + use<> {
    if topology.not_found.is_empty() {
        return None;
    }
    let rows = topology.not_found.iter().map(|(part, tried)| {
        view! { <li><b>{part.title()}</b>": "<code>{tried.join(", ")}</code></li> }
    });
    Some(view! {
        <div class="not-found">
            <p>"Nobody said that these were there, and nothing has one of these names:"</p>
            <ul>{rows.collect_view()}</ul>
        </div>
    })
}

fn row(topology: &Topology, node: &Node, now: Timestamp) -> impl IntoView + use<> {
    let id = format!("part-{}", node.part.as_str());
    let side = node.part.side();
    let shape = side.map(|color| view! { <Shape color /> });
    let class = match side {
        Some(Color::Blue) => "side-blue",
        Some(Color::Green) => "side-green",
        None => "",
    };
    let lit = node.lit.then(|| view! { <span class="tag">{live(topology)}</span> });
    let name = (!node.name.is_empty()).then(|| view! { <code>{node.name.clone()}</code> });
    let console = node.console.clone().map(|address| {
        view! {
            <a class="out" href=address rel="noopener noreferrer" target="_blank">
                "Console"<span class="hush">" of "{node.part.title()}</span><Icon glyph=Glyph::Out />
            </a>
        }
    });
    let read = read(node, now);
    let zones = (!node.zones.is_empty()).then(|| view! { <span class="hint">"In "{node.zones.join(", ")}"."</span> });
    view! {
        <tr id=id.clone() data-key=id class=class data-glow="">
            <th scope="row"><span class="what">{shape}{node.part.title()}{lit}</span>{name}</th>
            <td class="how">
                <Mark tone=tone(node.health) text=node.health.as_str() />
                <span class="reason">{node.reason.clone()}</span>
                {zones}
            </td>
            <td><dl class="figures">{node.figures.iter().map(|one| figure(one, now)).collect_view()}</dl></td>
            <td class="read"><span><span class="label">"Read "</span>{read}</span>{console}</td>
        </tr>
    }
}

/// When it was read. The stream tells when it is read again; not while reading it fails.
pub(super) fn read(node: &Node, now: Timestamp) -> impl IntoView + use<> {
    match (node.read_at, node.failing) {
        (None, _) => EitherOf3::A("never"),
        (Some(at), true) => EitherOf3::B(view! { <Ago at now /> }),
        (Some(at), false) => EitherOf3::C(view! { <Ago at now read=node.told_as /> }),
    }
}

/// A figure in the list of a part's figures.
pub(super) fn figure(figure: &Figure, now: Timestamp) -> impl IntoView + use<> {
    let much = match &figure.much {
        Much::Words(words) => EitherOf3::A(words.clone()),
        Much::Ago(at) => EitherOf3::B(match figure.told_as {
            Some(read) => Either::Left(view! { <Ago at=*at now read /> }),
            None => Either::Right(view! { <Ago at=*at now /> }),
        }),
        Much::Since(at) => EitherOf3::C(view! { <For at=*at now /> }),
    };
    view! { <div><dt>{figure.what}</dt><dd>{much}</dd></div> }
}

/// Who reads what, in words.
pub fn reads(topology: &Topology) -> AnyView {
    let rows = topology.links.iter().map(|link| {
        view! {
            <li>
                <b>{link.from.title()}</b>" "{link.what}" "<b>{lower(link.to)}</b>
            </li>
        }
    });
    view! {
        <section class="card reads" aria-labelledby="reads">
            <header><h2 id="reads">"Who reads what"</h2></header>
            <ul>{rows.collect_view()}</ul>
        </section>
    }
    .into_any()
}

/// What a part is called within a sentence.
const fn lower(part: Part) -> &'static str {
    match part {
        Part::Flag => "the flag",
        Part::Environment(Color::Blue) => "the blue environment",
        Part::Environment(Color::Green) => "the green environment",
        Part::Bucket(Color::Blue) => "the blue bucket",
        Part::Bucket(Color::Green) => "the green bucket",
        Part::Nat => "the NAT gateways",
        Part::Balancer => "the load balancer",
        Part::Lineage => "the lineage service",
        Part::Database => "the lineage database",
        Part::Secret => "the database secret",
    }
}
