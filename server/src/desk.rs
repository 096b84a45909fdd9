//! The desk that the pages talk to, over the engine. What a person may ask for is decided here, the same
//! for page, API and command line.

mod drills;
mod proof;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use teal_app::desk::{
    AskForm, DecideForm, DeclareForm, DenialPage, Desk, DeskError, DrillDeed, DrillForm, DrillPreview, DrillReport,
    EntryLine, Identity, Offer, Outage, RecordDetail, SkipForm, SwitchForm,
};
use teal_domain::{
    Action, Base, Color, Confirm, Denied, Flag, Millis, On, OperationId, PairId, Reason, Snapshot, Timestamp, Via,
    approval::{Approval, NotDecided, Wanted},
    availability::{Availability, Month},
    bill::Paid,
    confirmation::NotAConfirm,
    cost::Made,
    denial::Wanted as Wish,
    disaster::{Commands, Past},
    history::{HistoryPage, HistoryQuery, Record},
    maintenance::{Maintenance, NotDeclared},
    pair::NotAPairId,
    policy,
    preflight::{self, Check},
    switch::{Kind, Outcome, Plan, Refusal},
};

use crate::{
    change_ref::{self, Needed},
    engine::{
        Engine, Pair,
        approval::Asking,
        going_back, maintenance, observe,
        offer::{Confirmation, NotConfirmed},
        skipping::{NotSkipped, Skip},
    },
    store::{StoreError, denials, operations::Intent, reading::PAGE},
    traces,
};
use proof::{AWAY, NOTHING_GOES, PROVE};

/// The engine, as a desk.
#[derive(Clone, Debug)]
pub struct EngineDesk(pub Arc<Engine>);

impl EngineDesk {
    /// One record with its entries.
    async fn read(&self, pair: &PairId, seq: u64) -> Result<RecordDetail, DeskError> {
        let pair = self.pair(pair)?;
        let found = self.0.store.record(pair.id(), seq).await.map_err(|error| away(&error))?;
        let (record, entries) = found.ok_or_else(|| DeskError::NotFound {
            message: format!("The history of {} has no record {seq}.", pair.config.title),
        })?;
        let entries = entries
            .into_iter()
            .map(|entry| EntryLine {
                seq: entry.seq,
                at: entry.at,
                kind: entry.body.kind(),
                actor: entry.actor,
                hash: entry.hash,
                body: serde_json::to_string_pretty(&entry.body).unwrap_or_default(),
            })
            .collect();
        Ok(RecordDetail { record, entries })
    }

    fn pair(&self, id: &PairId) -> Result<&Arc<Pair>, DeskError> {
        let pair = self.0.pair(id);
        let pair = pair.ok_or_else(|| DeskError::NotFound { message: format!("There is no pair `{id}` here.") })?;
        traces::about(pair.id());
        Ok(pair)
    }

    /// The one table is asked here, whichever way somebody came in. What is refused is written down.
    fn may(&self, who: &Identity, action: Action, on: On<'_>, place: &str) -> Result<(), DeskError> {
        who.grants.may(action, on).map_err(|denied| {
            self.0.deny(&who.actor, Wish::ToDo(action), denied.pair.as_ref(), place, denied.to_string());
            self::denied(who, denied)
        })
    }

    /// Of what blocked when the person looked, what they override.
    fn overrides(&self, who: &Identity, pair: &Pair, blocked: &[String]) -> Result<Vec<String>, DeskError> {
        let denied = |message: String| {
            self.0.deny(&who.actor, Wish::ToDo(Action::Switch), Some(pair.id()), "override", message.clone());
            DeskError::Override { message }
        };
        if !pair.config.policy.may_override(&who.grants, pair.id()) {
            return Err(denied(pair.config.policy.who_overrides(pair.id())));
        }
        Ok(blocked.iter().filter(|name| policy::may_be_overridden(name)).cloned().collect())
    }

    /// The change of what somebody asked for, where they named it then and not again now.
    async fn carried(
        &self,
        who: &Identity,
        pair: &Pair,
        kind: Kind,
        typed: &str,
        target: Color,
    ) -> Result<Option<Reason>, StoreError> {
        if kind != Kind::Planned || !typed.trim().is_empty() || pair.config.policy.two_person.is_none() {
            return Ok(None);
        }
        let open = self.0.store.open_request(pair.id()).await?;
        Ok(open.and_then(|open| open.carries(&who.actor, target, self.0.clock.now()).cloned()))
    }

