//! Lists of more than a page.

use std::collections::BTreeSet;

use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Map, Value, json};

use super::{super::AwsError, Call, client::Airflow};

/// How many rows Airflow gives at once by default, whatever is asked for.
pub(super) const PAGE: usize = 100;

/// How many pages are asked for at the same time.
const AT_ONCE: usize = 4;

/// How long a list may be: what is longer takes minutes and says nothing that a person could use.
const MOST: usize = 20_000;

/// How far the number of rows that a list says it has is taken at its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counted {
    /// Exactly: what is not there was lost between two pages, and that it is missing would be acted upon.
    Exactly,
    /// What is under way comes and goes while it is read: two looks together must be as many at least.
    Changing,
    /// Loosely: Airflow 3 may count a broken file once for each of its DAGs and list it once.
    Loosely,
}

/// A list.
#[derive(Clone, Debug)]
pub(super) struct List {
    path: &'static str,
    rows: &'static str,
    /// The fields by which a row is known again.
    key: &'static [&'static str],
    counted: Counted,
    /// The filter of a list that is asked for by POST.
    filter: Option<Map<String, Value>>,
    /// The order of such a list, where it matters. By itself each list is ordered by its ids.
    order_by: Option<&'static str>,
}

impl List {
    /// The DAGs.
    pub(super) const fn dags() -> Self {
        Self::of("/dags", "dags", &["dag_id"])
    }

    /// Connections, variables or pools, by the name of their list and that of their rows' names.
    pub(super) const fn keys(path: &'static str, rows: &'static str, key: &'static [&'static str]) -> Self {
        Self::of(path, rows, key)
    }

    /// Files that could not be imported.
    pub(super) fn import_errors() -> Self {
        let list = Self::of("/importErrors", "import_errors", &["import_error_id", "filename"]);
        Self { counted: Counted::Loosely, ..list }
    }

    /// Tasks of all runs of all DAGs, filtered.
    pub(super) fn tasks(filter: Value) -> Self {
        let key = &["dag_id", "dag_run_id", "task_id", "map_index"];
        Self::filtered(Self::of("/dags/~/dagRuns/~/taskInstances/list", "task_instances", key), filter)
    }

    /// Runs of all DAGs, filtered.
    pub(super) fn runs(filter: Value) -> Self {
        Self::filtered(Self::of("/dags/~/dagRuns/list", "dag_runs", &["dag_id", "dag_run_id"]), filter)
    }

    const fn of(path: &'static str, rows: &'static str, key: &'static [&'static str]) -> Self {
        Self { path, rows, key, counted: Counted::Exactly, filter: None, order_by: None }
    }

    fn filtered(list: Self, filter: Value) -> Self {
        let filter = if let Value::Object(filter) = filter { filter } else { Map::new() };
        Self { filter: Some(filter), counted: Counted::Changing, ..list }
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

    fn key_of(&self, row: &Value) -> Vec<String> {
        self.key.iter().map(|name| row[*name].to_string()).collect()
    }
}

/// A page, and how many rows there are on all of them.
pub(super) struct Page {
    pub(super) rows: Vec<Value>,
    pub(super) total: usize,
}

/// What all pages together told.
struct Look {
    /// The rows, each once.
    rows: Vec<Value>,
    /// How many there are, by the page that was read last.
    total: usize,
    /// Nothing moved while they were read, as far as can be seen: no page told another total, no row was there twice.
    still: bool,
}

impl Look {
    fn is_whole(&self) -> bool {
        self.still && self.rows.len() == self.total
    }
}

impl Airflow<'_> {
    /// One page of a list.
    pub(super) async fn page(&self, list: &List, offset: usize, limit: usize) -> Result<Page, AwsError> {
        let mut answer = self.ask(list.call(offset, limit)).await?;
        let Value::Array(rows) = answer[list.rows].take() else {
            return Err(self.odd(format!("answered {} without `{}`", list.path, list.rows)));
        };
        let total = answer["total_entries"].as_u64().and_then(|total| usize::try_from(total).ok());
        let Some(total) = total else {
            return Err(self.odd(format!("answered {} without `total_entries`", list.path)));
        };
        Ok(Page { rows, total })
    }

    /// All rows of a list, page by page. What comes or goes meanwhile moves others to a page that was read already or
    /// was not yet: where the rows are not as many as they should be, all is read once more.
    pub(super) async fn all(&self, list: List) -> Result<Vec<Value>, AwsError> {
        let first = self.look(&list).await?;
        if first.is_whole() {
            return Ok(first.rows);
        }
        let Look { mut rows, total, still } = self.look(&list).await?;
        let whole = match list.counted {
            Counted::Exactly => still && rows.len() == total,
            Counted::Changing => {
                let known: BTreeSet<_> = rows.iter().map(|row| list.key_of(row)).collect();
                rows.extend(first.rows.into_iter().filter(|row| !known.contains(&list.key_of(row))));
                rows.len() >= total
            }
            Counted::Loosely => true,
        };
        if whole {
            return Ok(rows);
        }
        let (path, found) = (list.path, rows.len());
        Err(self.odd(format!("lists {found} of {total} in {path}, twice, so that something in it may be missing")))
    }

    async fn look(&self, list: &List) -> Result<Look, AwsError> {
        let Page { rows, total } = self.page(list, 0, PAGE).await?;
        if total > MOST {
            return Err(
                self.odd(format!("has {total} rows in {}, more than the {MOST} that Teal looks through", list.path))
            );
        }
        let (step, first) = (rows.len(), rows.first().cloned());
        let mut look = Look { rows: Vec::new(), total, still: true };
        let mut seen = BTreeSet::new();
        let mut take = |look: &mut Look, page: Page| {
            look.still &= page.total == look.total;
            look.total = page.total;
            for row in page.rows {
                if seen.insert(list.key_of(&row)) { look.rows.push(row) } else { look.still = false }
            }
        };
        take(&mut look, Page { rows, total });
        // A server may give less than a page at once.
        if step == 0 || step >= total {
            return Ok(look);
        }
        let offsets = (step..total).step_by(step);
        // Boxed: what borrows in a stream is otherwise not seen to be `Send`.
        let asked: Vec<_> = offsets.map(|offset| self.page(list, offset, step).boxed()).collect();
        let mut pages = stream::iter(asked).buffered(AT_ONCE);
        while let Some(page) = pages.try_next().await? {
            if page.rows.first().is_some_and(|row| Some(row) == first.as_ref()) {
                return Err(self.odd(format!("answers each page of {} with the first one", list.path)));
            }
            take(&mut look, page);
        }
        Ok(look)
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
