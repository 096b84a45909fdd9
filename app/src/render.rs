//! The pages as `server` asks for them: data in, one finished document out. Synchronous; asks nobody.

use crate::{
    desk::{DenialPage, DeskError, DrillForm, DrillPreview, DrillReport, Identity, Offer, RecordDetail},
    pages::{
        self,
        freezes::Closed,
        sessions::SessionRow,
        shell::{self, Page},
    },
    paths::{CostsQuery, DrillProblem, DrillQuery, MaintenanceQuery, MonitoringQuery, SwitchQuery},
};
use hydration_context::SsrSharedContext;
use leptos::{
    nonce::{Nonce, provide_nonce, use_nonce},
    prelude::*,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use teal_domain::{
    Action, Color, Denied, On, PairId, PairSnapshot, Snapshot, Timestamp,
    availability::Availability,
    bill::Paid,
    cost::Made,
    disaster::Past,
    history::{HistoryPage, HistoryQuery, MaintenanceRecord, Record},
};

/// The addresses of the built files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assets {
    /// The script.
    pub js: String,
    /// The WASM.
    pub wasm: String,
    /// The style sheet of all pages.
    pub css: String,
    /// The one beside it of reports and frames.
    pub reports: String,
}

/// What every page is made from.
#[derive(Clone, Debug)]
pub struct View<'a> {
    /// The built files.
    pub assets: &'a Assets,
    /// Who looks.
    pub who: &'a Identity,
    /// What Teal knows.
    pub snapshot: Arc<Snapshot>,
    /// The pair that the page is about.
    pub pair: PairId,
    /// Now, by the server's clock.
    pub now: Timestamp,
    /// The path of the request, without its query.
    pub path: &'a str,
    /// The query of the request, without the question mark; may be empty.
    pub query: &'a str,
}

impl View<'_> {
    /// Whether the reader may do this to the pair; if not, what is missing.
    pub fn denied(&self, action: Action) -> Option<Denied> {
        self.who.grants.may(action, On::Pair(&self.pair)).err()
    }

    /// The address of the request, as a link leads back to it.
    pub fn address(&self) -> String {
        if self.query.is_empty() { self.path.to_owned() } else { format!("{}?{}", self.path, self.query) }
    }

    /// The pair's part of the snapshot.
    pub fn pair(&self) -> Option<&PairSnapshot> {
        self.snapshot.pair(&self.pair)
    }
}

/// A finished document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The document.
    pub html: String,
    /// The nonce of its inline scripts, for the `Content-Security-Policy` header.
    pub nonce: String,
}

/// A finished document without its nonce, to be sent again under others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing(Vec<String>);

impl From<&Rendered> for Drawing {
    fn from(page: &Rendered) -> Self {
        let attribute = format!("nonce=\"{}\"", page.nonce);
        Self(page.html.split(&attribute).map(str::to_owned).collect())
    }
}

impl Drawing {
    /// The document once more, under a nonce of its own.
    pub fn again(&self) -> Rendered {
        let nonce = Nonce::new().to_string();
        let html = self.0.join(&format!("nonce=\"{nonce}\""));
        Rendered { html, nonce }
    }
}

/// A page that says that something is not there, not allowed, or broken.
#[derive(Clone, Copy, Debug)]
pub struct Problem<'a> {
    /// The HTTP status, where it is one that people may want to name.
    pub status: Option<u16>,
    /// What happened, in a few words.
    pub title: &'a str,
    /// What happened, to what.
    pub what: &'a str,
    /// What to do now; may be empty.
    pub mend: &'a str,
    /// The way on, an address and a label; by default to the overview.
    pub then: Option<(&'a str, &'a str)>,
    /// The request, for whoever looks into it.
    pub request_id: Option<&'a str>,
}

/// `/p/{pair}`
pub fn overview(view: &View<'_>) -> Rendered {
    with_pair(view, |pair| pages::overview::page(view, pair))
}

/// `/embed/{pair}`
pub fn embed(view: &View<'_>) -> Rendered {
    framed(view, pages::embed::page)
}

/// `/embed/{pair}/topology`
pub fn embed_topology(view: &View<'_>) -> Rendered {
    framed(view, pages::embed::topology)
}

/// `/embed/{pair}/lineage`
pub fn embed_lineage(view: &View<'_>) -> Rendered {
    framed(view, pages::embed::lineage)
}

fn framed(view: &View<'_>, page: fn(&View<'_>, &PairSnapshot) -> AnyView) -> Rendered {
    if let Some(pair) = view.pair() {
        return drawn(|| page(view, pair));
    }
    let what = format!("Teal has no pair called {}.", view.pair);
    embed_problem(view.assets, &no_such_pair(&what))
}

/// `/embed/{pair}` for somebody whom Teal does not know. `here` is the frame's own address, `next` where signing in
/// leads to, and `inside` the same for signing in within the frame, where that is any use.
pub fn embed_sign_in(assets: &Assets, here: &str, next: &str, inside: Option<&str>) -> Rendered {
    drawn(|| pages::embed::sign_in(assets, here, next, inside))
}

/// Whatever a frame cannot show.
pub fn embed_problem(assets: &Assets, problem: &Problem<'_>) -> Rendered {
    drawn(|| pages::embed::problem(assets, problem))
}