    fn store_away(&self, pair: &Pair, target: Color, error: &StoreError) -> DeskError {
        // The page that the form leads back to shows what works without the store: it must know now, not
        // after the next probe.
        let now = self.0.clock.now();
        self.0.board.update(pair.id(), now, |known| known.store.fail(error.outside().to_owned(), now));
        tracing::error!(%error, "a switch was refused, since the journal cannot be written");
        DeskError::StoreAway {
            message: format!("The journal cannot be written, so nothing was switched. {}", error.outside()),
            commands: emergency_commands(
                pair,
                self.0.board.snapshot().pair(pair.id()).and_then(|known| known.flag.value()),
                target,
            ),
        }
    }
}

/// What works while the store is away: Teal's own emergency command, and the raw AWS one.
pub fn emergency_commands(pair: &Pair, seen: Option<&Flag>, target: Color) -> Vec<String> {
    let Commands { spooled, raw, .. } = Commands::of(pair.id(), &pair.config.names, &pair.config.region, seen, target);
    vec![spooled.line, raw.line]
}

#[async_trait]
impl Desk for EngineDesk {
    fn snapshot(&self) -> Arc<Snapshot> {
        self.0.board.snapshot()
    }

    fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    fn offer(&self, who: &Identity, pair: &PairId, target: Color, change_ref: &str) -> Result<Offer, DeskError> {
        // Whoever may only look looks here too: that is no attempt.
        who.grants.may(Action::Switch, On::Pair(pair))?;
        let pair = self.pair(pair)?;
        let snapshot = self.0.board.snapshot();
        let known = snapshot.pair(pair.id()).and_then(|known| known.flag.value().map(|flag| (known, flag)));
        let Some((known, flag)) = known else {
            return Err(DeskError::NotFound { message: "The flag has not been read yet, so there is nothing to confirm. `teal doctor` says what keeps Teal from reading it.".into() });
        };
        let now = self.0.clock.now();
        let reverts = going_back::taken_back(known, target, now);
        let needed = if reverts.is_some() { Needed::Never } else { Needed::IfGiven };
        let change_ref = change_ref::parse(&pair.config.policy.change_ref, change_ref, needed)
            .map_err(|error| DeskError::BadInput { field: "change_ref".to_owned(), message: error.to_string() })?;
        // What was asked for named it already.
        let carried = || known.request.as_ref()?.carries(&who.actor, target, now).cloned();
        let change_ref = change_ref.or_else(carried);
        let (base, named) = (Base::of(flag), change_ref.as_ref());
        let wanted = Wanted { who: &who.actor, target, base, reason: None, change_ref: named };
        let given = Engine::given(&snapshot, known, target, change_ref.as_ref(), now);
        let checks = Engine::checks(known, wanted, given, now);
        // While nobody can prove anything the page is shown: an emergency may still go through.
        match who.in_outage {
            Outage::None if who.must_prove(now) => return Err(DeskError::Prove { message: PROVE.into() }),
            Outage::NothingGoes if who.must_prove(now) => {
                return Err(DeskError::Prove { message: NOTHING_GOES.into() });
            }
            Outage::None | Outage::EmergencyGoes | Outage::NothingGoes => {}
        }
        let confirmation = Confirmation {
            operation: self.0.new_operation(),
            target,
            base: Base::of(flag),
            from: flag.color(),
            offered_at: now,
            preflight: preflight::digest(&checks),
            blocked: preflight::blocking(&checks),
        };
        Ok(Offer {
            target,
            base: confirmation.base,
            checks,
            may_override: pair.config.policy.may_override(&who.grants, pair.id()),
            confirmation: self.0.seal(&confirmation, &who.actor, pair.id()),
            operation: confirmation.operation,
            expires_at: confirmation.expires_at(),
        })
    }

