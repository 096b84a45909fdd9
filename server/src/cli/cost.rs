//! `teal cost`: what the platform costs a month by list prices. AWS is asked what there is; nothing is asked that costs money.

use clap::Args;
use teal_domain::{
    PairSnapshot,
    cost::{Estimate, Findings, Group, Prices, Shape, WhatIf},
    topology::{Mode, Topology},
};

use super::{Common, End, Stop, output, setup};
use crate::{
    engine::{
        clock::{Clock as _, System},
        observe::{Airflows, survey},
    },
    http::{api::shapes::costs::Estimated, csv::costs},
};

/// Show what the platform costs a month by list prices
#[derive(Debug, Args)]
pub struct Arguments {
    /// The pair; needed where there are several
    #[arg(long)]
    pair: Option<String>,
    /// As if it were deployed so: standard, blue-green, ha-marquez or full-ha
    #[arg(long, value_parser = mode)]
    mode: Option<Mode>,
    /// Print CSV
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

fn mode(word: &str) -> Result<Mode, String> {
    Mode::parse(word).ok_or_else(|| format!("write one of {}", Mode::ALL.map(Mode::as_str).join(", ")))
}

pub async fn run(common: &Common, arguments: Arguments) -> Result<End, Stop> {
    let config = setup::config_without_store(common)?;
    let pairs = setup::pairs(&config).await;
    let pair = setup::the_pair(&pairs, |pair| &pair.config, arguments.pair.as_deref())?;
    let clock = System::default();
    let known = survey(pair, &clock, &config.polling, Airflows::Spared).await.known;
    let (found, prices) = (Topology::of(&known, clock.now()).mode(), known.prices.clone());
    let change = WhatIf { mode: arguments.mode, ..WhatIf::default() };
    if common.json {
        output::json(&Estimated::of(&known, found, &change, &prices));
        return Ok(End::Done);
    }
    let shape = change.shape(&known, found.unwrap_or(Mode::FullHa));
    let estimate = shape.estimate(&prices);
    if arguments.csv {
        let csv = costs::estimate(&estimate).map_err(Stop::failed)?;
        for line in String::from_utf8_lossy(&csv).lines() {
            output::say!("{line}");
        }
        return Ok(End::Done);
    }
    for line in text(&known, found, &shape, &estimate, &prices) {
        output::say!("{line}");
    }
    Ok(End::Done)
}

fn text(pair: &PairSnapshot, found: Option<Mode>, shape: &Shape, estimate: &Estimate, prices: &Prices) -> Vec<String> {
    let mut lines =
        vec![format!("{}, {} in {}, a month by list prices in USD:", pair.id, shape.mode.as_str(), shape.region)];
    if found.is_none() {
        lines.push("How it is deployed is not known.".to_owned());
    }
    let width = estimate.lines.iter().map(|line| line.what.chars().count() + 2).max().unwrap_or_default().max(18);
    let mut last = None;
    for line in &estimate.lines {
        if last != Some(line.group) {
            lines.push(format!("{:width$}  {:>12}", group(line.group), estimate.of_group(line.group).to_string()));
            last = Some(line.group);
        }
        let price = line.price.as_ref();
        let cents = price.map_or_else(|| "not known".to_owned(), |priced| priced.cents.to_string());
        let each =
            price.map(|priced| format!("  at {}{}", priced.price, if priced.assumed { ", assumed" } else { "" }));
        let what = format!("  {}", line.what);
        lines.push(format!(
            "{what:width$}  {cents:>12}  {} {}{}",
            line.quantity,
            line.good.unit(),
            each.unwrap_or_default()
        ));
    }
    let at_least = if estimate.is_at_least() { "together, at least" } else { "together" };
    lines.push(format!("{at_least:width$}  {:>12}", estimate.total().to_string()));
    lines.extend(shape.assumed.iter().map(|assumed| format!("assumed: {assumed}")));
    let Findings { found, unread } = Findings::of(pair, found, prices);
    lines.extend(found.into_iter().map(|finding| {
        let saves =
            finding.saves.map_or_else(|| "no price is known".to_owned(), |saves| format!("up to {saves} a month"));
        format!("to be saved, {saves}: {} {}", finding.what, finding.mend)
    }));
    lines.extend(unread.into_iter().map(|what| format!("not looked at: {what}")));
    lines
}

fn group(group: Group) -> &'static str {
    match group {
        Group::Environment(Some(color)) => color.as_str(),
        Group::Environment(None) => "environment",
        Group::Network => "network",
        Group::Lineage => "lineage",
        Group::Watching => "watching",
    }
}
