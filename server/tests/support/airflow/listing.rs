//! Pages, and what a pattern matches.

use serde_json::{Value, json};
use teal_server::aws::airflow::{Call, Dialect};

/// What went wrong: the status, and what is said about it.
pub(super) type Wrong = (u16, String);

/// A word of the query.
pub(super) fn asked<'c>(call: &'c Call, name: &str) -> Option<&'c str> {
    call.query.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}

/// Where a page begins, and how long it is: never longer than a hundred.
pub(super) fn bounds(call: &Call, dialect: Dialect) -> Result<(usize, usize), Wrong> {
    let number = |name: &str, otherwise: usize| match asked(call, name) {
        None => Ok(otherwise),
        Some(word) => word.parse().map_err(|_| (422, format!("{name} is no number"))),
    };
    let usual = if dialect == Dialect::Two { 100 } else { 50 };
    Ok((number("offset", 0)?, number("limit", usual)?.min(100)))
}

/// Whether another page than the first is asked for.
pub(super) fn is_later(call: &Call) -> bool {
    let told = call.body.as_ref().and_then(|body| body["page_offset"].as_u64());
    told.is_some_and(|offset| offset > 0) || asked(call, "offset").is_some_and(|offset| offset != "0")
}

/// A page of a list.
pub(super) fn page(name: &str, rows: Vec<Value>, (offset, limit): (usize, usize)) -> Value {
    let total = rows.len();
    let rows: Vec<_> = rows.into_iter().skip(offset).take(limit).collect();
    json!({name: rows, "total_entries": total})
}

/// SQL's `ILIKE`, by trying everything.
pub(super) fn ilike(pattern: &str, text: &str) -> bool {
    let Some(symbol) = pattern.chars().next() else { return text.is_empty() };
    let rest = &pattern[symbol.len_utf8()..];
    if symbol == '%' {
        return text.char_indices().any(|(at, _)| ilike(rest, &text[at..])) || ilike(rest, "");
    }
    let Some(first) = text.chars().next() else { return false };
    (symbol == '_' || symbol.eq_ignore_ascii_case(&first)) && ilike(rest, &text[first.len_utf8()..])
}