    async fn switch(&self, who: &Identity, form: SwitchForm) -> Result<Record, DeskError> {
        let bad = |field: &str, message: String| DeskError::BadInput { field: field.to_owned(), message };
        let pair = pair_id(&form.pair)?;
        self.may(who, Action::Switch, On::Pair(&pair), "switch")?;
        let pair = self.pair(&pair)?;
        let now = self.0.clock.now();
        // The outage of the provider must not take the control room away, unless config says that it may. What went
        // through without proof is marked as that.
        let unproven = match (who.must_prove(now), who.in_outage, form.emergency) {
            (false, _, _) => false,
            (true, Outage::EmergencyGoes, true) => true,
            (true, Outage::None, _) => return Err(self.unproven(who, pair.id(), "switch", PROVE)),
            (true, Outage::EmergencyGoes, false) => return Err(self.unproven(who, pair.id(), "switch", AWAY)),
            (true, Outage::NothingGoes, _) => return Err(self.unproven(who, pair.id(), "switch", NOTHING_GOES)),
        };
        let confirmation = opened(&self.0, who, pair.id(), &form.confirmation, "switch")?;
        if !form.typed.trim().eq_ignore_ascii_case(confirmation.target.as_str()) {
            return Err(bad("typed", format!("Type {} to confirm.", confirmation.target.title())));
        }
        let reason = Reason::parse(&form.reason).map_err(|error| bad("reason", error.to_string()))?;
        let kind = Kind::of(confirmation.from, form.emergency);
        let policy = &pair.config.policy.change_ref;
        // Whether it takes another back is asked of the journal where it matters: that may be a moment ago.
        if policy.required && form.change_ref.trim().is_empty() {
            let refreshed = self.0.refreshed_records(pair).await;
            refreshed.map_err(|error| self.store_away(pair, confirmation.target, &error))?;
        }
        let snapshot = self.0.board.snapshot();
        let reverts =
            snapshot.pair(pair.id()).and_then(|known| going_back::taken_back(known, confirmation.target, now));
        let carried = self.carried(who, pair, kind, &form.change_ref, confirmation.target).await;
        let carried = carried.map_err(|error| self.store_away(pair, confirmation.target, &error))?;
        let typed = carried.as_ref().map_or(&*form.change_ref, Reason::as_str);
        let change_ref = change_ref::parse(policy, typed, Needed::of(kind, reverts))
            .map_err(|error| bad("change_ref", error.to_string()))?;
        let overridden = match (kind, form.in_spite) {
            (Kind::Planned, true) => self.overrides(who, pair, &confirmation.blocked)?,
            _ => Vec::new(),
        };
        let plan = Plan {
            operation: confirmation.operation,
            pair: pair.id().clone(),
            kind,
            from: confirmation.from,
            target: confirmation.target,
            base: confirmation.base,
            actor: who.actor.clone(),
            reason,
            confirmed_at: now,
            expires_at: confirmation.expires_at(),
            preflight: Some(confirmation.preflight),
            approval: None,
            unproven,
            change_ref,
            overridden,
            reverts: None,
            maintenance: None,
            drill: None,
            flag_only: false,
        };
        let target = plan.target;
        self.0.confirmed(pair, plan).await.map_err(|error| self.store_away(pair, target, &error))
    }

    async fn history(&self, who: &Identity, pair: &PairId, query: &HistoryQuery) -> Result<HistoryPage, DeskError> {
        self.may(who, Action::See, On::Pair(pair), "history")?;
        let pair = self.pair(pair)?;
        self.0.store.history(pair.id(), query, PAGE).await.map_err(|error| away(&error))
    }

    async fn record(&self, who: &Identity, pair: &PairId, seq: u64) -> Result<RecordDetail, DeskError> {
        self.may(who, Action::See, On::Pair(pair), "record")?;
        self.read(pair, seq).await
    }

    async fn note(&self, who: &Identity, pair: &PairId, about: u64, text: &str) -> Result<(), DeskError> {
        self.may(who, Action::Note, On::Pair(pair), "note")?;
        let pair = self.pair(pair)?;
        let text = Reason::parse(text)
            .map_err(|error| DeskError::BadInput { field: "text".into(), message: error.to_string() })?;
        let noted = self
            .0
            .store
            .record_note(pair.id(), about, &who.actor, text, self.0.clock.now())
            .await
            .map_err(|error| away(&error))?;
        noted.ok_or_else(|| DeskError::NotFound {
            message: format!("The history of {} has no record {about}.", pair.config.title),
        })?;
        self.0.refresh_records(pair).await;
        Ok(())
    }

