//! What the platform cost in fact: asked of Cost Explorer by the clock, kept in the store, and never asked for by a page.
//!
//! Each request costs a cent, so all instances together make [`MOST_REQUESTS`](teal_domain::bill::MOST_REQUESTS) a day and account,
//! counted in the store. `asking` plans what comes next, makes the requests and writes down what they told; here is who keeps
//! at it, and what is known.

mod asking;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use teal_domain::{
    Millis, Timestamp,
    bill::{self, Asked, Cut, Ledger, MOST_REQUESTS, Paid, Span, Tags, Trouble},
    time::Day,
};

use super::{Engine, Pair};
use crate::{
    config::PairConfig,
    store::{StoreError, bills::Requests},
};

/// How often it is looked whether something is due.
const EVERY: Duration = Duration::from_secs(5 * 60);
/// A forecast that is older is none: what it expected has happened, or has not.
const FORECAST_LIVES: Millis = Millis::from_secs(3 * 86_400);
/// Accounts that nobody named share the credentials that Teal has.
const OWN: &str = "own credentials";

/// What is kept of a pair's bill between two looks at it.
#[derive(Debug, Default)]
pub struct Shelf {
    kept: Mutex<Option<Arc<Kept>>>,
    told: Mutex<Option<Told>>,
}

/// What was made of what the store held then.
#[derive(Debug)]
struct Kept {
    /// What it was made of: another day, or another revision in the store, makes it anew.
    of: (Day, (i64, i64)),
    ledger: Option<Ledger>,
    /// The currencies, where there are several.
    currencies: Vec<String>,
    /// The cuts of which days of the past are missing.
    missing: Vec<Cut>,
}

/// What the figures tell.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// How many requests were made of the account today.
    pub today: u32,
    /// When something was read last.
    pub read_at: Option<Timestamp>,
    /// Whether a question stands that was not answered.
    pub failing: bool,
}

impl Shelf {
    /// What was told last; none before somebody looked.
    pub fn told(&self) -> Option<Told> {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The account whose requests are counted: the one that config names for the pair or its role, else that of Teal's own
/// credentials.
pub fn account(config: &PairConfig) -> String {
    let of_role = || config.assume_role_arn.as_deref().and_then(|arn| arn.split(':').nth(4)).map(str::to_owned);
    config.account.clone().or_else(of_role).unwrap_or_else(|| OWN.to_owned())
}

/// What was asked for, as the store has it: it follows from the tags, so that other tags begin anew.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Scopes {
    pair: String,
    account: String,
}

impl Scopes {
    fn of(tags: &Tags) -> Self {
        let pair = serde_json::json!([tags.project, tags.environment, tags.side]);
        Self { pair: pair.to_string(), account: serde_json::json!([tags.project.0]).to_string() }
    }

    fn of_cut(&self, cut: Cut) -> &str {
        match cut {
            Cut::Services | Cut::Sides => &self.pair,
            Cut::Account => &self.account,
        }
    }

    /// A question in the words of the store.
    fn paid(&self, cut: Cut, span: Span) -> String {
        format!("{} {} {}", cut.as_str(), span.as_str(), self.of_cut(cut))
    }

    fn forecast(&self) -> String {
        format!("forecast {}", self.pair)
    }

    /// All questions that are about a pair or its account.
    fn questions(&self) -> impl Iterator<Item = String> {
        let paid = Cut::ALL.into_iter().flat_map(|cut| Span::ALL.map(|span| self.paid(cut, span)));
        paid.chain([self.forecast()])
    }
}

/// Asks what is due, until the process ends. Nothing is begun where config does not turn it on.
pub(super) async fn keep(engine: Arc<Engine>) {
    if engine.pairs.iter().all(|pair| pair.ports.bill.is_none()) {
        return;
    }
    loop {
        engine.ask_bills().await;
        tokio::time::sleep(EVERY).await;
    }
}

impl Engine {
    /// Asks what is due of each account, as far as today's requests go.
    pub async fn ask_bills(&self) {
        let mut accounts: BTreeMap<String, Vec<&Arc<Pair>>> = BTreeMap::new();
        for pair in self.pairs.iter().filter(|pair| pair.ports.bill.is_some()) {
            accounts.entry(account(&pair.config)).or_default().push(pair);
        }
        for (account, pairs) in accounts {
            if let Err(error) = asking::ask(self, &account, &pairs).await {
                tracing::warn!(%error, "what was paid is not asked, since it could not be counted or kept");
            }
            // Whoever opens the page finds it ready, also where another instance has read it.
            for pair in pairs {
                if let Err(error) = self.paid(pair).await {
                    tracing::debug!(pair = %pair.id(), %error, "what was paid could not be read");
                }
            }
        }
    }

