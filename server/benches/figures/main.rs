//! `make bench`: the figures, as ratios measured side by side in one run, medians.
//!
//! It needs the emulated AWS and the release binary, which `scripts/bench.sh` provides.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_precision_loss,
    clippy::case_sensitive_file_extension_comparisons,
    missing_debug_implementations,
    reason = "a figure that cannot be measured ends the run"
)]

mod calls;
mod costs;
mod dags;
mod fleet;
mod history;
mod http;
mod pages;
mod process;
#[path = "../../tests/support/provider.rs"]
#[allow(dead_code, reason = "tests have it lie")]
mod provider;
mod sign_in;
#[path = "../../tests/support"]
#[allow(dead_code, unreachable_pub, reason = "tests ask more of it")]
mod support {
    pub mod airflow;
    pub mod clock;
}
mod switch;
mod table;

use table::Table;

fn main() {
    // Cargo adds a word of its own.
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if let [first, file] = &words[..]
        && first == "bare-axum"
    {
        pages::bare_axum(file);
        return;
    }
    // `make bench ONLY="switch overview"`
    let wanted = |name: &str| words.is_empty() || words.iter().any(|word| word == name);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let mut table = Table::default();
    runtime.block_on(async {
        if wanted("command") {
            switch::command(&mut table).await;
        }
        if wanted("switch") {
            switch::server(&mut table).await;
        }
        if wanted("overview") {
            pages::overview(&mut table).await;
        }
        if wanted("topology") {
            pages::topology(&mut table).await;
        }
        if wanted("costs") {
            costs::page(&mut table).await;
        }
        if wanted("fleet") {
            fleet::figures(&mut table).await;
        }
        if wanted("load") {
            pages::first_load(&mut table).await;
        }
        if wanted("memory") {
            pages::memory(&mut table).await;
        }
        if wanted("calls") {
            calls::streams(&mut table).await;
        }
        if wanted("sign-in") {
            sign_in::figures(&mut table).await;
        }
        if wanted("history") {
            history::pages(&mut table).await;
        }
        if wanted("dags") {
            dags::paused(&mut table).await;
        }
    });
    table.write();
}
