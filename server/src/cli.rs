//! The command line, over the same engine as the pages, so that the break-glass path is the tested path.
//!
//! Exit codes: 0 done · 1 it failed · 2 wrong usage or config · 3 nothing was switched (refused, moved,
//! blocked) · 4 the outcome is unknown · 5 the journal does not verify.

mod caller;
mod config;
mod cost;
mod doctor;
mod drill;
mod follow;
mod freezes;
mod history;
mod maintenance;
mod output;
mod serve;
mod setup;
mod smoke;
mod status;
mod switch;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::{Args, Parser, Subcommand};

use crate::{config::Overrides, log::Format};

/// Teal: the control room for blue-green Amazon MWAA.
#[derive(Debug, Parser)]
#[command(name = "teal", version, about, max_term_width = 100)]
pub struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Common {
    /// The config file
    #[arg(long, global = true, env = "TEAL_CONFIG", default_value = "teal.toml", value_name = "FILE")]
    config: PathBuf,
    #[command(flatten)]
    overrides: Overrides,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    /// How much to log: error, warn, info, debug, or a filter such as `teal_server=debug` [default: info
    /// for serve, error otherwise]
    #[arg(long, global = true, env = "TEAL_LOG", value_name = "FILTER")]
    log: Option<String>,
    /// How to write it
    #[arg(long, global = true, env = "TEAL_LOG_FORMAT", value_name = "FORMAT", value_enum, default_value_t)]
    log_format: Format,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the pages
    Serve,
    /// Show which side is live
    Status {
        /// Only this pair
        #[arg(long)]
        pair: Option<String>,
    },
    /// Move the flag
    Switch(switch::Arguments),
    /// Do what follows the latest switch (DAGs, drain, watch), where no server does
    Follow(follow::Arguments),
    /// Smoke-test the standby: run the DAGs that policy names there, as rehearsals
    Smoke(smoke::Arguments),
    /// Show, verify or export the history
    History(history::Arguments),
    /// Declare what is being done to one side, lift it, or show what stands
    Maintenance(maintenance::Arguments),
    /// Drills: show, run, skip or stop them, and what came of them
    Drill(drill::Arguments),
    /// Show what the platform costs a month by list prices
    Cost(cost::Arguments),
    /// Show when planned switches are refused, and why
    Freezes {
        /// The pair; needed where there are several
        #[arg(long)]
        pair: Option<String>,
    },
    /// Check credentials, permissions, clocks, flag and store
    Doctor {
        /// Only this pair
        #[arg(long)]
        pair: Option<String>,
    },
    /// Check the config
    Config {
        #[command(subcommand)]
        command: config::Command,
    },
}

/// How long an emergency waits for all that is outside, before the flip.
const IN_AN_EMERGENCY: Duration = Duration::from_secs(2);

/// What a command ended as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Done = 0,
    Failed = 1,
    Usage = 2,
    NotSwitched = 3,
    Unknown = 4,
    Broken = 5,
}

/// Runs a command to its end.
pub fn run(arguments: Arguments) -> ExitCode {
    let Arguments { common, command } = arguments;
    let voice = if matches!(command, Command::Serve) { output::Voice::Full } else { output::Voice::Low };
    if let Err(error) = output::start_log(&common, voice) {
        output::tell!("{}", error.message);
        return ExitCode::from(error.end as u8);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output::failed(&format!("the runtime could not be started: {error}")),
    };
    let end = runtime.block_on(async {
        match command {
            Command::Serve => serve::run(&common).await,
            Command::Status { pair } => status::run(&common, pair.as_deref()).await,
            Command::Switch(arguments) => switch::run(&common, arguments).await,
            Command::Follow(arguments) => follow::run(&common, arguments).await,
            Command::Maintenance(arguments) => maintenance::run(&common, arguments).await,
            Command::Smoke(arguments) => smoke::run(&common, arguments).await,
            Command::History(arguments) => history::run(&common, arguments).await,
            Command::Cost(arguments) => cost::run(&common, arguments).await,
            Command::Drill(arguments) => drill::run(&common, arguments).await,
            Command::Freezes { pair } => freezes::run(&common, pair.as_deref()),
            Command::Doctor { pair } => doctor::run(&common, pair.as_deref()).await,
            Command::Config { command } => Ok(config::run(&common, &command)),
        }
    });
    // Tasks that only read are not waited for.
    runtime.shutdown_background();
    match end {
        Ok(End::Done) if output::lost() => ExitCode::FAILURE,
        Ok(end) => ExitCode::from(end as u8),
        Err(error) => {
            output::tell!("{}", error.message);
            ExitCode::from(error.end as u8)
        }
    }
}

/// Why a command did not do it.
#[derive(Debug)]
struct Stop {
    message: String,
    end: End,
}

impl Stop {
    fn failed(error: impl std::fmt::Display) -> Self {
        Self { message: format!("teal: {error}"), end: End::Failed }
    }

    fn usage(error: impl std::fmt::Display) -> Self {
        Self { message: format!("teal: {error}"), end: End::Usage }
    }
}
