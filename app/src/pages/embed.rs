//! What other pages may show in a frame: a pair at a glance, to read only. Every way on opens a window of its own,
//! since no other page of ours may be framed.

use super::{lineage, shell, topology};
use crate::{
    components::{
        frame,
        icon::{Glyph, Icon},
    },
    islands::badge::LiveBadge,
    paths,
    render::{Assets, Problem, View},
};
use leptos::prelude::*;
use teal_domain::PairSnapshot;

/// A pair at a glance.
pub fn page(view: &View<'_>, pair: &PairSnapshot) -> AnyView {
    let content = view! { <div class="still" data-region="glance">{frame::glance(pair, view.now)}</div> };
    let glance = Shown {
        title: frame::title(pair),
        here: paths::embed(&pair.id),
        page: paths::overview(&pair.id),
        class: "glance",
    };
    glance.drawn(view, pair, content.into_any())
}

/// A pair's platform.
pub fn topology(view: &View<'_>, pair: &PairSnapshot) -> AnyView {
    let content = view! { <div class="still" data-region="platform">{topology::frame(pair, view.now)}</div> };
    let platform = Shown {
        title: topology::framed_title(pair, view.now),
        here: paths::embed_topology(&pair.id),
        page: paths::topology(&pair.id),
        class: WIDE,
    };
    platform.drawn(view, pair, content.into_any())
}

/// A pair's lineage.
pub fn lineage(view: &View<'_>, pair: &PairSnapshot) -> AnyView {
    let shown = Shown {
        title: "Lineage".to_owned(),
        here: paths::embed_lineage(&pair.id),
        page: paths::lineage(&pair.id),
        class: WIDE,
    };
    shown.drawn(view, pair, lineage::body(pair, view.now))
}

/// What takes the room that there is.
const WIDE: &str = "glance glance-wide";

/// What a frame shows of a pair.
struct Shown {
    /// What it says, in a few words.
    title: String,
    /// Its own address.
    here: String,
    /// The address of the page of Teal that says more.
    page: String,
    /// Of its main part.
    class: &'static str,
}

impl Shown {
    fn drawn(self, view: &View<'_>, pair: &PairSnapshot, content: AnyView) -> AnyView {
        let (id, at) = (view.snapshot.id, view.snapshot.at);
        let head = view! {
            {shell::hydration(view.assets)}
        };
        let body = view! {
            <header class="glance-head">
                <p class="name">{pair.title.clone()}</p>
                <LiveBadge pair=pair.id.clone() id at now=view.now from=self.here />
            </header>
            <main class=self.class>
                {content}
                <p class="actions">{out(&self.page, "Open Teal")}</p>
            </main>
        };
        let title = format!("{} · {} · Teal", self.title, pair.title);
        document(view.assets, title, Some((id.to_string(), at.0)), head.into_any(), body.into_any())
    }
}

/// Nobody is known behind the frame: the way to sign in.
pub fn sign_in(assets: &Assets, here: &str, next: &str, inside: Option<&str>) -> AnyView {
    let inside = inside.map(|inside| {
        view! {
            <p class="hint">
                "Browsers keep what they hold for Teal apart on this site: where your identity provider lets itself be \
                 framed, " <a href=paths::sign_in(inside)>"sign in inside this frame"</a> "."
            </p>
        }
    });
    let body = view! {
        <main class="glance">
            <h1 class="says">"Sign in to Teal"</h1>
            <p>"This frame shows a pair to whoever is signed in and may see it."</p>
            <p class="actions">
                {out(&paths::sign_in(next), "Sign in")}
                <a href=here.to_owned()>"Look again"</a>
            </p>
            {inside}
        </main>
    };
    document(assets, "Sign in · Teal".to_owned(), None, ().into_any(), body.into_any())
}

/// What cannot be shown.
pub fn problem(assets: &Assets, problem: &Problem<'_>) -> AnyView {
    let request = problem.request_id.map(|id| view! { <p class="hint">"Request " <code>{id.to_owned()}</code></p> });
    let body = view! {
        <main class="glance">
            <h1 class="says">{problem.title.to_owned()}</h1>
            <p>{problem.what.to_owned()}</p>
            <p class="actions">{out("/", "Open Teal")}</p>
            {request}
        </main>
    };
    document(assets, format!("{} · Teal", problem.title), None, ().into_any(), body.into_any())
}

/// A way on, in a window of its own.
fn out(address: &str, label: &'static str) -> impl IntoView + use<> {
    view! {
        <a class="button quiet" href=address.to_owned() target="_blank" rel="noopener">
            {label}<span class="hush">" in a new tab"</span><Icon glyph=Glyph::Out />
        </a>
    }
}

fn document(assets: &Assets, title: String, made: Option<(String, i64)>, head: AnyView, body: AnyView) -> AnyView {
    let (id, at) = made.unzip();
    view! {
        <!DOCTYPE html>
        <html lang="en" class="framed">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <title>{title}</title>
                <link rel="stylesheet" href=assets.css.clone() />
                <link rel="stylesheet" href=assets.reports.clone() />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                {head}
            </head>
            <body data-snapshot=id data-made=at>{body}</body>
        </html>
    }
    .into_any()
}
