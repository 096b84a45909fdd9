//! Declaring what is being done to one side, and lifting it.

use std::sync::Arc;

use teal_app::words::time;
use teal_domain::{
    Actor, Color, Grants, OperationId, Reason, Timestamp,
    maintenance::{Maintenance, NotDeclared},
    reason::ReasonError,
};

use super::{Engine, Pair};
use crate::store::Result;

/// What somebody is told who lifts what does not stand.
pub const NOTHING_STANDS: &str = "That maintenance does not stand any more: somebody lifted it, or it ran out.";

/// What somebody wants to declare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The side that is changed.
    pub side: Color,
    /// What is done to it.
    pub what: Reason,
    /// The checks whose differences are expected, by name.
    pub expects: Vec<String>,
    /// Until when.
    pub until: Timestamp,
}

impl Engine {
    /// Somebody declares what is being done to a side.
    pub async fn declare(
        self: &Arc<Self>,
        pair: &Arc<Pair>,
        who: &Actor,
        grants: &Grants,
        wanted: Wanted,
    ) -> Result<Result<Maintenance, NotDeclared>> {
        let (id, since) = (self.new_operation(), self.clock.now());
        let Wanted { side, what, expects, until } = wanted;
        // What policy lets block is lifted by it only where they could lift it in any case.
        let overrides = pair.config.policy.may_override(grants, pair.id());
        let declared = Maintenance { id, side, what, expects, until, by: who.clone(), since, overrides };
        if let Err(not) = declared.check() {
            return Ok(Err(not));
        }
        let done = self.store.declare(pair.id(), &declared).await?;
        self.refresh_records(pair).await;
        if done.is_ok() {
            tracing::info!(pair = %pair.id(), by = %who, %side, "a maintenance was declared");
        }
        Ok(done.map(|()| declared))
    }

    /// Somebody ends it before its time. `false`: it does not stand any more.
    pub async fn lift(self: &Arc<Self>, pair: &Arc<Pair>, who: &Actor, declared: OperationId) -> Result<bool> {
        let lifted = self.store.lift(pair.id(), declared, who, self.clock.now()).await?;
        self.refresh_records(pair).await;
        if lifted {
            tracing::info!(pair = %pair.id(), by = %who, "a maintenance was lifted");
        }
        Ok(lifted)
    }
}

/// What is done to the side, as somebody typed it; or what is wrong with that.
pub fn what(text: &str) -> Result<Reason, String> {
    Reason::parse(text).map_err(|error| match error {
        ReasonError::Empty => "Say what is done to the side, such as 2.11 → 3.0.6.".to_owned(),
        other => format!("{other}."),
    })
}

/// The end, as somebody typed it, in UTC; or how to type it.
pub fn until(text: &str) -> Result<Timestamp, String> {
    time::moment(text).ok_or_else(|| {
        let typed: String = text.chars().take(40).collect();
        format!("`{typed}` is no date and time: write the end in UTC, such as 2026-11-27T18:00.")
    })
}
