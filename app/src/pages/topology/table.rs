//! The parts as a table: all that the picture says, and why, and where to look further.

use crate::components::{
    icon::{Glyph, Icon},
    mark::Mark,
    platform::tone,
    side::Shape,
    when::{Ago, For},
};
use leptos::{either::EitherOf3, prelude::*};
use teal_domain::{
    Color, Timestamp,
    topology::{Figure, Much, Node, Part, Topology},
};

/// The table.
pub fn parts(topology: &Topology, now: Timestamp) -> AnyView {
    let rows = topology.nodes.iter().map(|node| row(node, now)).collect_view();
    view! {
        <section class="card parts" aria-labelledby="parts">
            <header><h2 id="parts">"The parts"</h2></header>
            {zones(topology)}
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
        </section>
    }
    .into_any()
}

/// The network, which is no part of its own.
fn zones(topology: &Topology) -> impl IntoView + use<> {
    let ground = topology.ground.as_ref()?;
    let cidr = ground.cidr.as_ref().map(|cidr| format!(", {cidr}")).unwrap_or_default();
    let zones = ground.zones.iter().map(|zone| view! { <li><b>{zone.name.clone()}</b>": "{zone.holds()}</li> });
    let zones = zones.collect_view();
    Some(view! {
        <p>"The network, "<code>{ground.vpc.clone()}</code>{cidr}", has subnets in these zones:"</p>
        <ul class="zones">{zones}</ul>
    })
}

fn row(node: &Node, now: Timestamp) -> impl IntoView + use<> {
    let id = format!("part-{}", node.part.as_str());
    let side = node.part.side();
    let shape = side.map(|color| view! { <Shape color /> });
    let class = match side {
        Some(Color::Blue) => "side-blue",
        Some(Color::Green) => "side-green",
        None => "",
    };
    let lit = node.lit.then(|| view! { <span class="tag">"live"</span> });
    let name = (!node.name.is_empty()).then(|| view! { <code>{node.name.clone()}</code> });
    let console = node.console.clone().map(|address| {
        view! {
            <a class="out" href=address rel="noopener noreferrer" target="_blank">
                "Console"<span class="hush">" of "{node.part.title()}</span><Icon glyph=Glyph::Out />
            </a>
        }
    });
    let read = node.read_at.map(|at| match read_with(node) {
        Some(read) => view! { <Ago at now read /> }.into_any(),
        None => view! { <Ago at now /> }.into_any(),
    });
    let never = node.read_at.is_none().then_some("never");
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
            <td class="read"><span><span class="label">"Read "</span>{read}{never}</span>{console}</td>
        </tr>
    }
}

/// By what the stream tells that it was read again; nothing while reading it fails.
const fn read_with(node: &Node) -> Option<&'static str> {
    match node.part {
        _ if node.failing => None,
        Part::Flag => Some("flag"),
        Part::Environment(color) => Some(color.as_str()),
        _ => Some("platform"),
    }
}

fn figure(figure: &Figure, now: Timestamp) -> impl IntoView + use<> {
    let much = match &figure.much {
        Much::Words(words) => EitherOf3::A(words.clone()),
        Much::Ago(at) => EitherOf3::B(view! { <Ago at=*at now /> }),
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
