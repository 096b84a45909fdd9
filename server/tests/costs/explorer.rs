//! A Cost Explorer in the test's hands.

use std::sync::Mutex;

use async_trait::async_trait;
use teal_domain::{
    bill::{DayAhead, Entry, Micros},
    time::Day,
};
use teal_server::aws::bill::{Ahead, Asked, BillPort, By, Foreseen, NotTold, Page};

/// What is told of a day: both keys, and how much in millionths.
type Told = fn(&Asked, Day) -> Vec<(&'static str, &'static str, i64)>;

/// How it is just now.
#[derive(Debug)]
struct State {
    asked: Vec<String>,
    /// So many days fit on a page; the last one of a page goes on in the next.
    days_a_page: Option<i64>,
    currency: &'static str,
    paid: Told,
    fails: Option<(&'static str, NotTold)>,
    foresees: bool,
    /// Each page tells of all days again.
    goes_back: bool,
    /// It takes what it is asked, and never answers.
    silent: bool,
}

#[derive(Debug)]
pub struct Explorer(Mutex<State>);

impl Default for Explorer {
    fn default() -> Self {
        Self(Mutex::new(State {
            asked: Vec::new(),
            days_a_page: None,
            currency: "USD",
            paid: |asked, _| match &asked.by {
                [By::Service, _] => vec![("MWAA", "USE2-Small", 20_000_000), ("Amazon RDS", "USE2-Aurora", 4_000_000)],
                [By::Tag(key), _] if key == "Color" => {
                    vec![("blue", "MWAA", 10_000_000), ("", "Amazon RDS", 4_000_000)]
                }
                _ => vec![("mwaa-openlineage", "MWAA", 20_000_000), ("", "AWS Support", 1_000_000)],
            },
            fails: None,
            foresees: true,
            goes_back: false,
            silent: false,
        }))
    }
}

impl Explorer {
    fn state<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().expect("a state"))
    }

    /// What was asked since the last time.
    pub fn asked(&self) -> Vec<String> {
        self.state(|state| std::mem::take(&mut state.asked))
    }

    pub fn tells(&self, paid: Told) {
        self.state(|state| state.paid = paid);
    }

    pub fn in_currency(&self, currency: &'static str) {
        self.state(|state| state.currency = currency);
    }

    pub fn days_a_page(&self, days: Option<i64>) {
        self.state(|state| state.days_a_page = days);
    }

    /// Calls of that action fail, until they are said to go well again. Without an action, all of them.
    pub fn fails(&self, action: &'static str, not: NotTold) {
        self.state(|state| state.fails = Some((action, not)));
    }

    pub fn is_well(&self) {
        self.state(|state| state.fails = None);
    }

    pub fn falls_silent(&self) {
        self.state(|state| state.silent = true);
    }

    pub fn pages_go_back(&self) {
        self.state(|state| state.goes_back = true);
    }

    pub fn foresees(&self, anything: bool) {
        self.state(|state| state.foresees = anything);
    }

    fn failing(&self, action: &str) -> Result<(), NotTold> {
        self.state(|state| match &state.fails {
            Some((fails, not)) if action.starts_with(fails) => Err(not.clone()),
            _ => Ok(()),
        })
    }
}

/// Which environment the tags say.
fn environment(tags: &[(String, String)]) -> String {
    tags.last().map(|(_, says)| format!(" {says}")).unwrap_or_default()
}

#[async_trait]
impl BillPort for Explorer {
    async fn paid(&self, asked: &Asked, mark: Option<&str>) -> Result<Page, NotTold> {
        let what = match &asked.by {
            [By::Service, By::UsageType] => "services",
            [By::Tag(key), By::Service] if key == "Color" => "sides",
            _ => "account",
        };
        let tags = environment(&asked.tags);
        let page = mark.map(|mark| format!(" from {mark}")).unwrap_or_default();
        self.state(|state| state.asked.push(format!("{what}{tags} {} to {}{page}", asked.from, asked.to)));
        // A call takes its time: whoever else wants to ask comes in between.
        tokio::task::yield_now().await;
        if self.state(|state| state.silent) {
            std::future::pending::<()>().await;
        }
        self.failing("ce:GetCostAndUsage")?;
        let goes_back = self.state(|state| state.goes_back);
        let mark = mark.filter(|_| !goes_back);
        let from = mark.map_or(asked.from, |mark| Day::parse(mark).expect("a mark"));
        self.state(|state| {
            let until = state.days_a_page.map_or(asked.to, |days| from.plus(days).min(asked.to));
            let goes_on = until < asked.to;
            let mut told = Page { currency: Some(state.currency.to_owned()), ..Page::default() };
            for day in (from.0..until.0).map(Day) {
                told.days.push(day);
                let groups = (state.paid)(asked, day);
                // The first page of two that tell of a day has all but its last group, the second one has that.
                let (goes_on, continues) = (goes_on && day.plus(1) == until, mark.is_some() && day == from);
                let last = groups.len().saturating_sub(1);
                let groups = groups.into_iter().enumerate();
                let here = groups.filter(|(index, _)| !(goes_on && *index == last || continues && *index != last));
                let entry = |(_, (first, second, micros)): (usize, (&str, &str, i64))| Entry {
                    day,
                    first: first.to_owned(),
                    second: second.to_owned(),
                    micros: Micros(micros),
                };
                told.entries.extend(here.map(entry));
            }
            told.next = goes_on.then(|| until.plus(-1).to_string());
            Ok(told)
        })
    }

    async fn forecast(&self, asked: &Ahead) -> Result<Option<Foreseen>, NotTold> {
        self.state(|state| {
            state.asked.push(format!("forecast{} {} to {}", environment(&asked.tags), asked.from, asked.to))
        });
        tokio::task::yield_now().await;
        self.failing("ce:GetCostForecast")?;
        self.state(|state| {
            let one =
                |day| DayAhead { day, mean: Micros(24_000_000), low: Micros(20_000_000), high: Micros(30_000_000) };
            let days = (asked.from.0..asked.to.0).map(|day| one(Day(day))).collect();
            Ok(state.foresees.then(|| Foreseen { currency: state.currency.to_owned(), days }))
        })
    }
}