/// `/p/{pair}/switch?to=`; with the switch that is under way or was a moment ago, if there is one.
pub fn switch(
    view: &View<'_>,
    target: Color,
    offer: Result<Offer, DeskError>,
    query: SwitchQuery,
    course: Option<&RecordDetail>,
) -> Rendered {
    with_pair(view, |pair| pages::switch::page(view, pair, target, offer, query, course))
}

/// `/p/{pair}/freezes`
pub fn freezes(view: &View<'_>, closed: &[Closed]) -> Rendered {
    with_pair(view, |pair| pages::freezes::page(view, pair, closed))
}

/// `/p/{pair}/drills`; with why nothing was done, if somebody wanted something.
pub fn drills(view: &View<'_>, problem: Option<DrillProblem>) -> Rendered {
    with_pair(view, |pair| pages::drills::page(view, pair, problem))
}

/// `/p/{pair}/drills/plan`
pub fn drill_plan(view: &View<'_>, query: &DrillQuery, form: &DrillForm, preview: &DrillPreview) -> Rendered {
    with_pair(view, |pair| pages::drills::plan::page(view, pair, query, form, preview))
}

/// `/p/{pair}/drills/run/{seq}`
pub fn drill_run(view: &View<'_>, report: &DrillReport) -> Rendered {
    with_pair(view, |pair| pages::drills::report::page(view, pair, report))
}

/// `/p/{pair}/maintenance`
pub fn maintenance(view: &View<'_>, query: &MaintenanceQuery) -> Rendered {
    with_pair(view, |pair| pages::maintenance::page(view, pair, query))
}

/// `/p/{pair}/upgrade`; with the pair's maintenances and what was switched since, newest first.
pub fn upgrade(view: &View<'_>, maintenances: &[MaintenanceRecord], switches: &[Record]) -> Rendered {
    with_pair(view, |pair| pages::upgrade::page(view, pair, maintenances, switches))
}

/// `/p/{pair}/topology`
pub fn topology(view: &View<'_>) -> Rendered {
    with_pair(view, |pair| pages::topology::page(view, pair))
}

/// `/p/{pair}/trouble`
pub fn trouble(view: &View<'_>) -> Rendered {
    with_pair(view, |pair| pages::trouble::page(view, pair))
}

/// `/p/{pair}/guide`; with what was measured.
pub fn guide(view: &View<'_>, past: &Result<Past, DeskError>) -> Rendered {
    with_pair(view, |pair| pages::guide::page(view, pair, past))
}

/// `/p/{pair}/lineage`
pub fn lineage(view: &View<'_>) -> Rendered {
    with_pair(view, |pair| pages::lineage::page(view, pair))
}

/// `/p/{pair}/monitoring?span=&month=`; with the availability of the month.
pub fn monitoring(view: &View<'_>, query: MonitoringQuery, month: &Result<Availability, DeskError>) -> Rendered {
    with_pair(view, |pair| pages::monitoring::page(view, pair, query, month))
}

/// `/p/{pair}/costs?mode=&region=&class=&workers=&standby=&nat=`, and the same with a 2 behind each name.
pub fn costs(view: &View<'_>, query: &CostsQuery, paid: &Result<Paid, DeskError>, made: Option<Made>) -> Rendered {
    with_pair(view, |pair| pages::costs::page(view, pair, query, paid, made))
}

/// `/p/{pair}/history`
pub fn history(view: &View<'_>, query: &HistoryQuery, page: &HistoryPage) -> Rendered {
    with_pair(view, |pair| pages::history::page(view, pair, query, page))
}

/// `/p/{pair}/history/{seq}`
pub fn record(view: &View<'_>, detail: &RecordDetail) -> Rendered {
    with_pair(view, |pair| pages::record::page(view, pair, detail))
}

/// `/sessions`
pub fn sessions(view: &View<'_>, rows: &[SessionRow], all: bool) -> Rendered {
    document(view.assets, Some(view), || pages::sessions::page(view, rows, all))
}

/// `/denials`; `deep`: not the first page of them.
pub fn denials(view: &View<'_>, page: &DenialPage, deep: bool) -> Rendered {
    document(view.assets, Some(view), || pages::denials::page(view, page, deep))
}

/// Whatever cannot be shown. `view` is given where the frame of the pair's pages still makes sense.
pub fn problem(assets: &Assets, view: Option<&View<'_>>, problem: &Problem<'_>) -> Rendered {
    document(assets, view, || pages::problem::page(view, problem))
}

fn with_pair(view: &View<'_>, page: impl FnOnce(&PairSnapshot) -> Page) -> Rendered {
    if let Some(pair) = view.pair() {
        return document(view.assets, Some(view), || page(pair));
    }
    let what = format!("Teal has no pair called {}.", view.pair);
    problem(view.assets, None, &no_such_pair(&what))
}

const fn no_such_pair(what: &str) -> Problem<'_> {
    Problem {
        status: Some(404),
        title: "No such pair",
        what,
        mend: "Look at the address, or at the pairs in the configuration.",
        then: None,
        request_id: None,
    }
}

fn document(assets: &Assets, view: Option<&View<'_>>, page: impl FnOnce() -> Page) -> Rendered {
    drawn(|| shell::document(assets, view, page()))
}

/// Draws a document under an owner of its own. Nothing in it waits, so the string is finished here.
fn drawn<V: IntoView>(whole: impl FnOnce() -> V) -> Rendered {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let rendered = owner.with(|| {
        provide_nonce();
        let html = whole().to_html();
        let nonce = use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
        Rendered { html, nonce }
    });
    owner.unset_with_forced_cleanup();
    rendered
}
