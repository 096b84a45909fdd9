//! The document around every page: head, header, bar on top.

use crate::{
    components::{
        allowed,
        bar::{bar, provider_away},
        icon::{Glyph, Icon},
        session,
    },
    desk::Outage,
    islands::{badge::LiveBadge, theme::ThemeToggle},
    paths,
    render::{Assets, View},
};
use leptos::{either::Either, nonce::use_nonce, prelude::*};
use teal_domain::{Action, Color, Denied, On, PairSnapshot, Role};

/// A page, ready to be put into its frame.
pub struct Page {
    /// For the title of the window.
    pub title: String,
    /// Which entry of the navigation it belongs to.
    pub tab: Tab,
    /// Where it is fetched anew when something happens: it has regions that follow. Without, only the bars do, and the
    /// page stays as it was read.
    pub follows: Option<String>,
    /// It draws with what only reports do: the second style sheet.
    pub reports: bool,
    /// Load it again every two seconds where no script runs: something is under way.
    pub refresh: bool,
    /// What stands in `<main>`.
    pub body: AnyView,
}

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Page").field("title", &self.title).field("tab", &self.tab).finish_non_exhaustive()
    }
}

/// The entries of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// The overview.
    Overview,
    /// The switch panel.
    Switch,
    /// The topology.
    Topology,
    /// The alarms, charts and availability.
    Monitoring,
    /// The history and its records.
    History,
    /// The drills.
    Drills,
    /// The costs.
    Costs,
    /// Lineage.
    Lineage,
    /// None of them.
    None,
}

/// Before the first paint: the theme that was chosen here, if one was.
const THEME: &str = "try{var t=localStorage.getItem('teal-theme');\
                     if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}catch(e){}";

/// Pages are fetched when the pointer rests on a link. Not the switch panel: its confirmation lives two
/// minutes from the moment it is made; nor the charts, which are read for whoever looks at them.
const PREFETCH: &str = r#"{"prefetch":[{"where":{"and":[{"href_matches":"/p/*"},{"not":{"href_matches":"/p/*/switch*"}},{"not":{"href_matches":"/p/*/*.csv*"}},{"not":{"href_matches":"/p/*/monitoring*"}}]},"eagerness":"moderate"}]}"#;

/// The document.
pub fn document(assets: &Assets, view: Option<&View<'_>>, page: Page) -> impl IntoView + use<> {
    let pair = view.and_then(View::pair);
    let title = match pair {
        Some(pair) => format!("{} · {} · Teal", page.title, pair.title),
        None => format!("{} · Teal", page.title),
    };
    let made = view.map(|view| (view.snapshot.id, view.snapshot.at));
    let signed_in = view.filter(|view| view.who.signed_in);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <title>{title}</title>
                <link rel="stylesheet" href=assets.css.clone() />
                {page.reports.then(|| view! { <link rel="stylesheet" href=assets.reports.clone() /> })}
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <script nonce=use_nonce()>{THEME}</script>
                <script type="speculationrules" nonce=use_nonce()>{PREFETCH}</script>
                {hydration(assets)}
                {page.refresh.then(|| view! { <noscript><meta http-equiv="refresh" content="2" /></noscript> })}
            </head>
            <body data-snapshot=made.map(|(id, _)| id.to_string()) data-made=made.map(|(_, at)| at.0) data-standing=signed_in.map(|view| view.who.standing(&view.pair))>
                <a class="skip" href="#main">"Skip to the content"</a>
                {header(view, pair, page.tab, page.follows)}
                {pair.zip(view).map(|(pair, view)| view! {
                    <div class="bars" data-region="bars">
                        {session::ending(view)}
                        {bar(pair, view.now)}
                        {(view.who.in_outage != Outage::None).then(provider_away)}
                    </div>
                })}
                {signed_in.map(session::over)}
                <main id="main">{page.body}</main>
            </body>
        </html>
    }
}

/// Wakes the islands. Leptos has a component for it, but its preload links carry no nonce, which a policy with
/// `strict-dynamic` demands; the script is the same walk, shorter.
pub fn hydration(assets: &Assets) -> impl IntoView + use<> {
    let script = format!("({})({:?}, {:?})", include_str!("shell/hydrate.js").trim_end(), assets.js, assets.wasm);
    view! {
        <link rel="modulepreload" href=assets.js.clone() nonce=use_nonce() />
        <link rel="preload" href=assets.wasm.clone() r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
        <script type="module" nonce=use_nonce()>{script}</script>
    }
}

