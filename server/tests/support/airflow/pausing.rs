//! Pausing and unpausing, as Airflow does it.

use serde_json::{Value, json};
use teal_domain::Timestamp;
use teal_server::aws::airflow::{Call, Dialect};

use super::{
    listing::{Wrong, asked, bounds, ilike},
    world::{FakeDag, Side},
};

impl Side {
    /// `PATCH /dags`
    pub(super) fn patch_many(&mut self, call: &Call, now: Timestamp) -> Result<Value, Wrong> {
        let paused = wish(call)?;
        let (dialect, live, all) = (self.dialect, self.live, self.changes_all);
        // Without a pattern Airflow looks for DAGs with `None` in their id.
        let pattern = asked(call, "dag_id_pattern").unwrap_or("None");
        let pattern = if pattern == "~" { "%".to_owned() } else { format!("%{pattern}%") };
        let only = asked(call, "paused").filter(|_| dialect == Dialect::Three).map(|word| word == "true");
        let mut found: Vec<_> = self
            .dags
            .values_mut()
            .filter(|dag| !dag.gone && ilike(&pattern, &dag.id) && only.is_none_or(|only| dag.paused == only))
            .collect();
        if dialect == Dialect::Three {
            // There is no order here: not that of the ids, anyhow.
            found.reverse();
        }
        let (offset, limit) = bounds(call, dialect)?;
        let total = found.len();
        let on_page = |place: &usize| (offset..offset.saturating_add(limit)).contains(place);
        let mut rows = Vec::new();
        for (place, dag) in found.into_iter().enumerate() {
            if all || on_page(&place) {
                dag.set_paused(paused, live, now);
            }
            if on_page(&place) {
                rows.push(dag.row(dialect));
            }
        }
        Ok(json!({"dags": rows, "total_entries": total}))
    }

    /// `PATCH /dags/{id}`
    pub(super) fn patch_one(&mut self, id: &str, call: &Call, now: Timestamp) -> Result<Value, Wrong> {
        let (paused, dialect, live) = (wish(call)?, self.dialect, self.live);
        let dag = self.dags.get_mut(id).ok_or_else(|| (404, format!("Dag with id: {id} was not found")))?;
        dag.set_paused(paused, live, now);
        Ok(dag.row(dialect))
    }
}

impl FakeDag {
    /// Unpausing starts a run at once where one is due.
    fn set_paused(&mut self, paused: bool, live: bool, now: Timestamp) {
        let was = std::mem::replace(&mut self.paused, paused);
        if was && !paused {
            self.start_if_due(live, now);
        }
    }
}

fn wish(call: &Call) -> Result<bool, Wrong> {
    if asked(call, "update_mask").is_some_and(|mask| mask != "is_paused") {
        return Err((400, "Only `is_paused` field can be updated through the REST API".into()));
    }
    let wish = call.body.as_ref().and_then(|body| body["is_paused"].as_bool());
    wish.ok_or_else(|| (422, "is_paused: Field required".into()))
}
