//! `teal smoke`: smoke-tests the standby and waits for what comes of it.

use std::{sync::Arc, time::Duration};

use teal_app::words::{record as words, smoke};
use teal_domain::history::Record;

use super::{Common, End, Stop, caller, follow, output, setup};
use crate::{
    engine::{Engine, Pair, smoke::NotTested},
    http::api::shapes,
};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The pair; needed where there are several
    #[arg(long)]
    pair: Option<String>,
}

/// How often it is looked what came of it.
const AGAIN: Duration = Duration::from_secs(2);

pub async fn run(common: &Common, arguments: Arguments) -> Result<End, Stop> {
    let config = setup::config_without_store(common)?;
    setup::store_place(&config)?;
    let engine = setup::engine(&config).await?;
    let pair = setup::the_pair(&engine.pairs, |pair| &pair.config, arguments.pair.as_deref())?.clone();
    let who = caller::permitted(&config, Some(&engine), &pair, false).await?.actor;
    follow::look(&engine, &pair).await;
    let seq = match engine.begin_smoke(&pair, &who).await.map_err(Stop::failed)? {
        Ok(seq) => seq,
        Err(NotTested::Running { seq }) => {
            output::tell!("A smoke test is under way already, as record {seq}: it is followed.");
            seq
        }
        Err(not) => return Err(Stop::failed(format_args!("nothing was tested: {not}"))),
    };
    let record = ended(common, &engine, &pair, seq).await?;
    engine.store.close().await;
    if common.json {
        output::json(&shapes::Record::of(&record));
    } else {
        tell(&record);
    }
    Ok(if record.smoke().is_some_and(teal_domain::smoke::SmokeRecord::good) { End::Done } else { End::Failed })
}

/// Drives it, unless a server does, and waits for its end.
async fn ended(common: &Common, engine: &Arc<Engine>, pair: &Arc<Pair>, seq: u64) -> Result<Record, Stop> {
    let mut told = common.json;
    loop {
        engine.go_on_with_smoke(pair).await.map_err(Stop::failed)?;
        let found = engine.store.record(pair.id(), seq).await.map_err(Stop::failed)?;
        let Some((record, _)) = found else {
            return Err(Stop::failed(format_args!("the journal has no record {seq} any more")));
        };
        let Some(test) = record.smoke() else {
            return Err(Stop::failed(format_args!("record {seq} is no smoke test")));
        };
        if test.end.is_some() {
            return Ok(record);
        }
        if !told {
            output::tell!("{}, record {seq}. {}", words::title(&record), smoke::told(test));
            told = true;
        }
        tokio::time::sleep(AGAIN).await;
    }
}

fn tell(record: &Record) {
    let Some(test) = record.smoke() else { return };
    for result in test.end.iter().flat_map(|(_, end)| &end.results) {
        output::say!("{}  {}", result.dag, result.fate.told());
    }
    output::say!("{}", smoke::told(test));
}