    /// What is known of what was paid for a pair.
    pub async fn paid(&self, pair: &Pair) -> Result<Paid, StoreError> {
        let (now, account) = (self.clock.now(), account(&pair.config));
        let costs = &pair.config.costs;
        let scopes = Scopes::of(&costs.tags);
        let (revision, read_at) = self.store.bill_revision(&account, [&scopes.pair, &scopes.account]).await?;
        let kept = self.kept(pair, &account, &scopes, (Day::of(now), revision)).await?;
        let expected = self.store.bill_forecast(&account, &scopes.pair).await?;
        let requests = self.store.bill_requests(&account, now).await?;
        let mut trouble = stands(&requests, &scopes);
        if trouble.is_none() && !kept.currencies.is_empty() {
            trouble = read_at.map(|at| (at, Trouble::Currencies(kept.currencies.clone())));
        }
        let on = pair.ports.bill.is_some();
        let told = Told { today: requests.today, read_at, failing: trouble.is_some() };
        *pair.bills.told.lock().unwrap_or_else(PoisonError::into_inner) = on.then_some(told);
        Ok(Paid {
            ledger: kept.ledger.clone(),
            expected: expected.filter(|expected| now.since(expected.at) <= FORECAST_LIVES),
            read_at,
            asked: Asked {
                today: requests.today,
                month: requests.month,
                next: if on { next(&requests, &scopes, &kept.missing, now) } else { None },
            },
            trouble: if on { trouble } else { Some((now, Trouble::Off)) },
            tags: costs.tags.clone(),
            budget: costs.budget,
            failed_hour: costs.failed_hour,
        })
    }

    /// The ledger: what was made of it before, as long as the store says that nothing else was read.
    async fn kept(
        &self,
        pair: &Pair,
        account: &str,
        scopes: &Scopes,
        of: (Day, (i64, i64)),
    ) -> Result<Arc<Kept>, StoreError> {
        let before = pair.bills.kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(before) = before.filter(|before| before.of == of) {
            return Ok(before);
        }
        let today = of.0;
        let (first, _) = Span::Past.days(today);
        let mut known = Vec::with_capacity(Cut::ALL.len());
        for cut in Cut::ALL {
            known.push((cut, self.store.bill(account, scopes.of_cut(cut), cut, first).await?));
        }
        let currencies: BTreeMap<Day, String> = known
            .iter()
            .flat_map(|(_, known)| &known.currencies)
            .map(|(currency, day)| (*day, currency.clone()))
            .collect();
        let mut all: Vec<String> = currencies.values().cloned().collect();
        all.sort();
        all.dedup();
        // What was paid last is what the bill is in now.
        let currency = currencies.into_values().next_back().unwrap_or_else(|| "USD".to_owned());
        let missing = known.iter().filter(|(_, known)| to_read(&known.at, today).next().is_some());
        let missing = missing.map(|(cut, _)| *cut).collect();
        let known: Vec<_> = known.into_iter().map(|(cut, known)| (cut, known.only(&currency).read)).collect();
        let anything = known.iter().any(|(_, read)| !read.days.is_empty());
        let read =
            |cut: Cut| known.iter().find(|(known, _)| *known == cut).map(|(_, read)| read.clone()).unwrap_or_default();
        let ledger = anything.then(|| {
            let (services, sides, account) = (read(Cut::Services), read(Cut::Sides), read(Cut::Account));
            Ledger::of(currency, &services, &sides, &account, &pair.config.costs.tags.project.1, today)
        });
        let kept = Arc::new(Kept { of, ledger, currencies: if all.len() > 1 { all } else { Vec::new() }, missing });
        *pair.bills.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept.clone());
        Ok(kept)
    }
}

/// The days of the past that are still to be read: never read, or not for good.
fn to_read(read: &BTreeMap<Day, Timestamp>, today: Day) -> impl DoubleEndedIterator<Item = Day> {
    let (from, to) = Span::Past.days(today);
    (from.0..to.0).map(Day).filter(|day| read.get(day).is_none_or(|at| !bill::settled(*day, *at)))
}

/// The newest trouble of what is asked about a pair or its account, as the requests tell it.
pub fn trouble(requests: &Requests, config: &PairConfig) -> Option<(Timestamp, Trouble)> {
    stands(requests, &Scopes::of(&config.costs.tags))
}

/// The newest trouble that stands: what was answered since is over.
fn stands(requests: &Requests, scopes: &Scopes) -> Option<(Timestamp, Trouble)> {
    let last = scopes.questions().filter_map(|question| requests.last.get(&question));
    let troubles = last.filter_map(|last| Some((last.at, last.trouble.clone()?)));
    troubles.max_by_key(|(at, _)| *at)
}

/// When something about the pair is asked next; none where it is due now.
fn next(requests: &Requests, scopes: &Scopes, missing: &[Cut], now: Timestamp) -> Option<Timestamp> {
    let (today, tomorrow) = (Day::of(now), Day::of(now).plus(1).begins());
    if requests.today >= MOST_REQUESTS {
        return Some(tomorrow);
    }
    let recent = Cut::ALL.map(|cut| (scopes.paid(cut, Span::Recent), crate::aws::bill::PAID));
    let past = missing.iter().map(|cut| (scopes.paid(*cut, Span::Past), crate::aws::bill::PAID));
    let all = recent.into_iter().chain(past).chain([(scopes.forecast(), crate::aws::bill::FORECAST)]);
    let due = all.filter(|(question, _)| {
        let asked = requests.last.get(question).and_then(|last| last.asked);
        asked.is_none_or(|asked| asked < today)
    });
    let when = due.map(|(_, action)| requests.held.get(action).copied());
    match when.min() {
        None => Some(tomorrow),
        Some(held) => held.map(|until| until.min(tomorrow)),
    }
}
