//! `teal config check`: what a start would say of the config, without starting.

use super::{Common, End, output, setup};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Read and check the config, and name every mistake
    Check,
}

pub fn run(common: &Common, Command::Check: &Command) -> End {
    match setup::config(common) {
        Ok(config) => {
            let pairs: Vec<&str> = config.pairs.iter().map(|pair| pair.id.as_str()).collect();
            if common.json {
                output::json(&serde_json::json!({ "ok": true, "pairs": pairs }));
            } else {
                output::say!("{} is in order: {} pair(s): {}", common.config.display(), pairs.len(), pairs.join(", "));
            }
            End::Done
        }
        Err(stop) => {
            if common.json {
                output::json(&serde_json::json!({ "ok": false, "mistakes": stop.message.lines().collect::<Vec<_>>() }));
            } else {
                output::tell!("{}", stop.message);
            }
            End::Usage
        }
    }
}
