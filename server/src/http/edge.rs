//! What happens to every request on its way in, and to every answer on its way out, in the order in which it happens.
//! One function around everything and one around the doors, since a layer is copied at every request together with all
//! that is inside it.

use std::{ops::ControlFlow, sync::Arc, time::Instant};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use tracing::Instrument as _;

use super::{
    App, address, api::problem, asked::Asked, errors, front, headers, known, limits, logged, plain, sign_in, traced,
};
use crate::request;

/// Around everything: the request has an id and a sender before anybody looks at it, and log and traces know
/// all that it causes under these.
pub async fn around(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    logged::name(&mut request);
    address::from(&app.proxies, &mut request);
    let asked = Asked::of(&request);
    let span = logged::span(&asked, &request);
    let trace = traced::begun(&app, &asked, &request);
    let began = Instant::now();
    let answered = async {
        let response = match admitted(&app, &asked, &mut request) {
            // A panic becomes a page first, then gets its headers like every other page.
            ControlFlow::Continue(()) => errors::caught(&app, &asked, request, next).await,
            ControlFlow::Break(refused) => refused,
        };
        let response = finished(&app, &asked, response).await;
        let took = began.elapsed();
        logged::ended(response.status(), took);
        traced::answered(response.status());
        app.engine.metrics.answered(response.status(), took);
        response
    };
    trace.around(answered.instrument(span)).await
}

/// Who may knock at all.
fn admitted(app: &App, asked: &Asked, request: &mut Request) -> ControlFlow<Response> {
    front::one_meaning(asked, request)?;
    front::own_name(app, request)?;
    front::token_alone(app, request);
    front::known_origin(request)
}

/// Whatever was answered or refused, and by whom: a script is told in its own format, everybody under which id, and
/// the browser what to keep to.
async fn finished(app: &App, asked: &Asked, response: Response) -> Response {
    let response = problem::told_to_scripts(asked, response).await;
    let mut response = plain::named(app, asked, response).await;
    sign_in::policies(&app.sign_in, &mut response);
    headers::security(&mut response);
    logged::answered(asked, &mut response);
    response
}

/// Around the doors: who asks, and whether they ask too often. Whatever is done for the request knows its id.
pub async fn inside(State(app): State<Arc<App>>, asked: Asked, mut request: Request, next: Next) -> Response {
    match known::known(&app, &asked, request.headers(), request.extensions()).await {
        Ok(Some(who)) => {
            logged::person(&who);
            request.extensions_mut().insert(who);
        }
        Ok(None) => {}
        Err(answer) => return answer,
    }
    if let ControlFlow::Break(refused) = limits::limited(&app.limits, &request) {
        return refused;
    }
    request::within(asked.id().map(str::to_owned), next.run(request)).await
}
