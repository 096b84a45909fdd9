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
mod history;
mod http;
mod pages;
mod process;
mod switch;
mod table;

use table::Table;

fn main() {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("bare-axum") {
        pages::bare_axum(&arguments.next().expect("a file with the bytes to send"));
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let mut table = Table::default();
    runtime.block_on(async {
        switch::command(&mut table).await;
        switch::server(&mut table).await;
        pages::overview(&mut table).await;
        pages::first_load(&mut table).await;
        pages::memory(&mut table).await;
        calls::streams(&mut table).await;
        history::pages(&mut table).await;
    });
    table.write();
}
