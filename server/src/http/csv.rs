//! What is taken away as CSV, for spreadsheets. Text that others wrote does nothing there.

pub(crate) mod costs;
mod history;

use std::fmt;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use teal_app::desk::DeskError;

pub use costs::costs;
pub use history::history;

/// A file that the browser saves under this name.
fn file(name: &str, csv: Vec<u8>) -> Response {
    (
        [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
            (header::CACHE_CONTROL, "no-store".to_owned()),
        ],
        csv,
    )
        .into_response()
}

/// What is said of an export that could not be written; why, goes into the log.
fn broken(why: impl fmt::Display) -> DeskError {
    tracing::error!(%why, "an export broke off");
    DeskError::StoreAway { message: "The export broke off. Try again.".into(), commands: Vec::new() }
}

/// What begins a formula, in its full width too: some spreadsheets take that for the same.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A cell that begins like a formula would be run by a spreadsheet: a quote in front makes it text.
fn harmless(cell: &str) -> String {
    if cell.starts_with(FORMULA) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_17_cells_that_begin_a_formula_are_escaped() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\n=1", "＝1", "＠SUM(A1)"] {
            assert!(harmless(formula).starts_with('\''), "{formula:?}");
        }
        assert_eq!(harmless("upgrade = done"), "upgrade = done");
    }
}