    async fn ask(&self, who: &Identity, form: AskForm) -> Result<u64, DeskError> {
        let id = pair_id(&form.pair)?;
        self.may(who, Action::Switch, On::Pair(&id), "ask")?;
        if who.actor.via != Via::Page && who.people.is_empty() {
            self.0.deny(&who.actor, Wish::ToDo(Action::Switch), Some(&id), "ask", NOBODY_BEHIND);
            return Err(DeskError::NotAPerson { message: NOBODY_BEHIND.to_owned() });
        }
        let pair = self.pair(&id)?;
        let bad = |field: &str, message: String| DeskError::BadInput { field: field.to_owned(), message };
        let confirm: Confirm = form.seen.parse().map_err(|error: NotAConfirm| bad("seen", error.to_string()))?;
        let reason = Reason::parse(&form.reason).map_err(|error| bad("reason", error.to_string()))?;
        let (snapshot, now) = (self.0.board.snapshot(), self.0.clock.now());
        let reverts = snapshot.pair(&id).and_then(|known| going_back::taken_back(known, confirm.target, now));
        let needed = Needed::of(Kind::Planned, reverts);
        let change_ref = change_ref::parse(&pair.config.policy.change_ref, &form.change_ref, needed)
            .map_err(|error| bad("change_ref", error.to_string()))?;
        let wish = Asking { confirm, reason, change_ref, people: who.people.clone() };
        let asked = self.0.ask(pair, &who.actor, wish).await.map_err(|error| away(&error))?;
        asked.map_err(|not| DeskError::Refused { message: not.to_string() })
    }

    async fn decide(&self, who: &Identity, form: DecideForm) -> Result<u64, DeskError> {
        let id = pair_id(&form.pair)?;
        self.may(who, Action::Approve, On::Pair(&id), "decide")?;
        // Whatever a script should ever be granted: it does not look.
        if who.actor.via != Via::Page {
            return Err(DeskError::NotAPerson { message: A_PERSON_APPROVES.to_owned() });
        }
        let pair = self.pair(&id)?;
        let comment = Some(form.comment.trim()).filter(|comment| !comment.is_empty()).map(Reason::parse).transpose();
        let comment =
            comment.map_err(|error| DeskError::BadInput { field: "comment".to_owned(), message: error.to_string() })?;
        let decided = self.0.decide(pair, &who.actor, &form.digest, form.answer, comment).await;
        decided.map_err(|error| away(&error))?.map_err(|not| {
            if matches!(not, NotDecided::Own | NotDecided::Behind { .. }) {
                self.0.deny(&who.actor, Wish::ToDo(Action::Approve), Some(&id), "decide", not.to_string());
            }
            DeskError::Refused { message: not.to_string() }
        })
    }

    async fn withdraw(&self, who: &Identity, pair: &PairId, request: OperationId) -> Result<(), DeskError> {
        self.may(who, Action::Switch, On::Pair(pair), "withdraw")?;
        let known = self.pair(pair)?;
        let open = self.0.store.open_request(pair).await.map_err(|error| away(&error))?;
        let own = open.is_some_and(|open| open.request.actor.is(&who.actor));
        let admin = who.grants.may(Action::Administer, On::House).is_ok();
        let refused = |message: &str| DeskError::Refused { message: message.to_owned() };
        if !own && !admin {
            let why = "Only whoever asked, or an admin, takes a request back.";
            self.0.deny(&who.actor, Wish::ToDo(Action::Switch), Some(pair), "withdraw", why);
            return Err(refused(why));
        }
        let done = self.0.withdraw(known, &who.actor, request).await.map_err(|error| away(&error))?;
        if done { Ok(()) } else { Err(refused("The request does not stand any more.")) }
    }

    async fn declare(&self, who: &Identity, form: DeclareForm) -> Result<Maintenance, DeskError> {
        let pair = pair_id(&form.pair)?;
        self.may(who, Action::Switch, On::Pair(&pair), "declare")?;
        self.proven(who, &pair, "declare")?;
        let pair = self.pair(&pair)?;
        let bad = |field: &str, message: String| DeskError::BadInput { field: field.to_owned(), message };
        let what = maintenance::what(&form.what).map_err(|message| bad("what", message))?;
        let until = maintenance::until(&form.until).map_err(|message| bad("until", message))?;
        let wanted = maintenance::Wanted { side: form.side, what, expects: form.expects, until };
        let declared = self.0.declare(pair, &who.actor, &who.grants, wanted).await;
        declared.map_err(|error| away(&error))?.map_err(|not| match &not {
            NotDeclared::Past { .. } | NotDeclared::TooFar { .. } => bad("until", not.to_string()),
            NotDeclared::NoSuchCheck { .. } => bad("expects", not.to_string()),
            NotDeclared::Stands { .. } => DeskError::Refused { message: not.to_string() },
        })
    }

