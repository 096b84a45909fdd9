//! `teal maintenance`: says what is being done to one side, lifts that, or shows what stands.

use std::sync::Arc;

use serde_json::json;
use teal_domain::{
    Color,
    maintenance::{Maintenance, NotDeclared},
    preflight::catalogue::PARITY,
};

use super::{Common, End, Stop, caller, output, setup};
use crate::{
    engine::{Engine, Pair, maintenance},
    http::api::shapes::Declared,
};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The pair; needed where there are several
    #[arg(long, global = true)]
    pair: Option<String>,
    #[command(subcommand)]
    command: Sub,
}

#[derive(Debug, clap::Subcommand)]
enum Sub {
    /// Declare what is being done to a side
    Declare {
        /// The side: blue or green
        #[arg(long)]
        side: Color,
        /// What is done to it, such as "2.11 → 3.0.6"
        #[arg(long)]
        what: String,
        /// Until when, in UTC, 14 days ahead at most, such as 2026-11-27T18:00
        #[arg(long, value_name = "DATE-AND-TIME")]
        until: String,
        /// The checks whose differences are expected, with commas between them [default: all that compare the sides]
        #[arg(long, value_delimiter = ',', value_name = "CHECKS")]
        expects: Option<Vec<String>>,
    },
    /// Lift the one that stands
    Lift,
    /// Show the one that stands
    Show,
}

pub async fn run(common: &Common, arguments: Arguments) -> Result<End, Stop> {
    let config = setup::config(common)?;
    let engine = setup::engine(&config).await?;
    let pair = setup::the_pair(&engine.pairs, |pair| &pair.config, arguments.pair.as_deref())?.clone();
    let end = match arguments.command {
        Sub::Show => {
            said(common, standing(&engine, &pair).await?.as_ref());
            Ok(End::Done)
        }
        Sub::Lift => {
            let who = caller::permitted(&config, Some(&engine), &pair, false).await?.actor;
            match standing(&engine, &pair).await? {
                Some(declared) if engine.lift(&pair, &who, declared.id).await.map_err(Stop::failed)? => {
                    said(common, None);
                    Ok(End::Done)
                }
                _ => Err(refused(format!("no maintenance of {} stands", pair.config.title))),
            }
        }
        Sub::Declare { side, what, until, expects } => {
            let who = caller::permitted(&config, Some(&engine), &pair, false).await?;
            let usage = |name: &str, why: String| Stop::usage(format_args!("{name}: {why}"));
            let what = maintenance::what(&what).map_err(|why| usage("--what", why))?;
            let until = maintenance::until(&until).map_err(|why| usage("--until", why))?;
            let expects = expects.unwrap_or_else(|| PARITY.map(str::to_owned).into());
            let wanted = maintenance::Wanted { side, what, expects, until };
            let declared = engine.declare(&pair, &who.actor, &who.grants, wanted).await.map_err(Stop::failed)?;
            match declared {
                Ok(declared) => {
                    said(common, Some(&declared));
                    Ok(End::Done)
                }
                Err(not @ (NotDeclared::Past { .. } | NotDeclared::TooFar { .. })) => {
                    Err(usage("--until", not.to_string()))
                }
                Err(not @ NotDeclared::NoSuchCheck { .. }) => Err(usage("--expects", not.to_string())),
                Err(not @ NotDeclared::Stands { .. }) => Err(refused(not.to_string())),
            }
        }
    };
    engine.store.close().await;
    end
}

async fn standing(engine: &Arc<Engine>, pair: &Pair) -> Result<Option<Maintenance>, Stop> {
    engine.store.maintenance(pair.id(), engine.clock.now()).await.map_err(Stop::failed)
}

fn refused(why: String) -> Stop {
    Stop { message: format!("teal: {why}"), end: End::NotSwitched }
}

fn said(common: &Common, standing: Option<&Maintenance>) {
    match standing {
        _ if common.json => output::json(&json!({ "maintenance": standing.map(Declared::of) })),
        Some(standing) => output::say!("{}. Expects to differ: {}", standing.told(), named(&standing.expects)),
        None => output::say!("No maintenance stands."),
    }
}

fn named(checks: &[String]) -> String {
    if checks.is_empty() { "nothing".to_owned() } else { checks.join(", ") }
}
