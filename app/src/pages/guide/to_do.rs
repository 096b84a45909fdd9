//! The one thing to do, with the way there. Nothing is done here: the switch page asks once more, and says what stands against
//! it.

use crate::{
    components::{
        allowed,
        icon::{Glyph, Icon},
        side::Shape,
    },
    paths,
    render::View,
};
use leptos::{either::Either, prelude::*};
use teal_domain::{
    Action, Color, PairSnapshot,
    disaster::{Case, Commands, First, Now, Scenario, Way},
    topology::{Part, Topology},
};

/// What to do.
pub fn block(view: &View<'_>, pair: &PairSnapshot, topology: &Topology, scenario: &Scenario) -> AnyView {
    let (to_do, lit) = (&scenario.to_do, scenario.now == Now::Happening);
    let title = match scenario.now {
        Now::Happening => "The one thing to do",
        Now::Unknown => "The one thing to do, if it is so",
        Now::Calm | Now::NotHere => "The one thing to do, if it happened now",
    };
    let first = (!to_do.first.is_empty()).then(|| {
        let rows = to_do.first.iter().map(row).collect_view();
        view! { <ul class="first">{rows}</ul> }
    });
    view! {
        <div class="to-do">
            <h3>{title}</h3>
            <p class="says">{to_do.says.clone()}</p>
            {first}
            {way(view, pair, topology, scenario.case, &to_do.way, lit)}
        </div>
    }
    .into_any()
}

fn row(first: &First) -> impl IntoView + use<> {
    view! { <li><b>{first.what.clone()}</b>" "{first.mend.clone()}</li> }
}

fn way(view: &View<'_>, pair: &PairSnapshot, topology: &Topology, case: Case, way: &Way, lit: bool) -> Option<AnyView> {
    let class = if lit { "button primary" } else { "button" };
    let link = |href: String, label: &'static str| {
        view! { <p class="actions"><a class=class href=href>{label}</a></p> }.into_any()
    };
    match way {
        Way::Switch(color) => Some(switches(view, pair, &[*color], "Switch to ", class)),
        Way::Repair(sides) => Some(switches(view, pair, sides, "Set the flag to ", class)),
        Way::Declare => Some(link(paths::maintenance(&pair.id), "Declare maintenance")),
        Way::Trouble => Some(link(paths::trouble(&pair.id), "Troubleshooting")),
        Way::Lineage => Some(link(paths::lineage(&pair.id), "Lineage")),
        Way::Console(part) => console(topology, *part, class),
        Way::CommandLine(line) => Some(commands(case, line)),
        Way::Wait => None,
    }
}

/// Buttons that lead to the switch page, off for whoever may not switch.
fn switches(view: &View<'_>, pair: &PairSnapshot, sides: &[Color], verb: &'static str, class: &'static str) -> AnyView {
    let denied = view.denied(Action::Switch);
    let buttons = sides.iter().map(|color| {
        let label = view! { {verb} <Shape color=*color /> {color.title()} "…" };
        match &denied {
            None => Either::Left(view! { <a class=class href=paths::switch(&pair.id, *color)>{label}</a> }),
            Some(_) => Either::Right(allowed::off(label)),
        }
    });
    let buttons = buttons.collect_view();
    view! {
        <p class="actions">{buttons}</p>
        {denied.as_ref().map(allowed::why_not)}
    }
    .into_any()
}

fn console(topology: &Topology, part: Part, class: &'static str) -> Option<AnyView> {
    let address = topology.node(part)?.console.clone()?;
    Some(
        view! {
            <p class="actions">
                <a class=class href=address rel="noopener noreferrer" target="_blank">
                    "Console"<span class="hush">" of "{part.title()}</span><Icon glyph=Glyph::Out />
                </a>
            </p>
        }
        .into_any(),
    )
}

/// Lines to type, each with when it is the one to take.
fn commands(case: Case, commands: &Commands) -> AnyView {
    let rows = commands.all().into_iter().enumerate().map(|(number, command)| {
        let id = format!("{}-command-{number}", case.as_str());
        view! {
            <li>
                <p>{command.when}":"</p>
                <pre tabindex="0" id=id.clone()><code>{command.line.clone()}</code></pre>
                <button type="button" class="button quiet copy" data-copy=id>"Copy"</button>
            </li>
        }
    });
    view! { <ul class="commands">{rows.collect_view()}</ul> }.into_any()
}