    async fn lift(&self, who: &Identity, pair: &PairId, declared: OperationId) -> Result<(), DeskError> {
        self.may(who, Action::Switch, On::Pair(pair), "lift")?;
        self.proven(who, pair, "lift")?;
        let pair = self.pair(pair)?;
        let lifted = self.0.lift(pair, &who.actor, declared).await.map_err(|error| away(&error))?;
        if lifted { Ok(()) } else { Err(DeskError::Refused { message: maintenance::NOTHING_STANDS.to_owned() }) }
    }

    async fn skip_drain(&self, who: &Identity, form: SkipForm) -> Result<(), DeskError> {
        let pair = pair_id(&form.pair)?;
        self.may(who, Action::Switch, On::Pair(&pair), "skip-drain")?;
        self.proven(who, &pair, "skip-drain")?;
        let pair = self.pair(&pair)?;
        let bad = |field: &str, message: String| DeskError::BadInput { field: field.to_owned(), message };
        let seen = match form.tasks.as_str() {
            SkipForm::NOT_KNOWN => None,
            tasks => Some(tasks.parse::<u32>().map_err(|_| bad("tasks", SkipForm::WRITE.to_owned()))?),
        };
        let reason = Reason::parse(&form.reason).map_err(|error| bad("reason", error.to_string()))?;
        let skip = Skip { operation: form.operation, seen, reason };
        let skipped = self.0.skip_drain(pair, &who.actor, skip).await.map_err(|error| away(&error))?;
        skipped.map_err(|not| match not {
            NotSkipped::Nothing => DeskError::Refused { message: not.to_string() },
            NotSkipped::Grown { .. } => bad("tasks", not.to_string()),
        })
    }

    async fn go_on(&self, who: &Identity, pair: &PairId, operation: OperationId) -> Result<(), DeskError> {
        self.may(who, Action::Switch, On::Pair(pair), "go-on")?;
        let pair = self.pair(pair)?;
        let following = self.0.store.following(pair.id()).await.map_err(|error| away(&error))?;
        let same = following.is_some_and(|record| record.switch().is_some_and(|switch| switch.operation == operation));
        if !same {
            return Err(DeskError::Refused { message: NotSkipped::Nothing.to_string() });
        }
        tracing::info!(pair = %pair.id(), %operation, by = %who.actor, "what is owed is tried again now");
        pair.follow.notify_one();
        Ok(())
    }

    async fn smoke(&self, who: &Identity, pair: &PairId) -> Result<u64, DeskError> {
        self.may(who, Action::Switch, On::Pair(pair), "smoke")?;
        self.proven(who, pair, "smoke")?;
        let pair = self.pair(pair)?;
        let begun = self.0.begin_smoke(pair, &who.actor).await.map_err(|error| away(&error))?;
        begun.map_err(|not| DeskError::Refused { message: not.to_string() })
    }

    async fn diagnose(&self, who: &Identity, pair: &PairId) -> Result<(), DeskError> {
        // It takes of what Airflow and AWS can answer, so not everybody who looks may ask for it.
        self.may(who, Action::Switch, On::Pair(pair), "diagnose")?;
        self.0.diagnose(self.pair(pair)?).await;
        Ok(())
    }

    async fn availability(&self, who: &Identity, pair: &PairId, month: Month) -> Result<Availability, DeskError> {
        self.may(who, Action::See, On::Pair(pair), "availability")?;
        let (pair, now) = (self.pair(pair)?, self.0.clock.now());
        let seen = self.0.store.observed(pair.id(), month.begins(), month.ends()).await;
        Ok(Availability::of(&seen.map_err(|error| away(&error))?, month, now))
    }

