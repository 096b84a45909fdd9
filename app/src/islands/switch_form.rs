//! The confirmation: the target's name typed, a reason, two minutes. It works as a plain form before the
//! script has loaded and where none runs; the island only says sooner what the server would say.

mod parts;
mod post;

pub use parts::{Answer, refused};

use super::live::Live;
use crate::{
    components::side::Shape,
    functions::SwitchFlag,
    paths::{self, SwitchQuery},
    words::{self, time},
};
use leptos::{
    ev::{Event, SubmitEvent},
    html,
    prelude::*,
    server_fn::ServerFn,
};
use serde::{Deserialize, Serialize};
use teal_domain::{Base, Color, PairId, Reason, Timestamp};

/// What the checks leave possible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// Nothing blocks.
    None,
    /// These checks block; an emergency switch skips them. Where somebody may override them, it is said who.
    UnlessEmergency(String, Option<String>),
    /// These checks block; this person may override them, and an emergency switch skips them.
    UnlessOverridden(String),
    /// These checks block, and nothing on this page skips them.
    Always(String),
}

/// The field for the change (the ticket), as policy has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeField {
    /// A planned switch is refused without.
    pub required: bool,
    /// What it must match.
    pub pattern: Option<String>,
    /// What had been typed.
    pub typed: String,
}

/// The form.
#[island]
pub fn SwitchForm(
    /// The pair.
    pair: PairId,
    /// The side to make live.
    target: Color,
    /// What the confirmation rests on.
    base: Base,
    /// The flag names no side.
    repair: bool,
    /// The sealed confirmation.
    confirmation: String,
    /// Until when it is good.
    expires_at: Timestamp,
    /// Now, by the server's clock.
    now: Timestamp,
    /// What the checks leave possible.
    block: Block,
    /// The reason, if one had been typed.
    reason: String,
    /// The change (the ticket).
    change: ChangeField,
) -> impl IntoView {
    let (busy, answer) = (RwSignal::new(false), RwSignal::new(None));
    let live = Live::here();
    let awake = RwSignal::new(false);
    let typed = RwSignal::new(String::new());
    let why = RwSignal::new(reason.clone());
    let (emergency, in_spite) = (RwSignal::new(false), RwSignal::new(false));
    let ticket = RwSignal::new(change.typed.clone());
    let (typed_box, why_box) = (NodeRef::<html::Input>::new(), NodeRef::<html::Textarea>::new());
    // What was typed before the script woke is in the boxes already.
    Effect::new(move |_| {
        typed_box.get().iter().for_each(|input| typed.set(input.value()));
        why_box.get().iter().for_each(|area| why.set(area.value()));
        awake.set(true);
    });

    let expired = {
        let live = live.clone();
        move || awake.get() && live.now.get() >= expires_at
    };
    let moved = move || {
        live.pair.with(|shown| {
            let flag = shown.as_ref().and_then(|shown| shown.pair.flag.value());
            flag.filter(|flag| !base.holds(flag)).map(words::record::stands)
        })
    };
    let again = {
        let pair = pair.clone();
        move || {
            let change_ref = Some(ticket.get()).filter(|text| !text.is_empty());
            let (to, reason) = (Some(target), Some(why.get()));
            SwitchQuery { to, reason, change_ref, ..SwitchQuery::default() }.address(&pair)
        }
    };
    let blocked = {
        let block = block.clone();
        move || match block {
            Block::None => false,
            Block::UnlessEmergency(..) => !emergency.get(),
            Block::UnlessOverridden(_) => !emergency.get() && !in_spite.get(),
            Block::Always(_) => true,
        }
    };
    let (hinders, always) = (block != Block::None, matches!(block, Block::Always(_)));
    let stale = (expired.clone(), moved.clone());
    let note = parts::blocked_note(&block, again.clone());
    let name = target.as_str();
    let off = move || {
        let filled =
            typed.with(|typed| typed.trim().eq_ignore_ascii_case(name)) && why.with(|why| Reason::parse(why).is_ok());
        always || awake.get() && (!filled || busy.get() || blocked() || stale.0() || stale.1().is_some())
    };

    view! {
        <div class="card confirm" class:blocked=hinders>
            <form
                method="post" action=SwitchFlag::url() id="confirm" aria-labelledby="confirm-title" data-kept="to reason change_ref"
                on:submit=move |event: SubmitEvent| post::send(&event, busy, answer)
            >
                <h2 id="confirm-title">"Confirm"</h2>
                <input type="hidden" name="pair" value=pair.to_string() />
                <input type="hidden" name="to" value=name />
                <input type="hidden" name="confirmation" value=confirmation />
                <div class="field">
                    <label for="typed">"Type " <strong>{name}</strong> " to confirm"</label>
                    <input
                        id="typed" name="typed" type="text" required autocomplete="off" autocapitalize="none" spellcheck="false"
                        placeholder=name node_ref=typed_box on:input=move |event: Event| typed.set(event_target_value(&event))
                    />
                </div>
                <div class="field">
                    <label for="reason">"Why"</label>
                    <textarea
                        id="reason" name="reason" rows="3" required aria-describedby="reason-hint" node_ref=why_box
                        on:input=move |event: Event| why.set(event_target_value(&event))
                        inner_html=words::escaped(&reason)
                    ></textarea>
                    <p class="hint" id="reason-hint">
                        "For whoever reads the history." {parts::counter(why)}
                    </p>
                </div>
                {(!repair).then(|| parts::change_field(&change, ticket))}
                {note}
                {parts::override_box(&block, in_spite)}
                {(!repair).then(|| parts::emergency_box(emergency))}
                {parts::moved_note(moved, again.clone())}
                {parts::answer(answer)}
                <div class="actions">
                    <button type="submit" class="button primary" disabled=off>
                        {move || match (busy.get(), repair) {
                            (true, _) => "Switching to ",
                            (false, true) => "Set the flag to ",
                            (false, false) => "Switch to ",
                        }}
                        <Shape color=target />
                        {target.title()}
                        {move || busy.get().then_some("…")}
                    </button>
                    <a class="button quiet" href=paths::overview(&pair)>"Cancel"</a>
                </div>
                {parts::deadline(expires_at, now, expired, awake, again)}
                <p class="hush" role="status">{move || busy.get().then(|| format!("Switching to {}", target.title()))}</p>
                <noscript><p class="hint">"This confirmation is good until "{time::clock(expires_at)}" UTC."</p></noscript>
            </form>
        </div>
    }
}
