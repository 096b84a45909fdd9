//! One call for every DAG there is, where that is what is wanted; and what of it was not.
//!
//! Between the look at the list and the call somebody may pause a DAG on purpose, or deploy a new one. Airflow 3 is
//! asked for those only that do not stand as they should, so that whatever its answer names was changed by the call.
//! Airflow 2 answers with all there are: each page is looked at in the moment before, and what stands in the answer and
//! did not stand there is new. A DAG that was paused within that moment cannot be told from one that never was.

use std::collections::{BTreeMap, BTreeSet};

use teal_domain::airflow::Dag;

use super::{
    super::AwsError,
    Dialect,
    client::Airflow,
    paging::{List, PAGE},
    pattern::{self, EVERYTHING},
    pausing::{confirmed, patch_many, rows},
};

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct AtOnce {
    /// Those that were wanted and certainly stand as they should. Whatever else is wanted is tried again singly.
    pub(super) done: BTreeSet<String>,
    /// Those that were not wanted and were changed.
    pub(super) touched: BTreeSet<String>,
}

impl AtOnce {
    /// Takes an answer's names.
    fn named<'r>(
        &mut self,
        names: impl Iterator<Item = &'r str>,
        wanted: &BTreeSet<&str>,
        was_so: impl Fn(&str) -> bool,
    ) {
        for name in names {
            if wanted.contains(name) {
                self.done.insert(name.to_owned());
            } else if !was_so(name) {
                self.touched.insert(name.to_owned());
            }
        }
    }
}

impl Airflow<'_> {
    /// A page of DAGs at a time, if a fresh look says that nothing else would be touched.
    pub(super) async fn all_at_once(&self, known: &[Dag], wanted: &BTreeSet<&str>, paused: bool) -> AtOnce {
        let mut told = AtOnce::default();
        // Whatever goes wrong on the way, what was done is known.
        let _stopped_early = match self.dialect() {
            Dialect::Two => self.pages_of_two(known, wanted, paused, &mut told).await,
            Dialect::Three => self.pages_of_three(wanted, paused, &mut told).await,
        };
        told
    }

    async fn pages_of_two(
        &self,
        known: &[Dag],
        wanted: &BTreeSet<&str>,
        paused: bool,
        told: &mut AtOnce,
    ) -> Result<(), AwsError> {
        let mut offset = 0;
        loop {
            let page = self.page(&List::dags(), offset, PAGE).await?;
            if page.rows.is_empty() {
                return Ok(());
            }
            let standing = self.told(&page.rows)?;
            // What has come meanwhile is paused from its beginning, as a rule: it is left so, and not left awake.
            let was_so = |id: &str| {
                let was = standing.iter().chain(known).find(|dag| dag.id == id);
                was.map_or(paused, |dag| dag.paused == paused)
            };
            let all_are_so = standing.iter().all(|dag| dag.paused == paused);
            if all_are_so {
                told.named(standing.iter().map(|dag| dag.id.as_str()), wanted, was_so);
            } else if pattern::touched(EVERYTHING, &standing, wanted, paused).is_empty() {
                let answer = self.ask(patch_many(EVERYTHING, paused).with("offset", offset)).await?;
                told.named(confirmed(rows(&answer), paused), wanted, was_so);
            }
            offset += page.rows.len();
            if offset >= page.total {
                return Ok(());
            }
        }
    }

    async fn pages_of_three(&self, wanted: &BTreeSet<&str>, paused: bool, told: &mut AtOnce) -> Result<(), AwsError> {
        let before = self.dags().await?;
        if !pattern::touched(EVERYTHING, &before, wanted, paused).is_empty() {
            return Ok(());
        }
        let so = |dags: &[Dag]| {
            let so = dags.iter().filter(|dag| dag.paused == paused).map(|dag| dag.id.clone());
            so.collect::<BTreeSet<String>>()
        };
        told.done = so(&before).into_iter().filter(|id| wanted.contains(id.as_str())).collect();
        let changed = self.change_all(wanted, paused, before.len() / PAGE, told).await;
        if told.done.len() < wanted.len() {
            // Later versions change all at once, and name only a page of them. As above with what has come meanwhile.
            let known: BTreeMap<&str, bool> = before.iter().map(|dag| (dag.id.as_str(), dag.paused)).collect();
            let after = so(&self.dags().await?);
            let was_so = |id: &str| known.get(id).map_or(paused, |was| *was == paused);
            told.named(after.iter().map(String::as_str), wanted, was_so);
            told.done.retain(|id| after.contains(id));
        }
        changed
    }

    /// Airflow 3.0 changes only the page that it answers with. There is no order here, but the list can be had of those
    /// only that do not stand so yet.
    async fn change_all(
        &self,
        wanted: &BTreeSet<&str>,
        paused: bool,
        pages: usize,
        told: &mut AtOnce,
    ) -> Result<(), AwsError> {
        for _ in 0..=pages {
            let call = patch_many(EVERYTHING, paused).with("offset", 0).with("paused", !paused);
            let answer = self.ask(call).await?;
            if rows(&answer).is_empty() {
                break;
            }
            told.named(confirmed(rows(&answer), paused), wanted, |_| false);
        }
        Ok(())
    }
}