    async fn past(&self, who: &Identity, pair: &PairId) -> Result<Past, DeskError> {
        self.may(who, Action::See, On::Pair(pair), "past")?;
        let (pair, now) = (self.pair(pair)?, self.0.clock.now());
        let from = now - Past::SPAN;
        let seen = self.0.store.observed(pair.id(), from, now).await.map_err(|error| away(&error))?;
        let records = self.0.store.landed(pair.id(), Past::TOLD).await.map_err(|error| away(&error))?;
        Ok(Past::of(&records, &seen, from, now))
    }

    async fn paid(&self, who: &Identity, pair: &PairId) -> Result<Paid, DeskError> {
        self.may(who, Action::SeeCosts, On::Pair(pair), "paid")?;
        self.0.paid(self.pair(pair)?).await.map_err(|error| away(&error))
    }

    async fn made(&self, who: &Identity, pair: &PairId) -> Result<Made, DeskError> {
        self.may(who, Action::See, On::Pair(pair), "made")?;
        let since = self.0.clock.now() - Millis::from_secs(Made::DAYS * 86_400);
        let switches = self.0.store.landed_since(self.pair(pair)?.id(), since).await.map_err(|error| away(&error))?;
        Ok(Made { switches })
    }

    fn preview_drill(&self, who: &Identity, form: &DrillForm) -> Result<DrillPreview, DeskError> {
        self.preview_of(who, form)
    }

    async fn save_drill(&self, who: &Identity, form: DrillForm) -> Result<OperationId, DeskError> {
        self.saved(who, form).await
    }

    async fn drill(
        &self,
        who: &Identity,
        pair: &PairId,
        plan: OperationId,
        deed: DrillDeed,
    ) -> Result<Option<u64>, DeskError> {
        self.done(who, pair, plan, deed).await
    }

    async fn stop_drill(&self, who: &Identity, pair: &PairId, run: OperationId) -> Result<(), DeskError> {
        self.stopped(who, pair, run).await
    }

    async fn drill_report(&self, who: &Identity, pair: &PairId, seq: u64) -> Result<DrillReport, DeskError> {
        self.report_of(who, pair, seq).await
    }

    async fn denials(&self, who: &Identity, before: Option<u64>) -> Result<DenialPage, DeskError> {
        self.may(who, Action::Audit, On::House, "denials")?;
        // One more than fits tells whether there are older ones.
        let mut listed = self.0.store.denials(before, denials::PAGE + 1).await.map_err(|error| away(&error))?;
        let more = listed.len() > denials::PAGE;
        listed.truncate(denials::PAGE);
        let older = listed.last().filter(|_| more).map(|(seq, _)| *seq);
        Ok(DenialPage { denials: listed.into_iter().map(|(_, denial)| denial).collect(), older })
    }
}

/// What somebody is told who may not. A script that wants to approve has no role to ask for: it is for a person.
pub fn denied(who: &Identity, denied: Denied) -> DeskError {
    if denied.action == Action::Approve && who.actor.via == Via::Api {
        return DeskError::NotAPerson { message: A_PERSON_APPROVES.to_owned() };
    }
    DeskError::Forbidden { denied }
}

/// Opens the confirmation that somebody sends back. One that was made for somebody else is an attempt, and written down.
pub fn opened(
    engine: &Engine,
    who: &Identity,
    pair: &PairId,
    confirmation: &str,
    place: &str,
) -> Result<Confirmation, DeskError> {
    engine.open_confirmation(confirmation, &who.actor, pair, engine.clock.now()).map_err(|error| {
        // To be slow is no attempt; to come with somebody else's is one.
        if error == NotConfirmed::Forged {
            engine.deny(&who.actor, Wish::ToDo(Action::Switch), Some(pair), place, error.to_string());
        }
        DeskError::Confirmation { message: error.to_string() }
    })
}

/// An approval is a person's look at what is about to be done.
const A_PERSON_APPROVES: &str =
    "A script approves and declines nothing: an approval is a person's look at what is asked.";

/// Whoever holds a script's secret could ask as it and approve as themselves, unless it is known who that is.
const NOBODY_BEHIND: &str = "Config names nobody behind this script, so whoever holds its secret could approve what it \
                             asks for. A person asks on the switch page or by the API; or whoever runs Teal names the \
                             people behind the script (`people` of its [[sign_in.client]]), who then approve nothing of it.";

fn pair_id(text: &str) -> Result<PairId, DeskError> {
    text.parse().map_err(|error: NotAPairId| DeskError::NotFound { message: error.to_string() })
}

