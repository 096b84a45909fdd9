//! What a platform costs: by list prices, and in fact.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use teal_app::{desk::DeskError, paths::CostsQuery};
use teal_domain::{PairSnapshot, topology::Topology};

use super::{
    answer, known,
    shapes::costs::{Billed, Estimated},
};
use crate::http::{App, asked::Asked, doors::Who, errors};

/// `GET /api/v1/pairs/{pair}/costs?mode=&region=&class=&workers=&standby=&nat=`: the estimate, as it is or as it would be.
pub async fn estimate(State(app): State<App>, Path(pair): Path<String>, Who(_): Who, asked: Asked) -> Response {
    let told = known(&app, &pair).and_then(|id| {
        let (snapshot, now) = (app.desk.snapshot(), app.desk.now());
        let missing = || DeskError::NotFound { message: "There is no such pair here.".into() };
        let pair: &PairSnapshot = snapshot.pair(&id).ok_or_else(missing)?;
        let query = CostsQuery::parse(asked.query());
        // A page leaves out what it cannot read and says so; a script would take the rest for what it asked.
        if let Some(wrong) = query.wrong.into_iter().next() {
            return Err(DeskError::BadInput { field: "query".to_owned(), message: wrong });
        }
        let [change, _] = query.what_if;
        Ok(Estimated::of(pair, Topology::of(pair, now).mode(), &change, &pair.prices))
    });
    match told {
        Ok(estimated) => answer(StatusCode::OK, estimated),
        Err(error) => errors::page(&app, None, &asked, &error),
    }
}

/// `GET /api/v1/pairs/{pair}/costs/paid`: what was paid, for whoever may see that.
pub async fn paid(State(app): State<App>, Path(pair): Path<String>, Who(who): Who, asked: Asked) -> Response {
    let told = match known(&app, &pair) {
        Ok(id) => app.desk.paid(&who, &id).await,
        Err(error) => Err(error),
    };
    match told {
        Ok(paid) => answer(StatusCode::OK, Billed::of(&paid, app.desk.now())),
        Err(error) => errors::page(&app, None, &asked, &error),
    }
}