fn header(
    view: Option<&View<'_>>,
    pair: Option<&PairSnapshot>,
    tab: Tab,
    follows: Option<String>,
) -> impl IntoView + use<> {
    let home = pair.map_or_else(|| "/".to_owned(), |pair| paths::overview(&pair.id));
    let who = view.map(|view| {
        let roles: Vec<&str> = view.who.grants.roles().into_iter().map(Role::as_str).collect();
        let no_auditor = view.who.grants.may(Action::Audit, On::House).err();
        (view.who.actor.name.clone(), roles.join(", "), view.who.signed_in, no_auditor)
    });
    let badge = pair.zip(view).map(|(pair, view)| {
        let (id, at) = (view.snapshot.id, view.snapshot.at);
        let from = follows.unwrap_or_else(|| home.clone());
        view! { <LiveBadge pair=pair.id.clone() id at now=view.now from /> }
    });
    view! {
        <header class="top">
            <a class="logo" href=home.clone()>
                <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
                    <circle cx="8" cy="12" r="6.5" class="ring"></circle>
                    <path d="M16 4.5 23.5 12 16 19.5 8.5 12Z" class="facet"></path>
                </svg>
                "Teal"
            </a>
            {view.zip(pair).map(|(view, pair)| pairs(view, pair))}
            {pair.map(|pair| nav(pair, tab))}
            <div class="aside">
                {badge}
                <ThemeToggle />
                {who.map(|(who, roles, signed_in, no_auditor)| person(who, &roles, signed_in, no_auditor.as_ref()))}
            </div>
        </header>
    }
}

/// Who looks, what they are here, and the way out where they came in by one.
fn person(who: String, roles: &str, signed_in: bool, no_auditor: Option<&Denied>) -> impl IntoView + use<> {
    let name = view! { <span class="signed-in"><span class="hush">"Signed in as "</span>{who}</span> };
    if !signed_in && no_auditor.is_some() {
        return Either::Left(name);
    }
    // Who does not sign in is the person at this machine, who is everything.
    let roles = match (roles, signed_in) {
        (_, false) => "at this machine",
        ("", true) => "no role",
        (roles, true) => roles,
    }
    .to_owned();
    Either::Right(view! {
        <details class="pairs person" data-region="person">
            <summary>{name}<span class="role-word">{roles}</span><Icon glyph=Glyph::Down /></summary>
            <div class="drop">
                {signed_in.then(|| view! { <a href="/sessions">"Sessions"</a> })}
                {match no_auditor {
                    None => Either::Left(view! { <a href=paths::denials(None)>"Denials"</a> }),
                    Some(denied) => Either::Right(view! {
                        <span class="off" aria-disabled="true">"Denials"</span>
                        {allowed::why_not(denied)}
                    }),
                }}
                {signed_in.then(|| view! {
                    <form method="post" action="/sign-out"><button type="submit" class="button quiet">"Sign out"</button></form>
                })}
            </div>
        </details>
    })
}

/// The pair, and the way to the others that the reader may see.
fn pairs(view: &View<'_>, here: &PairSnapshot) -> impl IntoView + use<> {
    let may_see = |pair: &PairSnapshot| view.who.grants.may(Action::See, On::Pair(&pair.id)).is_ok();
    let seen: Vec<_> = view.snapshot.pairs.iter().filter(|pair| may_see(pair)).collect();
    if seen.len() < 2 {
        return Either::Left(view! { <span class="pair-name">{here.title.clone()}</span> });
    }
    let others = seen.into_iter().map(|pair| {
        let current = (pair.id == here.id).then_some("page");
        view! { <li><a href=paths::overview(&pair.id) aria-current=current>{pair.title.clone()}</a></li> }
    });
    Either::Right(view! {
        <details class="pairs">
            <summary class="pair-name">{here.title.clone()}<Icon glyph=Glyph::Down /></summary>
            <ul>{others.collect_view()}</ul>
        </details>
    })
}

fn nav(pair: &PairSnapshot, tab: Tab) -> impl IntoView + use<> {
    let current = |of: Tab| (of == tab).then_some("page");
    let target = pair.live().map_or(Color::Blue, Color::other);
    view! {
        <nav aria-label="Pages">
            <a href=paths::overview(&pair.id) aria-current=current(Tab::Overview)>"Overview"</a>
            <a href=paths::switch(&pair.id, target) aria-current=current(Tab::Switch)>"Switch"</a>
            <a href=paths::topology(&pair.id) aria-current=current(Tab::Topology)>"Topology"</a>
            <a href=paths::monitoring(&pair.id) aria-current=current(Tab::Monitoring)>"Monitoring"</a>
            <a href=paths::history(&pair.id) aria-current=current(Tab::History)>"History"</a>
            <a href=paths::drills(&pair.id) aria-current=current(Tab::Drills)>"Drills"</a>
            <a href=paths::costs(&pair.id) aria-current=current(Tab::Costs)>"Costs"</a>
            <a href=paths::lineage(&pair.id) aria-current=current(Tab::Lineage)>"Lineage"</a>
        </nav>
    }
}
