//! The parts of the confirmation form.

use super::{Block, ChangeField, Live};
use crate::{
    components::icon::{Glyph, Icon},
    desk::DeskError,
    words::time,
};
use leptos::{ev::Event, prelude::*};
use teal_domain::{Reason, Timestamp};

/// How many characters the reason has. It turns when there are too many; nothing is cut off.
pub fn counter(why: RwSignal<String>) -> impl IntoView {
    let count = move || why.with(|why| why.trim().chars().count());
    view! {
        <span class="counter" class:over=move || { count() > Reason::MAX_CHARS }>
            {move || count().to_string()} " of " {Reason::MAX_CHARS}
        </span>
    }
}

/// The emergency box, and what it means.
pub fn emergency_box(emergency: RwSignal<bool>) -> impl IntoView {
    view! {
        <label class="check-box">
            <input
                type="checkbox" name="emergency" value="true"
                on:change=move |event: Event| emergency.set(event_target_checked(&event))
            />
            <span>
                <strong>"Emergency"</strong>
                <span class="hint">
                    "Skips the checks that may be skipped, and does not wait for a switch whose outcome is unknown. \
                     The record is marked for ever."
                </span>
            </span>
        </label>
    }
}

/// The change (the ticket) that the switch belongs to.
pub fn change_field(change: &ChangeField, typed: RwSignal<String>) -> impl IntoView + use<> {
    let (value, required) = (change.typed.clone(), change.required);
    let like = change.pattern.clone().map(|pattern| view! { " It must match " <code>{pattern}</code> " as a whole." });
    view! {
        <div class="field">
            <label for="change_ref">"Change"{(!required).then_some(" (if there is one)")}</label>
            <input
                id="change_ref" name="change_ref" type="text" maxlength="500" autocomplete="off" spellcheck="false"
                aria-describedby="change-hint" value=value on:input=move |event: Event| typed.set(event_target_value(&event))
            />
            <p class="hint" id="change-hint">
                "The ticket that it belongs to." {like} {required.then_some(" An emergency does not need one.")}
            </p>
        </div>
    }
}

/// The box by which somebody who may do so overrides what blocks.
pub fn override_box(block: &Block, in_spite: RwSignal<bool>) -> impl IntoView + use<> {
    let Block::UnlessOverridden(names) = block else { return None };
    Some(view! {
        <label class="check-box">
            <input
                type="checkbox" name="in_spite" value="true"
                on:change=move |event: Event| in_spite.set(event_target_checked(&event))
            />
            <span>
                <strong>"Switch in spite of: "{names.clone()}</strong>
                <span class="hint">"Everything else stays as it is. The record says for ever what was overridden."</span>
            </span>
        </label>
    })
}

/// Why the button is off, and what lifts it. `again` leads to the page as it would be made now.
pub fn blocked_note<A>(block: &Block, again: A) -> impl IntoView + use<A>
where
    A: Fn() -> String + Send + Sync + 'static,
{
    let (names, lift, who) = match block {
        Block::None => return None,
        Block::UnlessEmergency(names, who) => (
            names.clone(),
            "Mend it or wait. Emergency is for when the live side is broken; the record says so for ever.",
            who.clone(),
        ),
        Block::UnlessOverridden(names) => (names.clone(), "Mend it, wait, or tick below that you override it.", None),
        Block::Always(names) => (names.clone(), "Nothing on this page lifts it: see the checks.", None),
    };
    let who = who.map(|who| format!("{who} "));
    Some(view! {
        <p class="mark mark-down blocked-note" id="blocked">
            <Icon glyph=Glyph::Cross />
            <span>"Blocked by: "{names}". "{lift}" "{who}<a href=again>"See whether it still is"</a></span>
        </p>
    })
}

/// The flag moved while the form was open.
pub fn moved_note(
    moved: impl Fn() -> Option<String> + Clone + Send + Sync + 'static,
    again: impl Fn() -> String + Clone + Send + Sync + 'static,
) -> impl IntoView {
    move || {
        let again = again.clone();
        moved().map(|stands| {
            view! {
                <div class="notice" role="alert">
                    <p>
                        <strong>"The flag moved while this page was open: "</strong>
                        {stands} ". This confirmation rests on what was before."
                    </p>
                    <p><a href=again>"Look again"</a>", keeping the reason."</p>
                </div>
            }
        })
    }
}

/// What came of the form, where it was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The desk refused.
    Refused(DeskError),
    /// Nobody answered, or not in words that this page understands.
    None,
}

/// What the server said, in place.
pub fn answer(answer: RwSignal<Option<Answer>>) -> impl IntoView {
    move || {
        answer.get().map(|answer| match answer {
            Answer::Refused(error) => {
                notice("notice notice-down", "Nothing was switched", error.to_string(), commands(&error))
            }
            Answer::None => notice(
                "notice notice-down",
                "Teal did not answer",
                "Whether the switch was begun is not known here. The history says so as soon as Teal answers again: \
                 look there before you confirm once more."
                    .to_owned(),
                Vec::new(),
            ),
        })
    }
}

/// Why the desk did not do it, and what works instead.
pub fn refused(title: &'static str, error: &DeskError) -> impl IntoView + use<> {
    // What somebody may not do is no fault: nothing is wrong, and nothing is red.
    let denied =
        matches!(error, DeskError::Forbidden { .. } | DeskError::Override { .. } | DeskError::NotAPerson { .. });
    let class = if denied { "notice" } else { "notice notice-down" };
    notice(class, title, error.to_string(), commands(error))
}

fn commands(error: &DeskError) -> Vec<String> {
    match error {
        DeskError::StoreAway { commands, .. } => commands.clone(),
        DeskError::NotFound { .. }
        | DeskError::BadInput { .. }
        | DeskError::Confirmation { .. }
        | DeskError::Forbidden { .. }
        | DeskError::Override { .. }
        | DeskError::NotAPerson { .. }
        | DeskError::Refused { .. }
        | DeskError::Prove { .. } => Vec::new(),
    }
}

fn notice(class: &'static str, title: &'static str, text: String, commands: Vec<String>) -> impl IntoView + use<> {
    let by_hand = (!commands.is_empty()).then_some(
        "In an emergency, the first of these switches and records to a local file, to be merged later. The second is \
         the raw call: it will show as an external change.",
    );
    view! {
        <div class=class role="alert">
            <h2>{title}</h2>
            <p>{text}</p>
            {by_hand.map(|text| view! { <p>{text}</p> })}
            {commands.into_iter().map(|command| view! { <pre tabindex="0"><code>{command}</code></pre> }).collect_view()}
        </div>
    }
}

/// How long the confirmation is still good.
pub fn deadline(
    expires_at: Timestamp,
    now: Timestamp,
    expired: impl Fn() -> bool + Clone + Send + Sync + 'static,
    awake: RwSignal<bool>,
    again: impl Fn() -> String + Clone + Send + Sync + 'static,
) -> impl IntoView {
    let live = Live::here();
    let left = move || {
        let now = if awake.get() { live.now.get().max(now) } else { now };
        time::left(expires_at.since(now))
    };
    let out = expired.clone();
    view! {
        <p class="deadline" class:out=out class:asleep=move || !awake.get()>
            <span class="left">"Good for "{left}</span>
            <span class="over">"This confirmation has run out. " <a href=again>"Look again"</a>", keeping the reason."</span>
        </p>
    }
}
