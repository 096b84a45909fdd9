//! Switches: a plan is confirmed, once, however often the request is sent.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use teal_app::{
    desk::{DeskError, Identity, SwitchForm},
    words::record as words,
};
use teal_domain::{
    PairId,
    history::{Progress, Record},
    policy,
    switch::{Outcome, Refusal},
};
use tracing::Instrument as _;

use super::{
    Problem,
    body::Sent,
    idempotency::{self, Key, Once},
    known,
    shapes::{self, address},
};
use crate::{
    desk,
    http::{App, asked::Asked, doors::Who, errors},
    store::{
        StoreError,
        idempotency::{Claim, Kept},
    },
    traces,
};

/// What is confirmed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    confirmation: String,
    typed: String,
    reason: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    change_ref: String,
    #[serde(default)]
    emergency: bool,
    #[serde(default, rename = "override", skip_serializing_if = "std::ops::Not::not")]
    in_spite: bool,
}

/// `POST /api/v1/pairs/{pair}/switches`
pub async fn make(
    State(app): State<App>,
    Path(pair): Path<String>,
    Who(who): Who,
    asked: Asked,
    key: Key,
    Sent(wanted): Sent<Wanted>,
) -> Response {
    let pair = match known(&app, &pair) {
        Ok(pair) => pair,
        Err(error) => return errors::page(&app, None, &asked, &error),
    };
    let text = serde_json::to_string(&wanted).unwrap_or_default();
    let once = Once::new(&key, &who, asked.path(), &text);
    let request = Request { app, who, pair, asked, wanted, once };
    // In a task of its own: the answer is kept also for those who do not wait for it.
    match tokio::spawn(traces::carried(request.answered().instrument(tracing::Span::current()))).await {
        Ok(response) => response,
        Err(stopped) => match stopped.try_into_panic() {
            // Whoever catches panics catches this one too.
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        },
    }
}

struct Request {
    app: App,
    who: Identity,
    pair: PairId,
    asked: Asked,
    wanted: Wanted,
    once: Once,
}

impl Request {
    async fn answered(self) -> Response {
        let store = &self.app.engine.store;
        match self.once.claim(store, self.app.desk.now()).await {
            Ok(Claim::Ours) => self.switched().await,
            Ok(Claim::LeftBehind) => match self.found().await {
                Ok(Some(record)) => {
                    let answer = self.told(&record);
                    if answer.status == StatusCode::ACCEPTED.as_u16() {
                        self.once.leave(store).await;
                    } else {
                        self.once.keep(store, &answer).await;
                    }
                    idempotency::again(answer)
                }
                Ok(None) => self.switched().await,
                Err(error) => self.away(&error),
            },
            Ok(Claim::Theirs) => idempotency::under_way(&self.asked),
            Ok(Claim::Answered(kept)) => idempotency::again(kept),
            Ok(Claim::Other) => idempotency::other(&self.asked),
            Err(error) => self.away(&error),
        }
    }

    async fn switched(&self) -> Response {
        let Wanted { confirmation, typed, reason, change_ref, emergency, in_spite } = self.wanted.clone();
        let pair = self.pair.to_string();
        let form = SwitchForm { pair, confirmation, typed, reason, change_ref, emergency, in_spite };
        match self.app.desk.switch(&self.who, form).await {
            Ok(record) => {
                let answer = self.told(&record);
                self.once.keep(&self.app.engine.store, &answer).await;
                idempotency::given(answer)
            }
            Err(error) => {
                // While the store is away it cannot be said what came of it.
                if matches!(error, DeskError::StoreAway { .. }) {
                    self.once.leave(&self.app.engine.store).await;
                } else {
                    self.once.let_go(&self.app.engine.store).await;
                }
                errors::page(&self.app, None, &self.asked, &error)
            }
        }
    }

    /// The record of the operation that the confirmation stands for, if whoever began came as far as that.
    async fn found(&self) -> Result<Option<Record>, StoreError> {
        let engine = &self.app.engine;
        let Some(confirmed) = engine.read_confirmation(&self.wanted.confirmation, &self.who.actor, &self.pair) else {
            return Ok(None);
        };
        engine.store.record_of(confirmed.operation).await
    }

    fn told(&self, record: &Record) -> Kept {
        let location = Some(address(record));
        let (status, shape) = (status(record), shapes::Record::of(record));
        if status.is_success() {
            let body = serde_json::to_string(&shape).unwrap_or_default();
            return Kept { status: status.as_u16(), location, body };
        }
        let told = record.switch().map_or_else(String::new, words::told);
        let (code, mend) = not_switched(record);
        let mend = self.who_lifts(record).map_or_else(|| mend.to_owned(), |who| format!("{mend} {who}"));
        let problem = Problem::new(status, code, told, mend).with(shape).about(&self.asked);
        Kept { status: status.as_u16(), location, body: serde_json::to_string(&problem).unwrap_or_default() }
    }

    /// Who may lift what blocked it, where somebody may.
    fn who_lifts(&self, record: &Record) -> Option<String> {
        let Progress::Ended { outcome: Outcome::Refused { refusal: Refusal::Blocked { checks } }, .. } =
            &record.switch()?.progress
        else {
            return None;
        };
        policy::overridable(checks)?;
        self.app.engine.pair(&self.pair).map(|pair| pair.config.policy.who_overrides(pair.id()))
    }

    fn away(&self, error: &StoreError) -> Response {
        let engine = &self.app.engine;
        let confirmed = engine.read_confirmation(&self.wanted.confirmation, &self.who.actor, &self.pair);
        let commands = confirmed.zip(engine.pair(&self.pair)).map(|(confirmed, pair)| {
            let snapshot = self.app.desk.snapshot();
            let seen = snapshot.pair(&self.pair).and_then(|known| known.flag.value());
            desk::emergency_commands(pair, seen, confirmed.target)
        });
        tracing::error!(%error, "an idempotency key can neither be taken nor looked up");
        let message = format!("The journal cannot be written, so nothing was switched. {}", error.outside());
        let error = DeskError::StoreAway { message, commands: commands.unwrap_or_default() };
        errors::page(&self.app, None, &self.asked, &error)
    }
}

/// What became of a switch, as a status.
fn status(record: &Record) -> StatusCode {
    let Some(switch) = record.switch() else { return StatusCode::OK };
    match &switch.progress {
        _ if switch.landed_late.is_some() => StatusCode::CREATED,
        Progress::Begun | Progress::Unknown { .. } => StatusCode::ACCEPTED,
        Progress::Ended { outcome: Outcome::Landed { .. }, .. } => StatusCode::CREATED,
        Progress::Ended { outcome: Outcome::NothingToDo, .. } => StatusCode::OK,
        Progress::Ended { .. } => StatusCode::CONFLICT,
    }
}

/// The name of what kept a switch from happening, and what to do now.
fn not_switched(record: &Record) -> (&'static str, &'static str) {
    let anew = "Make a new plan and look at it; confirm it under a new idempotency key if it is still wanted.";
    let ended = record.switch().and_then(|switch| match &switch.progress {
        Progress::Ended { outcome, .. } => Some(outcome),
        _ => None,
    });
    match ended {
        Some(Outcome::Undetermined { .. }) => (
            "undetermined",
            "Look at the flag and its history in the AWS console, then make a new plan if it is still wanted.",
        ),
        Some(outcome) => (outcome.as_str(), anew),
        None => ("refused", anew),
    }
}
