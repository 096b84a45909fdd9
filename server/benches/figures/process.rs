//! Starting the release binary, and ending it by its id.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

pub fn binary() -> PathBuf {
    PathBuf::from(std::env::var("TEAL_BENCH_BINARY").expect("run this with `make bench`"))
}

/// A config for one pair on the seeded world, with a store of its own.
pub fn config(folder: &Path, store: &Path, flag: &str) -> PathBuf {
    let path = folder.join("teal.toml");
    let text = format!(
        "listen = \"127.0.0.1:0\"\n[store]\npath = \"{}\"\n[[pair]]\nid = \"dev\"\nproject = \"mwaa-openlineage\"\nenvironment = \"dev\"\nregion = \"us-east-2\"\n[pair.names]\nflag = \"{flag}\"\n",
        store.display()
    );
    std::fs::write(&path, text).expect("a config");
    path
}

pub struct Server {
    child: Child,
    pub address: String,
}

impl Server {
    /// Starts `teal serve` and waits until it is ready.
    pub fn start(config: &Path, envs: &[(&str, String)]) -> Self {
        let mut command = Command::new(binary());
        command.args(["serve", "--log", "error", "--config"]).arg(config).stdout(Stdio::piped());
        command.envs(envs.iter().map(|(name, value)| (*name, value.clone())));
        Self::ready(command.spawn().expect("teal"), "http://")
    }

    /// Waits for the line in which a process says its address.
    pub fn ready(mut child: Child, before: &str) -> Self {
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        for line in lines {
            let line = line.expect("a line");
            if let Some((_, rest)) = line.split_once(before) {
                return Self { child, address: rest.trim_end_matches('/').to_owned() };
            }
        }
        panic!("it ended before it was ready");
    }

    /// Resident memory, in MB (10^6 bytes).
    pub fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("its status");
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("VmRSS");
        line.split_whitespace().nth(1).expect("a number").parse::<f64>().expect("a number") * 1024.0 / 1e6
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
