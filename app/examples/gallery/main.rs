//! Every page in every state, as files: to look at while designing, without a server and without AWS.
//! `cargo run -p teal-app --features ssr --example gallery -- OUT`, then serve OUT on the loopback.

mod fixtures;

use fixtures::{NOW, ana, dev};
use std::{fs, io, path::Path};
use teal_app::{
    pages::freezes::Closed,
    paths::{CostsQuery, MaintenanceProblem, MaintenanceQuery, SwitchQuery},
    render::{self, Assets, Problem, Rendered, View},
    words,
};
use teal_domain::{Color, LivePair, PairSnapshot, SnapshotId, cost::Made, history::HistoryQuery};

fn main() -> io::Result<()> {
    let out = std::env::args().nth(1).unwrap_or_else(|| "target/gallery".into());
    let out = Path::new(&out);
    fs::create_dir_all(out)?;
    let assets = Assets {
        js: "/teal.js".into(),
        wasm: "/teal.wasm".into(),
        css: "style/main.css".into(),
        reports: "style/reports.css".into(),
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    copy(&root.join("style"), &out.join("style"))?;
    fs::copy(root.join("public/favicon.svg"), out.join("favicon.svg"))?;
    let mut names = Vec::new();
    let mut save = |name: &str, page: Rendered| {
        names.push(name.to_owned());
        fs::write(out.join(format!("{name}.html")), &page.html)?;
        fs::write(out.join(format!("{name}-dark.html")), page.html.replacen("<html ", "<html data-theme=\"dark\" ", 1))
    };
    for (name, pair) in fixtures::states().into_iter().chain(fixtures::failing::states()) {
        pages(&assets, name, &pair, &mut save)?;
        let live = LivePair { id: SnapshotId { epoch: 1_795_700_000_000, seq: 78 }, at: NOW, pair };
        fs::write(out.join(format!("{name}.json")), serde_json::to_string(&live)?)?;
    }
    let problem = Problem {
        status: Some(404),
        title: "No such record",
        what: "The journal of this pair has no record 4711.",
        mend: "Look at the number in the address, or look the record up in the history.",
        then: None,
        request_id: Some("01KAZZ4J1N3V9T"),
    };
    for (name, pair, maintenances, switches) in fixtures::upkeep::upgrades() {
        save(&format!("upgrade-{name}"), render::upgrade(&view(&assets, &pair, ""), &maintenances, &switches))?;
    }
    for (name, pair) in fixtures::lineages::states() {
        save(&format!("lineage-{name}"), render::lineage(&view(&assets, &pair, "")))?;
    }
    for state in fixtures::watched::states() {
        let view = view(&assets, &state.pair, "");
        save(&format!("monitoring-{}", state.name), render::monitoring(&view, state.query, &state.month))?;
    }
    let mut pair = fixtures::green_is_live();
    let closed = Err(fixtures::paid::closed());
    save("costs-unread", render::costs(&view(&assets, &pair, ""), &CostsQuery::default(), &closed, None))?;
    fixtures::platforms::full_ha(&mut pair);
    let paid = Ok(fixtures::paid::well());
    let made = Some(Made { switches: 2 });
    for (name, query) in COSTS {
        let page = render::costs(&view(&assets, &pair, query), &CostsQuery::parse(query), &paid, made);
        save(&format!("costs-{name}"), page)?;
    }
    for state in fixtures::paid::states() {
        let page = render::costs(&view(&assets, &pair, ""), &CostsQuery::default(), &state.paid, None);
        save(&format!("costs-{}", state.name), page)?;
    }
    let mut pair = fixtures::green_is_live();
    save("maintenance-none", render::maintenance(&view(&assets, &pair, ""), &MaintenanceQuery::default()))?;
    let again = MaintenanceQuery {
        problem: Some(MaintenanceProblem::Until),
        what: Some("2.11 → 3.0.6".into()),
        until: Some("2026-12-24T18:00".into()),
        expects: Some(vec!["airflow-version".into()]),
        ..MaintenanceQuery::default()
    };
    save("maintenance-again", render::maintenance(&view(&assets, &pair, ""), &again))?;
    fixtures::upkeep::maintained(&mut pair);
    save("maintenance-stands", render::maintenance(&view(&assets, &pair, ""), &MaintenanceQuery::default()))?;
    let pair = fixtures::green_is_live();
    save("problem", render::problem(&assets, Some(&view(&assets, &pair, "")), &problem))?;
    save("embed-sign-in", render::embed_sign_in(&assets, "/embed/dev", "/p/dev", Some("/embed/dev")))?;
    save("embed-problem", render::embed_problem(&assets, &problem))?;
    save("problem-bare", render::problem(&assets, None, &problem))?;
    let list: String = names.iter().map(|name| format!("<li><a href=\"{name}.html\">{name}</a></li>")).collect();
    fs::write(out.join("index.html"), format!("<!DOCTYPE html><meta charset=utf-8><ul>{list}</ul>"))
}

/// What is asked of the page of costs.
const COSTS: [(&str, &str); 3] = [
    ("now", ""),
    ("asked", "mode=standard&class2=mw1.medium&workers2=4&standby2=160"),
    ("asked-badly", "workers=none&region=sa-east-1"),
];

fn view<'a>(assets: &'a Assets, pair: &PairSnapshot, query: &'a str) -> View<'a> {
    // An example has no owner for its identity but the process.
    let who = Box::leak(Box::new(ana()));
    View { assets, who, snapshot: fixtures::snapshot(pair.clone()), pair: dev(), now: NOW, path: "/p/dev", query }
}

fn pages(
    assets: &Assets,
    name: &str,
    pair: &PairSnapshot,
    save: &mut impl FnMut(&str, Rendered) -> io::Result<()>,
) -> io::Result<()> {
    let view = view(assets, pair, "");
    let target = pair.live().map_or(Color::Blue, Color::other);
    save(&format!("overview-{name}"), render::overview(&view))?;
    let course = fixtures::course(pair);
    let switch = |target| {
        let offer = fixtures::offer(pair, target);
        render::switch(&view, target, offer, SwitchQuery::default(), course.as_ref())
    };
    save(&format!("switch-{name}"), switch(target))?;
    if course.is_some() {
        save(&format!("switched-{name}"), switch(target.other()))?;
    }
    save(&format!("embed-{name}"), render::embed(&view))?;
    save(&format!("embed-topology-{name}"), render::embed_topology(&view))?;
    let there = |at| words::stamp(at).replace("UTC", "there");
    let closed: Vec<Closed> = pair
        .freezes
        .iter()
        .map(|window| Closed { from_there: there(window.from), to_there: there(window.to), window: window.clone() })
        .collect();
    save(&format!("freezes-{name}"), render::freezes(&view, &closed))?;
    save(&format!("trouble-{name}"), render::trouble(&view))?;
    save(&format!("topology-{name}"), render::topology(&view))?;
    save(&format!("guide-{name}"), render::guide(&view, &fixtures::failing::past(pair)))?;
    let query = HistoryQuery::default();
    save(&format!("history-{name}"), render::history(&view, &query, &fixtures::page(pair)))?;
    if let Some(record) = pair.recent.first() {
        save(&format!("record-{name}"), render::record(&view, &fixtures::detail(record)))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
