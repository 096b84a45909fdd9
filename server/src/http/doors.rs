//! Every way in, and what it takes to come in by it. A route exists only together with its need.

use std::sync::Arc;

use axum::{
    Router,
    extract::{FromRequestParts, RawPathParams, Request},
    handler::Handler,
    http::{Method, StatusCode, header, request::Parts},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use teal_app::desk::{DeskError, Identity};
use teal_domain::{Action, Denied, On, PairId};

use super::{App, asked::Asked, errors};
use crate::desk;

/// What it takes to come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing: it tells nothing and changes nothing.
    Open,
    /// Somebody whom Teal knows. What exactly they may do is asked by the desk, which reads the form.
    SomebodyKnown,
    /// The action, on the pair of the address, or on Teal as a whole where it names none.
    May(Action),
}

/// One way in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// The method.
    pub method: Method,
    /// The path, as the router knows it.
    pub path: &'static str,
    /// What it takes.
    pub need: Need,
}

/// The routes, and the list of them.
#[derive(Debug)]
pub struct Doors {
    app: Arc<App>,
    /// The routes.
    pub router: Router<Arc<App>>,
    /// The list.
    pub list: Vec<Door>,
}

impl Doors {
    /// None yet.
    pub fn new(app: &Arc<App>) -> Self {
        Self { app: app.clone(), router: Router::new(), list: Vec::new() }
    }

    /// A page, or something else to read.
    pub fn get<T: 'static>(self, path: &'static str, need: Need, handler: impl Handler<T, Arc<App>>) -> Self {
        self.open(Method::GET, path, need, get(handler))
    }

    /// Something to do.
    pub fn post<T: 'static>(self, path: &'static str, need: Need, handler: impl Handler<T, Arc<App>>) -> Self {
        self.open(Method::POST, path, need, post(handler))
    }

    /// These too.
    pub fn and(mut self, others: Self) -> Self {
        self.router = self.router.merge(others.router);
        self.list.extend(others.list);
        self
    }

    /// Wraps all that is there so far.
    pub fn map(mut self, wrap: impl FnOnce(Router<Arc<App>>) -> Router<Arc<App>>) -> Self {
        self.router = wrap(self.router);
        self
    }

    fn open(mut self, method: Method, path: &'static str, need: Need, route: MethodRouter<Arc<App>>) -> Self {
        let app = self.app.clone();
        let gate = middleware::from_fn(move |asked: Asked, pair: RawPathParams, request: Request, next: Next| {
            let app = app.clone();
            async move {
                match admit(need, &pair, request.extensions().get::<Identity>()) {
                    Ok(()) => next.run(request).await,
                    Err(refused) => refuse(&app, &asked, request, refused).await,
                }
            }
        });
        self.router = self.router.route(path, route.layer(gate));
        self.list.push(Door { method, path, need });
        self
    }
}

enum Refused {
    Unknown,
    Denied(Denied),
}

fn admit(need: Need, path: &RawPathParams, who: Option<&Identity>) -> Result<(), Refused> {
    let action = match (need, who) {
        (Need::Open, _) | (Need::SomebodyKnown, Some(_)) => return Ok(()),
        (_, None) => return Err(Refused::Unknown),
        (Need::May(action), Some(who)) => (action, who),
    };
    let (action, who) = action;
    let named = path.iter().find(|(name, _)| *name == "pair").map(|(_, pair)| pair);
    let pair: Option<PairId> = named.and_then(|pair| pair.parse().ok());
    // What is no name of a pair is nobody's pair; the page says so to whoever may see any.
    let on = pair.as_ref().map_or(On::House, On::Pair);
    who.grants.may(action, on).map_err(Refused::Denied)
}

async fn refuse(app: &App, asked: &Asked, request: Request, refused: Refused) -> Response {
    match refused {
        Refused::Unknown => errors::sign_in_first(app, asked, request).await,
        Refused::Denied(denied) => {
            let error = match request.extensions().get::<Identity>() {
                Some(who) => {
                    errors::denied(app, who, asked, &denied);
                    desk::denied(who, denied)
                }
                None => DeskError::from(denied),
            };
            errors::page(app, None, asked, &error)
        }
    }
}

/// Whoever asks. Behind a [`Need`] other than open there is always somebody.
#[derive(Clone, Debug)]
pub struct Who(pub Identity);

impl<S: Sync> FromRequestParts<S> for Who {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let who = parts.extensions.get::<Identity>().cloned();
        who.map(Self).ok_or_else(|| {
            let text = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
            (StatusCode::UNAUTHORIZED, text, "Sign in first.\n").into_response()
        })
    }
}
