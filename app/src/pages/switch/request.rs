//! Two people: asking for approval, and deciding on what somebody asked for. Plain forms: they need no script.

use crate::{
    components::{
        allowed,
        mark::{Mark, Tone},
        side::Side,
        when::{Ago, When},
    },
    functions::{AskApproval, DecideRequest, WithdrawRequest},
    paths,
    render::View,
    words::{after, time},
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};
use teal_domain::{
    Action, Base, Color, Confirm, On, PairSnapshot,
    approval::{Answer, Decision, OpenRequest, Request, Since},
    policy::ChangeRefRule,
};

/// The card, where the pair's policy asks for two people and there is something to approve.
pub fn card(
    view: &View<'_>,
    pair: &PairSnapshot,
    target: Color,
    (reason, change_ref): (&str, &str),
) -> Option<AnyView> {
    pair.policy.two_person?;
    let live = pair.live().filter(|live| *live != target)?;
    // Whoever takes a switch back asks nobody.
    if pair.taken_back(target, view.now).is_some() {
        return None;
    }
    let standing = pair.request.as_ref().filter(|open| !is_past(pair, open, view));
    let body = match standing {
        Some(open) => Either::Left(stands(view, pair, open)),
        None => Either::Right(ask(view, pair, (live, target), reason, change_ref)),
    };
    Some(
        view! {
            <section class="card request" aria-labelledby="request" data-region="request">
                <header><h2 id="request">"Approval"</h2></header>
                {pair.request.as_ref().filter(|open| is_past(pair, open, view)).map(|open| past(pair, open, view))}
                {body}
            </section>
        }
        .into_any(),
    )
}

/// Nothing can come of it any more.
fn is_past(pair: &PairSnapshot, open: &OpenRequest, view: &View<'_>) -> bool {
    let other_dags = matches!(open.request.dags_since(pair, view.now), Some(Since::Changed(_) | Since::Untold));
    moved(pair, open) || open.is_over(view.now) || other_dags
}

fn moved(pair: &PairSnapshot, open: &OpenRequest) -> bool {
    pair.flag.value().is_some_and(|flag| !open.request.base.holds(flag))
}

fn past(pair: &PairSnapshot, open: &OpenRequest, view: &View<'_>) -> impl IntoView + use<> {
    let who = open.request.actor.name.clone();
    let text = match (&open.decision, open.request.dags_since(pair, view.now)) {
        (Some(Decision { answer: Answer::Declined, by, comment, .. }), _) => {
            let words = comment.as_ref().map(|comment| format!(": “{comment}”")).unwrap_or_default();
            format!("{by} declined what {who} asked for{words}.")
        }
        (_, Some(since)) if !moved(pair, open) && !open.is_over(view.now) => {
            let text = format!("{} It must be asked for again.", since.said(&open.last_word()));
            return Either::Left(view! { <p class="lead-line"><Mark tone=Tone::Attention text /></p> });
        }
        _ => format!("What {who} asked for has run out, or the flag has moved since."),
    };
    Either::Right(view! { <p class="hint">{text}</p> })
}

fn ask(
    view: &View<'_>,
    pair: &PairSnapshot,
    (live, target): (Color, Color),
    reason: &str,
    change_ref: &str,
) -> impl IntoView + use<> {
    let ChangeRefRule { required, pattern } = pair.policy.change_ref.clone();
    let (change, like) = (
        change_ref.to_owned(),
        pattern.map(|pattern| view! { " It must match " <code>{pattern}</code> " as a whole." }),
    );
    let seen = pair.flag.value().map(|flag| Confirm { target, base: Base::of(flag) }.to_string()).unwrap_or_default();
    let denied = view.denied(Action::Switch);
    let off = denied.is_some();
    view! {
        <p>
            "A planned switch of this pair needs somebody else to approve it. They see what you see: from "
            <Side color=live /> " to " <Side color=target /> ", why, the change, and what is to be done with the DAGs."
        </p>
        <form method="post" action=AskApproval::url() data-kept="to reason change_ref">
            <input type="hidden" name="pair" value=pair.id.to_string() />
            <input type="hidden" name="to" value=target.as_str() />
            <input type="hidden" name="seen" value=seen />
            <div class="field">
                <label for="ask-reason">"Why"</label>
                <textarea id="ask-reason" name="reason" rows="2" required disabled=off inner_html=crate::words::escaped(reason)></textarea>
            </div>
            <div class="field">
                <label for="ask-change">"Change"{(!required).then_some(" (if there is one)")}</label>
                <input
                    id="ask-change" name="change_ref" type="text" maxlength="500" autocomplete="off" spellcheck="false"
                    aria-describedby="ask-change-hint" required=required disabled=off value=change
                />
                <p class="hint" id="ask-change-hint">"The ticket that it belongs to. The switch then belongs to the same." {like}</p>
            </div>
            <button type="submit" class="button primary" disabled=off>"Ask for approval"</button>
            {denied.as_ref().map(allowed::why_not)}
        </form>
    }
}

