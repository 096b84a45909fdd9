//! What is wrong with the sums of the bill, and what to do about it.

use super::super::told::Told;
use crate::{
    components::{
        mark::{Mark, Tone},
        when::When,
    },
    words,
};
use leptos::prelude::*;
use teal_domain::{
    Millis,
    bill::{MOST_REQUESTS, REQUEST, Trouble},
    cost::Cents,
};

/// What was read longer ago than this is told to be old.
const STALE_AFTER: Millis = Millis::from_secs(2 * 86_400);

/// The notices, from the one that says most.
pub(super) fn notices(told: &Told<'_>) -> impl IntoView + use<> {
    let trouble = told.paid.trouble.as_ref().map(|(since, trouble)| {
        let (tone, title, mend) = said(trouble);
        let when =
            (*trouble != Trouble::Off).then(|| view! { <p class="hint">"Since "<When at=*since now=told.now /></p> });
        let class = if *trouble == Trouble::Off { "notice notice-plain" } else { "notice" };
        view! { <div class=class><p><Mark tone text=title /></p><p>{mend}</p>{when}</div> }
    });
    let nothing = (told.ledger().is_none() && told.paid.trouble.is_none()).then(|| {
        view! {
            <div class="notice notice-plain">
                <p><Mark tone=Tone::Unknown text="Nothing was read yet" /></p>
                <p>"Cost Explorer is asked by Teal's own clock, and not by whoever looks. The first answers come within the hour."</p>
            </div>
        }
    });
    let stale = told.paid.read_at.filter(|at| told.now.since(*at) > STALE_AFTER && told.ledger().is_some()).map(|at| {
        let age = words::age(told.now.since(at));
        view! {
            <div class="notice">
                <p><Mark tone=Tone::Attention text=format!("The sums are {age} old") /></p>
                <p>"They are of the last time that Cost Explorer answered. What was paid since is in none of them."</p>
            </div>
        }
    });
    let untagged = told.lacks_tags().then(|| {
        let tags = &told.paid.tags;
        let ((project, dev), (environment, stage)) = (&tags.project, &tags.environment);
        view! {
            <div class="notice">
                <p><Mark tone=Tone::Attention text="Nothing that was paid has the pair's tags" /></p>
                <p>
                    {format!(
                        "Looked for were {project} = {dev} with {environment} = {stage}. In the paying account, open Billing, Cost \
                         allocation tags, and activate {project} and {environment}. It takes up to a day, and counts from then on.",
                    )}
                </p>
            </div>
        }
    });
    let currency = told.ledger().filter(|_| !told.is_in_dollars()).map(|ledger| {
        view! {
            <div class="notice notice-plain">
                <p><Mark tone=Tone::Plain text=format!("The bill is in {}", ledger.currency) /></p>
                <p>"List prices and the budget are in US dollars. Teal knows no rate, so the two are not compared."</p>
            </div>
        }
    });
    view! { {trouble}{nothing}{stale}{untagged}{currency} }
}

/// What is wrong, in a few words, and what to do.
fn said(trouble: &Trouble) -> (Tone, String, String) {
    let most = Cents(REQUEST.0.saturating_mul(i64::from(MOST_REQUESTS)));
    match trouble {
        Trouble::Off => (
            Tone::Plain,
            "Teal does not ask what is paid".to_owned(),
            format!(
                "Actual costs, the forecast and the budget come from Cost Explorer, and each request costs $0.01. Write actual = true \
                 below [costs] in teal.toml to turn it on: at most {MOST_REQUESTS} requests a day and account, {} cents.",
                most.0
            ),
        ),
        Trouble::NotAllowed(action) => (
            Tone::Attention,
            format!("AWS does not allow {action}"),
            format!(
                "Add {action} on the resource * to the policy of the role with which Teal reads this account. In an organisation, the \
                 paying account must let its members use Cost Explorer too."
            ),
        ),
        Trouble::NotAvailable => (
            Tone::Attention,
            "Cost Explorer has no data of this account yet".to_owned(),
            "Either it was never turned on there, or the account is younger than a day or two. Open Cost Explorer once in the console of \
             the paying account: AWS then takes about a day. Teal goes on asking."
                .to_owned(),
        ),
        Trouble::Currencies(all) => (
            Tone::Attention,
            format!("The sums came in {}", all.join(" and ")),
            "They cannot be added up, and Teal knows no rate. Let one account of the organisation be billed in one currency."
                .to_owned(),
        ),
        Trouble::Other(why) => (
            Tone::Attention,
            "Cost Explorer did not answer".to_owned(),
            format!("It said: {why}. Teal asks again by itself."),
        ),
    }
}
