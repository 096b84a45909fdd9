//! What is asked next, and what comes of it.

use std::{collections::BTreeMap, sync::Arc};

use teal_domain::{
    bill::{self, Cut, Entry, FromCostExplorer, MOST_REQUESTS, Question, Span, Trouble},
    time::Day,
};

use super::{Engine, Pair, Scopes};
use crate::{
    aws::bill::{Again, Ahead, Asked, BillPort, By, FORECAST, NotTold, PAID, Page},
    store::{
        StoreError,
        bills::{Asking, Claim, Counts, Ended, Requests, Told},
    },
    traces::{self, About},
};

/// A question about the past takes no more of a day's requests: the present is asked for on the same day.
const PAGES_OF_THE_PAST: u32 = 2;
/// For so many months ahead a forecast is made, the present one among them: by day Cost Explorer goes no further.
const MONTHS_AHEAD: usize = 3;

/// Whether others may still be asked.
enum Go {
    On,
    NoneLeft,
}

/// A question that is wanted, and what it takes to ask it.
struct Wanted<'a> {
    question: Question,
    pair: &'a Arc<Pair>,
    scopes: Scopes,
    /// The days that are asked for.
    days: (Day, Day),
    asking: Asking,
    asked: Option<Day>,
}

/// Asks what is due of an account, what comes first first.
pub(super) async fn ask(engine: &Engine, account: &str, pairs: &[&Arc<Pair>]) -> Result<(), StoreError> {
    let now = engine.clock.now();
    let (today, requests) = (Day::of(now), engine.store.bill_requests(account, now).await?);
    let left = MOST_REQUESTS.saturating_sub(requests.today);
    if left == 0 {
        return Ok(());
    }
    let wanted = wanted(engine, account, pairs, today, &requests).await?;
    let dated: Vec<_> = wanted.iter().map(|wanted| (wanted.question.clone(), wanted.asked)).collect();
    for question in bill::next(&dated, today, left) {
        let Some(wanted) = wanted.iter().find(|wanted| wanted.question == question) else { continue };
        let Some(port) = &wanted.pair.ports.bill else { continue };
        let open = engine.traces.cycle("ask what was paid", || About::pair(wanted.pair.id()));
        let asked = async {
            match question {
                Question::Paid { cut, span, .. } => paid(engine, &**port, wanted, cut, span).await,
                Question::Forecast { .. } => forecast(engine, &**port, wanted).await,
            }
        };
        if matches!(open.around(wanted.pair.calls.counting(asked)).await?, Go::NoneLeft) {
            break;
        }
    }
    Ok(())
}

/// All that is to be asked of an account, in the order in which it matters. What was turned away just now is left out, and what
/// somebody else is asking: they keep nothing else waiting.
async fn wanted<'a>(
    engine: &Engine,
    account: &str,
    pairs: &[&'a Arc<Pair>],
    today: Day,
    requests: &Requests,
) -> Result<Vec<Wanted<'a>>, StoreError> {
    let mut all: Vec<Wanted<'a>> = Vec::new();
    let kinds = [
        Some((Cut::Services, Span::Recent)),
        None,
        Some((Cut::Sides, Span::Recent)),
        Some((Cut::Account, Span::Recent)),
        Some((Cut::Services, Span::Past)),
        Some((Cut::Sides, Span::Past)),
        Some((Cut::Account, Span::Past)),
    ];
    for kind in kinds {
        for pair in pairs {
            let scopes = Scopes::of(&pair.config.costs.tags);
            let (action, words) = match kind {
                Some((cut, span)) => (PAID, scopes.paid(cut, span)),
                None => (FORECAST, scopes.forecast()),
            };
            // Pairs whose tags say the same have one bill, and pairs of one account have one account.
            let twice = all.iter().any(|other| other.asking.question == words);
            if twice || requests.held.contains_key(action) || requests.under_way.contains(&words) {
                continue;
            }
            let last = requests.last.get(&words);
            let days = match kind {
                Some((cut, Span::Past)) => match missing(engine, account, &scopes, cut, today).await? {
                    Some(days) => days,
                    None => continue,
                },
                Some((_, Span::Recent)) => {
                    let (from, to) = Span::Recent.days(today);
                    // What did not fit into the requests of the last time comes first.
                    let rest = last.and_then(|last| last.rest).filter(|rest| (from..to).contains(rest));
                    (rest.unwrap_or(from), to)
                }
                None => {
                    let months = std::iter::successors(Some(today.month()), |month| Some(month.next()));
                    let end = months.take(MONTHS_AHEAD).last().map_or(today, |last| Day::of(last.ends()));
                    (today, end)
                }
            };
            let id = pair.id().clone();
            let question = match kind {
                Some((cut @ Cut::Account, span)) => {
                    // An account has one bill, unless its pairs know projects by different tags.
                    let first = !all.iter().any(|other| matches!(&other.question, Question::Paid { cut: known, span: other, .. } if (*known, *other) == (cut, span)));
                    Question::Paid { pair: (!first).then_some(id), cut, span }
                }
                Some((cut, span)) => Question::Paid { pair: Some(id), cut, span },
                None => Question::Forecast { pair: id },
            };
            let asking = Asking { account: account.to_owned(), action, question: words };
            all.push(Wanted { question, pair, scopes, days, asking, asked: last.and_then(|last| last.asked) });
        }
    }
    Ok(all)
}

