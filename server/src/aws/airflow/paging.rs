//! Lists of more than a page.

use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Map, Value, json};

use super::{super::AwsError, Call, client::Airflow};

/// How many rows Airflow gives at once by default, whatever is asked for.
pub(super) const PAGE: usize = 100;

/// How many pages are asked for at the same time.
const AT_ONCE: usize = 4;

/// How long a list may be: what is longer takes minutes and says nothing that a person could use.
const MOST: usize = 20_000;

/// A list.
#[derive(Clone, Debug)]
pub(super) struct List {
    path: &'static str,
    rows: &'static str,
    /// The filter of a list that is asked for by POST.
    filter: Option<Map<String, Value>>,
    /// The order of such a list, where it matters. By itself each list is ordered by its ids.
    order_by: Option<&'static str>,
}

impl List {
    /// A list that is asked for by GET.
    pub(super) const fn of(path: &'static str, rows: &'static str) -> Self {
        Self { path, rows, filter: None, order_by: None }
    }

    /// Tasks of all runs of all DAGs, filtered.
    pub(super) fn tasks(filter: Value) -> Self {
        Self::filtered("/dags/~/dagRuns/~/taskInstances/list", "task_instances", filter)
    }

    /// Runs of all DAGs, filtered.
    pub(super) fn runs(filter: Value) -> Self {
        Self::filtered("/dags/~/dagRuns/list", "dag_runs", filter)
    }

    fn filtered(path: &'static str, rows: &'static str, filter: Value) -> Self {
        let filter = if let Value::Object(filter) = filter { filter } else { Map::new() };
        Self { filter: Some(filter), ..Self::of(path, rows) }
    }

    /// In that order.
    pub(super) const fn by(mut self, order: &'static str) -> Self {
        self.order_by = Some(order);
        self
    }

    fn call(&self, offset: usize, limit: usize) -> Call {
        if let Some(filter) = &self.filter {
            let mut body = filter.clone();
            body.insert("page_offset".to_owned(), json!(offset));
            body.insert("page_limit".to_owned(), json!(limit));
            if let Some(order) = self.order_by {
                body.insert("order_by".to_owned(), json!(order));
            }
            return Call::post(self.path, body.into());
        }
        Call::get(self.path).with("limit", limit).with("offset", offset)
    }
}

/// A page, and how many rows there are on all of them.
pub(super) struct Page {
    pub(super) rows: Vec<Value>,
    pub(super) total: usize,
}

impl Airflow<'_> {
    /// One page of a list.
    pub(super) async fn page(&self, list: &List, offset: usize, limit: usize) -> Result<Page, AwsError> {
        let mut answer = self.ask(list.call(offset, limit)).await?;
        let Value::Array(rows) = answer[list.rows].take() else {
            return Err(self.odd(format!("answered {} without `{}`", list.path, list.rows)));
        };
        let total = answer["total_entries"].as_u64().and_then(|total| usize::try_from(total).ok());
        Ok(Page { total: total.unwrap_or(offset + rows.len()), rows })
    }

    /// All rows of a list, page by page, some pages at a time.
    pub(super) async fn all(&self, list: List) -> Result<Vec<Value>, AwsError> {
        let Page { mut rows, total } = self.page(&list, 0, PAGE).await?;
        if total > MOST {
            return Err(
                self.odd(format!("has {total} rows in {}, more than the {MOST} that Teal looks through", list.path))
            );
        }
        // A server may give less than a page at once.
        let (step, first) = (rows.len(), rows.first().cloned());
        if step == 0 || step >= total {
            return Ok(rows);
        }
        let offsets = (step..total).step_by(step);
        // Boxed: what borrows in a stream is otherwise not seen to be `Send`.
        let asked: Vec<_> = offsets.map(|offset| self.page(&list, offset, step).boxed()).collect();
        let mut pages = stream::iter(asked).buffered(AT_ONCE);
        while let Some(page) = pages.try_next().await? {
            if page.rows.first().is_some_and(|row| Some(row) == first.as_ref()) {
                return Err(self.odd(format!("answers each page of {} with the first one", list.path)));
            }
            rows.extend(page.rows);
        }
        Ok(rows)
    }

    /// An answer that cannot be used.
    pub(super) fn odd(&self, what: String) -> AwsError {
        AwsError {
            code: None,
            message: format!(
                "The Airflow of {} {what}. See whether its version is the one that MWAA tells.",
                self.environment()
            ),
            refused: false,
        }
    }
}
