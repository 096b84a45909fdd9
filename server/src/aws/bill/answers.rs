//! What Cost Explorer answers, read. An amount that cannot be read is an error, never nothing.

use std::collections::BTreeSet;

use serde_json::Value;
use teal_domain::{
    bill::{DayAhead, Entry, Micros, Trouble},
    time::Day,
};

use super::{Asked, By, FORECAST, Foreseen, PAID, Page};

/// Of a name, this many characters are kept: AWS's own are shorter.
const LONGEST: usize = 256;
/// A mark is handed back as it came; one that is longer is none of Cost Explorer's.
const LONGEST_MARK: usize = 8192;

/// Names are whatever somebody wrote into a tag: control characters and marks that turn the direction of writing are left out,
/// and what is endless is cut.
pub(super) fn clean(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let mut kept: String = text.chars().filter(|c| !c.is_control() && !turns(*c)).take(LONGEST + 1).collect();
    if kept.chars().count() > LONGEST {
        kept = kept.chars().take(LONGEST - 1).chain(['…']).collect();
    }
    kept
}

fn unreadable(action: &str, what: impl std::fmt::Display) -> Trouble {
    Trouble::Other(format!("{action} answered with what cannot be read: {what}."))
}

/// A page of what was paid.
pub(super) fn page(answer: &Value, asked: &Asked) -> Result<Page, Trouble> {
    let results = answer["ResultsByTime"].as_array().ok_or_else(|| unreadable(PAID, "there are no days in it"))?;
    let (mut page, mut currencies) = (Page::default(), Currencies::default());
    for result in results {
        let day = day(PAID, &result["TimePeriod"])?;
        if !(asked.from..asked.to).contains(&day) {
            return Err(unreadable(PAID, format_args!("{day} was not asked for")));
        }
        if page.days.last().is_some_and(|last| *last >= day) {
            return Err(unreadable(PAID, "its days are not in order"));
        }
        page.days.push(day);
        for group in result["Groups"].as_array().into_iter().flatten() {
            let key = |index: usize| {
                let key = group["Keys"][index].as_str();
                key.map(|key| name(key, &asked.by[index])).ok_or_else(|| unreadable(PAID, "a group without its keys"))
            };
            let cost = &group["Metrics"]["UnblendedCost"];
            let micros = amount(PAID, &cost["Amount"])?;
            let entry = Entry { day, first: key(0)?, second: key(1)?, micros };
            currencies.take(&cost["Unit"]);
            if micros != Micros::default() {
                page.entries.push(entry);
            }
        }
    }
    page.currency = currencies.only()?;
    let next = answer["NextPageToken"].as_str().filter(|mark| !mark.is_empty());
    if next.is_some_and(|mark| mark.len() > LONGEST_MARK) {
        return Err(unreadable(PAID, "the mark of its next page is endless"));
    }
    page.next = next.map(str::to_owned);
    Ok(page)
}

/// What is expected.
pub(super) fn foreseen(answer: &Value) -> Result<Foreseen, Trouble> {
    let results = answer["ForecastResultsByTime"].as_array();
    let results = results.ok_or_else(|| unreadable(FORECAST, "there are no days in it"))?;
    let mut currencies = Currencies::default();
    if !results.is_empty() {
        currencies.take(&answer["Total"]["Unit"]);
    }
    let currency = currencies.only()?.unwrap_or_default();
    let mut days: Vec<DayAhead> = Vec::with_capacity(results.len());
    for result in results {
        let day = day(FORECAST, &result["TimePeriod"])?;
        if days.last().is_some_and(|last| last.day >= day) {
            return Err(unreadable(FORECAST, "its days are not in order"));
        }
        let mean = amount(FORECAST, &result["MeanValue"])?;
        // An interval that is not told is none: what is most likely stands for its ends.
        let end = |key: &str| match &result[key] {
            Value::Null => Ok(mean),
            told => amount(FORECAST, told),
        };
        let (one, other) = (end("PredictionIntervalLowerBound")?, end("PredictionIntervalUpperBound")?);
        days.push(DayAhead { day, mean, low: one.min(mean), high: other.max(mean) });
    }
    Ok(Foreseen { currency, days })
}

fn day(action: &str, period: &Value) -> Result<Day, Trouble> {
    let told = period["Start"].as_str().unwrap_or_default();
    Day::parse(told).ok_or_else(|| unreadable(action, format_args!("`{}` is no day", clean(told))))
}

fn amount(action: &str, told: &Value) -> Result<Micros, Trouble> {
    let text = told.as_str().unwrap_or_default();
    Micros::parse(text).ok_or_else(|| unreadable(action, format_args!("`{}` is no amount", clean(text))))
}

/// What a key says: of a tag what stands behind its own key and a dollar sign, nothing where there is no such tag.
fn name(told: &str, by: &By) -> String {
    let said = match by {
        By::Tag(key) => told.strip_prefix(key.as_str()).and_then(|rest| rest.strip_prefix('$')).unwrap_or(told),
        By::Service | By::UsageType => told,
    };
    clean(said)
}

/// The currencies that came.
#[derive(Debug, Default)]
struct Currencies(BTreeSet<String>);

impl Currencies {
    /// What stands for a currency that is not told.
    const NOT_TOLD: &str = "not told";

    fn take(&mut self, unit: &Value) {
        let unit = unit.as_str().filter(|unit| !unit.is_empty()).unwrap_or(Self::NOT_TOLD);
        if !self.0.contains(unit) {
            self.0.insert(clean(unit));
        }
    }