/// From the first day of the past that is still to be read to the last one.
async fn missing(
    engine: &Engine,
    account: &str,
    scopes: &Scopes,
    cut: Cut,
    today: Day,
) -> Result<Option<(Day, Day)>, StoreError> {
    let (from, _) = Span::Past.days(today);
    let read = engine.store.bill_days(account, scopes.of_cut(cut), cut, from).await?;
    let mut missing = super::to_read(&read, today);
    let first = missing.next();
    Ok(first.map(|first| (first, missing.next_back().unwrap_or(first).plus(1))))
}

async fn forecast(engine: &Engine, port: &dyn BillPort, wanted: &Wanted<'_>) -> Result<Go, StoreError> {
    let at = engine.clock.now();
    let seq = match engine.store.claim_bill(&wanted.asking, 1, at).await? {
        Claim::Taken(seq) => seq,
        Claim::NoneLeft => return Ok(Go::NoneLeft),
        Claim::NotNow => return Ok(Go::On),
    };
    let asked = Ahead { from: wanted.days.0, to: wanted.days.1, tags: tags(wanted) };
    match port.forecast(&asked).await {
        Ok(told) => {
            tracing::info!(pair = %wanted.pair.id(), there_is_one = told.is_some(), "Cost Explorer was asked what it expects");
            let told = told.map(|told| FromCostExplorer { at, currency: told.currency, days: told.days });
            engine.store.end_forecast(&wanted.asking, seq, &wanted.scopes.pair, told.as_ref(), at).await?;
        }
        Err(not) => not_told(engine, wanted, seq, not, None).await?,
    }
    Ok(Go::On)
}

/// Asks page by page, and keeps the days of each page that are whole.
async fn paid(
    engine: &Engine,
    port: &dyn BillPort,
    wanted: &Wanted<'_>,
    cut: Cut,
    span: Span,
) -> Result<Go, StoreError> {
    let asked = Asked { from: wanted.days.0, to: wanted.days.1, by: by(wanted, cut), tags: tags_of(wanted, cut) };
    let most = match span {
        Span::Recent => MOST_REQUESTS,
        Span::Past => PAGES_OF_THE_PAST,
    };
    let (mut gathered, mut mark) = (Gathered::new(asked.from, asked.to), None::<String>);
    let scope = wanted.scopes.of_cut(cut);
    for page in 1..=most {
        let now = engine.clock.now();
        let seq = match engine.store.claim_bill(&wanted.asking, page, now).await? {
            Claim::Taken(seq) => seq,
            Claim::NoneLeft => return Ok(Go::NoneLeft),
            Claim::NotNow => return Ok(Go::On),
        };
        let told = port.paid(&asked, mark.as_deref()).await;
        if told.as_ref().is_ok_and(|told| told.days.first().is_some_and(|first| *first < gathered.from)) {
            // What the pages before told of those days was not all of it after all.
            engine.store.forget_bill(&wanted.asking.account, scope, cut, (asked.from, gathered.from)).await?;
        }
        let told = told.and_then(|page| gathered.take(page));
        let whole = match told {
            Ok(whole) => whole,
            Err(not) => {
                // The next time goes on where this one broke off.
                let rest = (page > 1).then_some(gathered.from);
                not_told(engine, wanted, seq, not, rest).await?;
                return Ok(Go::On);
            }
        };
        let (cut_word, span_word, days) = (cut.as_str(), span.as_str(), whole.days.len());
        tracing::info!(pair = %wanted.pair.id(), cut = cut_word, span = span_word, page, days, "Cost Explorer was asked what was paid");
        let rest = whole.next.is_some().then_some(gathered.from);
        let told = Told { scope, cut, currency: gathered.currency.as_deref(), days: &whole.days };
        engine.store.end_bill(&wanted.asking, seq, &Ended::Answered(rest), Counts::Yes, Some(told), now).await?;
        match whole.next {
            None => break,
            next => mark = next,
        }
    }
    Ok(Go::On)
}

