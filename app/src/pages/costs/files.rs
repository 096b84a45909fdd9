//! What can be taken away as a file.

use leptos::prelude::*;
use teal_domain::PairId;

/// The address of the files of a pair, but for the name of the table.
pub(super) fn base(pair: &PairId) -> String {
    format!("{}.csv?table=", crate::paths::costs(pair))
}

/// A link to a table as a file.
pub(super) fn link(base: &str, table: &'static str, what: &'static str) -> impl IntoView + use<> {
    view! { <a class="file" href=format!("{base}{table}") download>"CSV"<span class="hush">{format!(" of {what}")}</span></a> }
}