    /// The only one; none where there was nothing to pay.
    fn only(self) -> Result<Option<String>, Trouble> {
        let known = |unit: &String| unit != Self::NOT_TOLD;
        if self.0.len() > 1 || !self.0.iter().all(known) {
            return Err(Trouble::Currencies(self.0.into_iter().collect()));
        }
        Ok(self.0.into_iter().next())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asked(by: By) -> Asked {
        let day = |word| Day::parse(word).expect("a day");
        Asked { from: day("2026-11-01"), to: day("2026-11-03"), by: [by, By::Service], tags: Vec::new() }
    }

    fn told(day: &str, groups: &[(&str, &str, Value)]) -> Value {
        let group = |(key, amount, unit): &(&str, &str, Value)| json!({"Keys": [key, "AWS Lambda"], "Metrics": {"UnblendedCost": {"Amount": amount, "Unit": unit}}});
        json!({
            "TimePeriod": {"Start": day, "End": "2026-12-01"}, "Total": {}, "Estimated": true,
            "Groups": groups.iter().map(group).collect::<Vec<_>>(),
        })
    }

    fn read(by: By, results: &[Value]) -> Result<Page, Trouble> {
        page(&json!({"ResultsByTime": results}), &asked(by))
    }

    #[test]
    fn what_a_tag_says_stands_behind_its_key_and_what_has_none_says_nothing() {
        let groups = [
            ("Color$blue", "1.5", json!("USD")),
            ("Color$", "-0.25", json!("USD")),
            ("Color$a$b", "1E-3", json!("USD")),
        ];
        let page = read(By::Tag("Color".into()), &[told("2026-11-01", &groups)]).expect("a page");
        let entries: Vec<_> = page.entries.iter().map(|entry| (entry.first.as_str(), entry.micros.0)).collect();
        assert_eq!(entries, [("blue", 1_500_000), ("", -250_000), ("a$b", 1000)], "credits stay below nought");
        assert_eq!(page.currency.as_deref(), Some("USD"));
    }

    #[test]
    fn a_day_without_groups_cost_nothing_and_has_no_currency() {
        let page = read(By::Service, &[told("2026-11-01", &[]), told("2026-11-02", &[])]).expect("a page");
        assert_eq!((page.days.len(), page.entries.len(), page.currency, page.next), (2, 0, None, None));
        assert_eq!(read(By::Service, &[]), Ok(Page::default()));
    }

    #[test]
    fn several_currencies_and_amounts_without_one_are_not_added_up() {
        let two = [("a", "1", json!("USD")), ("b", "1", json!("EUR"))];
        let said = |units: &[&str]| Err(Trouble::Currencies(units.iter().map(|unit| (*unit).to_owned()).collect()));
        assert_eq!(read(By::Service, &[told("2026-11-01", &two)]), said(&["EUR", "USD"]));
        let none = [("a", "1", Value::Null)];
        assert_eq!(read(By::Service, &[told("2026-11-01", &none)]), said(&["not told"]));
    }

    #[test]
    fn what_cannot_be_read_is_said_and_never_taken_for_nothing() {
        let wrong = |results: &[Value]| match read(By::Service, results) {
            Err(Trouble::Other(says)) => says,
            other => panic!("{other:?}"),
        };
        assert!(wrong(&[told("2026-11-01", &[("a", "12,50", json!("USD"))])]).contains("`12,50` is no amount"));
        assert!(wrong(&[told("2026-13-01", &[])]).contains("`2026-13-01` is no day"));
        assert!(wrong(&[told("2026-11-03", &[])]).contains("2026-11-03 was not asked for"));
        assert!(wrong(&[told("2026-11-02", &[]), told("2026-11-01", &[])]).contains("not in order"));
        let keyless = json!({"TimePeriod": {"Start": "2026-11-01"}, "Groups": [{"Metrics": {"UnblendedCost": {"Amount": "1", "Unit": "USD"}}}]});
        assert!(wrong(&[keyless]).contains("without its keys"));
        assert!(page(&json!({"message": "what"}), &asked(By::Service)).is_err());
    }

    #[test]
    fn hostile_names_lose_what_is_no_writing_and_are_cut() {
        let long = "x".repeat(5000);
        let groups = [("a\u{1b}[2J\n\u{202e}b", "1", json!("USD")), (long.as_str(), "1", json!("USD"))];
        let page = read(By::Service, &[told("2026-11-01", &groups)]).expect("a page");
        assert_eq!(page.entries[0].first, "a[2Jb");
        assert_eq!(page.entries[1].first.chars().count(), LONGEST);
    }

    #[test]
    fn a_forecast_is_read_with_its_interval_and_an_end_that_is_not_told_is_what_is_likely() {
        let answer = json!({"Total": {"Amount": "3", "Unit": "USD"}, "ForecastResultsByTime": [
            {"TimePeriod": {"Start": "2026-12-01", "End": "2026-12-02"}, "MeanValue": "2", "PredictionIntervalLowerBound": "1.5", "PredictionIntervalUpperBound": "2.75"},
            {"TimePeriod": {"Start": "2026-12-02", "End": "2026-12-03"}, "MeanValue": "1"},
        ]});
        let told = foreseen(&answer).expect("a forecast");
        let days: Vec<_> = told.days.iter().map(|day| [day.low, day.mean, day.high].map(|micros| micros.0)).collect();
        assert_eq!(days, [[1_500_000, 2_000_000, 2_750_000], [1_000_000; 3]]);
        assert_eq!(told.currency, "USD");
    }
}