/// What was told so far, of days that may still go on.
struct Gathered {
    /// The first day that is not whole.
    from: Day,
    to: Day,
    open: BTreeMap<Day, Vec<Entry>>,
    currency: Option<String>,
}

/// Days that are told to their end, and where more of them is.
struct Whole {
    days: Vec<(Day, Vec<Entry>)>,
    next: Option<String>,
}

impl Gathered {
    const fn new(from: Day, to: Day) -> Self {
        Self { from, to, open: BTreeMap::new(), currency: None }
    }

    /// Takes a page, and answers with the days that are whole by it: the last one of a page that goes on may be told of in the
    /// next one too.
    fn take(&mut self, page: Page) -> Result<Whole, NotTold> {
        let unusable = |trouble| NotTold { trouble, charged: true, again: Again::Tomorrow };
        if page.days.first().is_some_and(|first| *first < self.from) {
            let what = format!("{PAID} answered with pages that are not in order.");
            return Err(unusable(Trouble::Other(what)));
        }
        if let (Some(known), Some(new)) = (&self.currency, &page.currency)
            && known != new
        {
            let mut both = vec![known.clone(), new.clone()];
            both.sort();
            return Err(unusable(Trouble::Currencies(both)));
        }
        self.currency = page.currency.or_else(|| self.currency.take());
        for day in page.days {
            self.open.entry(day).or_default();
        }
        for entry in page.entries {
            self.open.entry(entry.day).or_default().push(entry);
        }
        let until = match &page.next {
            Some(_) => self.open.last_key_value().map_or(self.from, |(last, _)| *last),
            None => self.to,
        };
        // A day that is not told of between others cost nothing.
        let days = (self.from.0..until.0).map(Day).map(|day| (day, self.open.remove(&day).unwrap_or_default()));
        let whole = Whole { days: days.collect(), next: page.next };
        self.from = until;
        Ok(whole)
    }
}

async fn not_told(
    engine: &Engine,
    wanted: &Wanted<'_>,
    seq: u64,
    not: NotTold,
    rest: Option<Day>,
) -> Result<(), StoreError> {
    traces::failed("not read");
    tracing::warn!(pair = %wanted.pair.id(), action = wanted.asking.action, trouble = ?not.trouble, "Cost Explorer did not tell");
    let counts = if not.charged { Counts::Yes } else { Counts::No };
    let ended = match not.again {
        Again::Soon => Ended::Held(not.trouble, rest),
        Again::Tomorrow => Ended::Failed(not.trouble, rest),
    };
    engine.store.end_bill(&wanted.asking, seq, &ended, counts, None, engine.clock.now()).await
}

fn by(wanted: &Wanted<'_>, cut: Cut) -> [By; 2] {
    let tags = &wanted.pair.config.costs.tags;
    match cut {
        Cut::Services => [By::Service, By::UsageType],
        Cut::Sides => [By::Tag(tags.side.clone()), By::Service],
        Cut::Account => [By::Tag(tags.project.0.clone()), By::Service],
    }
}

fn tags(wanted: &Wanted<'_>) -> Vec<(String, String)> {
    let tags = &wanted.pair.config.costs.tags;
    vec![tags.project.clone(), tags.environment.clone()]
}

fn tags_of(wanted: &Wanted<'_>, cut: Cut) -> Vec<(String, String)> {
    match cut {
        Cut::Services | Cut::Sides => tags(wanted),
        Cut::Account => Vec::new(),
    }
}