fn stands(view: &View<'_>, pair: &PairSnapshot, open: &OpenRequest) -> impl IntoView + use<> {
    let request = &open.request;
    let now = view.now;
    let who = request.actor.name.clone();
    let (tone, state) = match &open.decision {
        Some(decision) => (Tone::Good, format!("approved by {}", decision.by)),
        None => (Tone::Plain, "waits for an approver".to_owned()),
    };
    let said = open.decision.as_ref().map(|decision| {
        let comment = decision.comment.as_ref().map(|comment| format!(" “{comment}”"));
        view! { <p class="byline">{decision.by.name.clone()}" approved it " <Ago at=decision.at now />"."{comment}</p> }
    });
    let then = match (open.decision.is_some(), request.actor.is(&view.who.actor)) {
        (true, true) => Some("Confirm it with reason and change as they were approved: others need another approval."),
        (true, false) => Some("Whoever asked can carry it out now."),
        (false, _) => None,
    };
    let unread = request.dags_since(pair, now).map(|since| since.said(&open.last_word()));
    let decide = open.decision.is_none().then(|| decide(view, pair, open, unread.is_some()));
    let dags = request.dags.as_ref().map(|dags| after::asked(dags, request.target));
    view! {
        <p class="lead-line"><Mark tone text=state /></p>
        <p>
            <strong>{who}</strong> " asks to switch to " <Side color=request.target /> ", "
            <When at=request.asked_at now />
        </p>
        <blockquote>{request.reason.to_string()}</blockquote>
        {request.change_ref.as_ref().map(|change| view! { <p>"Change: "<strong>{change.to_string()}</strong></p> })}
        {behind(request)}
        {dags.map(|dags| view! { <p>"DAGs: "{dags}</p> })}
        {said}
        {unread.map(|unread| view! { <p class="lead-line"><Mark tone=Tone::Unknown text=unread /></p> })}
        <p class="hint">
            {match request.base.version() { Some(version) => format!("It rests on version {version} of the flag"), None => "It rests on a missing flag".to_owned() }}
            ", and is good until "{time::short(request.expires_at, now)}" UTC. "{then}
        </p>
        {decide}
        {withdraw(view, pair, open)}
    }
}

/// Who is behind a script that asks.
fn behind(request: &Request) -> Option<impl IntoView + use<>> {
    (!request.people.is_empty()).then(|| {
        view! { <p class="hint">"It is a script. Behind it: "{request.people.join(", ")}". None of them approves it."</p> }
    })
}

/// The decision. What nobody can tell about the DAGs just now can be declined, and not approved.
fn decide(view: &View<'_>, pair: &PairSnapshot, open: &OpenRequest, unread: bool) -> impl IntoView + use<> {
    let denied = view.denied(Action::Approve);
    let own = denied.is_none() && open.request.may_be_of(&view.who.actor);
    let off = denied.is_some() || own;
    let yours = if open.request.actor.may_be(&view.who.actor) {
        "You asked for this yourself: somebody else approves it."
    } else {
        "You are behind the script that asked for this: somebody else approves it."
    };
    let comment = paths::get(view.query, "comment").map(|text| paths::kept(&text));
    view! {
        <form method="post" action=DecideRequest::url() data-kept="to comment">
            <input type="hidden" name="pair" value=pair.id.to_string() />
            <input type="hidden" name="to" value=open.request.target.as_str() />
            <input type="hidden" name="digest" value=open.request.digest() />
            <div class="field">
                <label for="comment">"Comment"</label>
                <input id="comment" name="comment" type="text" maxlength="500" autocomplete="off" disabled=off value=comment />
            </div>
            <div class="actions">
                <button type="submit" class="button primary" name="answer" value="approved" disabled=off || unread>"Approve"</button>
                <button type="submit" class="button" name="answer" value="declined" disabled=off>"Decline"</button>
            </div>
            {denied.as_ref().map(allowed::why_not)}
            {own.then(|| view! { <p class="hint denied">{yours}</p> })}
        </form>
    }
}

/// For whoever asked, and for an admin.
fn withdraw(view: &View<'_>, pair: &PairSnapshot, open: &OpenRequest) -> Option<impl IntoView + use<>> {
    let admin = view.who.grants.may(Action::Administer, On::House).is_ok();
    (open.request.actor.is(&view.who.actor) || admin).then(|| {
        view! {
            <form method="post" action=WithdrawRequest::url()>
                <input type="hidden" name="pair" value=pair.id.to_string() />
                <input type="hidden" name="to" value=open.request.target.as_str() />
                <input type="hidden" name="request" value=open.request.id.to_string() />
                <button type="submit" class="button quiet">"Take the request back"</button>
            </form>
        }
    })
}
