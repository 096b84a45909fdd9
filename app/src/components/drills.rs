//! Drills in a line: what comes next, what came of the last one, when the failover was last proven; and the bar while one is under
//! way, or has left the flag where it should not be.

use super::{
    icon::{Glyph, Icon},
    mark::{Mark, Tone},
    when::When,
};
use crate::{
    paths,
    words::{self, drill},
};
use leptos::prelude::*;
use teal_domain::{
    PairSnapshot, Timestamp,
    drill::{State, seconds},
};

/// The line on the overview; none where nobody has planned any, and none has run.
pub fn line(pair: &PairSnapshot, now: Timestamp) -> Option<AnyView> {
    let drills = &pair.drills;
    if drills.plans.is_empty() && drills.runs.is_empty() {
        return None;
    }
    let proven = match drills.proved_at {
        Some(at) => view! { <Mark tone=Tone::Good text=format!("Proven {}", words::ago(at, now)) /> },
        None => view! { <Mark tone=Tone::Attention text="Never proven by a drill".to_owned() /> },
    };
    let last = drills.last().map(|(seq, run)| {
        let (_, said) = drill::outcome(run);
        let times = match run.state() {
            State::Ended(ended) => {
                let told = [("flip", ended.measured.flip), ("pickup", ended.measured.pickup)];
                let told = told.into_iter().filter_map(|(what, span)| Some(format!("{what} {}", seconds(span?))));
                told.collect::<Vec<_>>().join(" · ")
            }
            _ => String::new(),
        };
        let said =
            if times.is_empty() { format!("Last drill {said}") } else { format!("Last drill {said} · {times}") };
        view! { <a href=paths::drill_run(&pair.id, seq)>{said}</a> }
    });
    let next = match drills.next() {
        Some((plan, due)) => {
            let text = format!("Next drill: {}, {}", plan.name, due.there);
            view! { <span>{text}" "<When at=due.at now /></span> }.into_any()
        }
        None => view! { <span>"No drill is due"</span> }.into_any(),
    };
    Some(
        view! {
            <p class="freeze-line dotted">{proven}{last}{next}<a href=paths::drills(&pair.id)>"Drills"</a></p>
        }
        .into_any(),
    )
}

/// The bar on top of every page.
pub fn bar(pair: &PairSnapshot) -> Option<AnyView> {
    if let Some((seq, run)) = pair.drills.under_way() {
        return Some(
            view! {
                <div class="bar bar-busy" role="status">
                    <Icon glyph=Glyph::Turning />
                    <p>
                        <strong>"The drill "{run.run.plan.name.to_string()}" is under way"</strong>". "{drill::told(run)}" "
                        <a href=paths::drill_run(&pair.id, seq)>"Look at it"</a>
                    </p>
                </div>
            }
            .into_any(),
        );
    }
    // It is over once the flag is elsewhere, whoever moved it.
    let (seq, run, side) = pair.drills.stranded().filter(|(.., side)| pair.live() == Some(*side))?;
    let back = side.other();
    Some(
        view! {
            <div class="bar bar-down" role="alert">
                <Icon glyph=Glyph::Cross />
                <p>
                    <strong>"The drill "{run.run.plan.name.to_string()}" left the flag on "{side.title()}</strong>
                    " and could not bring it back. "
                    <a href=paths::switch(&pair.id, back)>"Switch to "{back.title()}</a>" · "
                    <a href=paths::drill_run(&pair.id, seq)>"Why"</a>
                </p>
            </div>
        }
        .into_any(),
    )
}
