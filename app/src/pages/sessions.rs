//! Who is signed in: one's own sessions, and everybody's for those who answer for that.

use super::shell::{Page, Tab};
use crate::{
    components::{allowed, when::When},
    render::View,
};
use leptos::prelude::*;
use teal_domain::{Action, On, Timestamp};

/// A session as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// The name by which it is ended.
    pub handle: String,
    /// Whose it is.
    pub name: String,
    /// It is the one that this page was asked for with.
    pub here: bool,
    /// When it began.
    pub began_at: Timestamp,
    /// When it was used last, to the minute.
    pub seen_at: Timestamp,
    /// When it ends at the latest.
    pub ends_at: Timestamp,
    /// Since when the identity provider could not be asked.
    pub away_since: Option<Timestamp>,
    /// Whether the reader may end it.
    pub may_end: bool,
}

/// The page. `all`: everybody's are listed, not only one's own.
pub fn page(view: &View<'_>, rows: &[SessionRow], all: bool) -> Page {
    let now = view.now;
    let lead = if all {
        "Everybody who is signed in. Whoever is sent out here can sign in again unless the identity provider says no."
    } else {
        "Where you are signed in. End what you do not know."
    };
    let not_all = all.then(|| view.who.grants.may(Action::Administer, On::House).err()).flatten();
    let rows = rows.iter().map(|row| {
        let end = view! {
            <form method="post" action=format!("/sessions/{}/end", row.handle)>
                <button type="submit" class="button quiet" disabled=!row.may_end>"End"<span class="hush">" the session of "{row.name.clone()}</span></button>
            </form>
        };
        let away = row.away_since.map(|since| view! { <p class="hint">"The identity provider cannot be asked since " <When at=since now /></p> });
        view! {
            <tr>
                <th scope="row">{row.name.clone()}{row.here.then_some(" (this one)")}</th>
                <td><When at=row.began_at now /></td>
                <td><When at=row.seen_at now />{away}</td>
                <td><When at=row.ends_at now /></td>
                <td>{end}</td>
            </tr>
        }
    });
    let body = view! {
        <section class="listing" aria-labelledby="sessions">
            <header class="page-head"><h1 id="sessions">"Sessions"</h1></header>
            <p class="lead">{lead}</p>
            {not_all.as_ref().map(allowed::why_not)}
            <div class="card scrolls" tabindex="0" role="region" aria-labelledby="sessions">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Who"</th>
                            <th scope="col">"Signed in"</th>
                            <th scope="col">"Used last"</th>
                            <th scope="col">"Ends at the latest"</th>
                            <th scope="col"><span class="hush">"End"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    };
    Page {
        title: "Sessions".to_owned(),
        tab: Tab::None,
        follows: None,
        reports: false,
        refresh: false,
        body: body.into_any(),
    }
}