fn away(error: &StoreError) -> DeskError {
    tracing::error!(%error, "the journal does not answer");
    DeskError::StoreAway { message: format!("The journal does not answer. {}", error.outside()), commands: Vec::new() }
}

impl Engine {
    /// Carries out what somebody confirmed, unless a check blocks it. A blocked switch is on record too.
    pub async fn confirmed(self: &Arc<Self>, pair: &Arc<Pair>, mut plan: Plan) -> Result<Record, StoreError> {
        let Now { checks, approval, reverts, maintenance, open } = self.checks_now(pair, &plan).await?;
        (plan.approval, plan.reverts, plan.maintenance) = (approval, reverts, maintenance);
        let mut blocking = preflight::blocking(&checks);
        // These two are found out by the switch itself, freshly: the store by journalling the intent, another switch
        // by the lease. Of what follows the last switch the lease knows nothing.
        blocking.retain(|name| name != "store" && (name != "under-way" || !open));
        // Whether it takes another back may have changed since it was confirmed, and with it what its change must be.
        blocking.retain(|name| name != "change-ref");
        let (needed, named) = (Needed::of(plan.kind, reverts), plan.change_ref.as_ref().map_or("", Reason::as_str));
        if change_ref::parse(&pair.config.policy.change_ref, named, needed).is_err() {
            blocking.push("change-ref".to_owned());
        }
        if plan.kind == Kind::Planned {
            // Only what still blocks is overridden, and only what the person saw block: anything newer stands.
            plan.overridden.retain(|name| policy::may_be_overridden(name) && blocking.contains(name));
            blocking.retain(|name| !plan.overridden.contains(name));
        } else {
            plan.overridden.clear();
        }
        if plan.kind == Kind::Planned && !blocking.is_empty() {
            tracing::warn!(pair = %pair.id(), actor = %plan.actor, ?blocking, "a switch was refused: checks block it");
            let (now, operation) = (self.clock.now(), plan.operation);
            // The same confirmation may be under way already, from when nothing blocked it: its end is its own.
            if let Intent::Recorded(..) = self.store.record_intent(&plan, now, false).await? {
                let refusal = Refusal::Blocked { checks: blocking };
                self.store.record_outcome(&plan, Outcome::Refused { refusal }, None, now).await?;
            }
            self.refresh_records(pair).await;
            return self.store.record_of(operation).await?.ok_or(StoreError::Database(sqlx::Error::RowNotFound));
        }
        self.switch(pair, plan).await
    }

    /// The checks at the moment of execution, the approval that stands, and the switch that is taken back. This is the
    /// one place where what surrounds the flag is looked at anew before a planned switch; an emergency waits for nothing
    /// outside.
    async fn checks_now(self: &Arc<Self>, pair: &Arc<Pair>, plan: &Plan) -> Result<Now, StoreError> {
        if plan.kind == Kind::Planned {
            observe::look(self, pair, PATIENCE).await;
            // What somebody switched a moment ago, here or on another instance, counts.
            self.refreshed_records(pair).await?;
        }
        let (known, snapshot, now) = (self.known_now(pair).await?, self.board.snapshot(), self.clock.now());
        let Some(known) = known else { return Ok(Now::default()) };
        let (reason, change_ref) = (Some(&plan.reason), plan.change_ref.as_ref());
        let wanted = Wanted { who: &plan.actor, target: plan.target, base: plan.base, reason, change_ref };
        let mut given = Self::given(&snapshot, &known, plan.target, plan.change_ref.as_ref(), now);
        given.drill = plan.drill;
        let (checks, approval) = (Self::checks(&known, wanted, given, now), Self::approval(&known, wanted, now));
        let maintenance =
            known.maintenance.as_ref().filter(|declared| declared.stands(now)).map(|declared| declared.id);
        Ok(Now { checks, approval, reverts: given.reverts, maintenance, open: known.open.is_some() })
    }
}

/// How long a planned switch waits for what is looked at anew.
const PATIENCE: Duration = Duration::from_secs(8);

/// How things stand at the moment of execution.
#[derive(Default)]
struct Now {
    checks: Vec<Check>,
    approval: Option<Approval>,
    reverts: Option<OperationId>,
    maintenance: Option<OperationId>,
    /// Another switch has not ended.
    open: bool,
}
