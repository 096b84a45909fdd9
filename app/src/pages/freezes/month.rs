//! One month as a table of weeks, in UTC. What is closed is said in words; a tint only helps to find it.

use crate::words::time::{self, Civil};
use leptos::prelude::*;
use teal_domain::{
    Millis, Timestamp,
    freeze::Freeze,
    time::{Day, Month},
};

const DAY: Millis = Millis::from_secs(86_400);
const WEEKDAYS: [(&str, &str); 7] = [
    ("Mon", "Monday"),
    ("Tue", "Tuesday"),
    ("Wed", "Wednesday"),
    ("Thu", "Thursday"),
    ("Fri", "Friday"),
    ("Sat", "Saturday"),
    ("Sun", "Sunday"),
];

/// The first moments of this month and of the next.
pub fn this_and_next(now: Timestamp) -> impl Iterator<Item = Timestamp> {
    let month = Month::of(now);
    [month.begins(), month.ends()].into_iter()
}

/// The days of the month that begins then, each by its first moment.
fn days(first: Timestamp) -> Vec<Timestamp> {
    let begins = Day::of(first);
    (0..begins.month().days()).map(|day| begins.plus(day).begins()).collect()
}

/// When a day is closed, in words: `all day`, `from 18:00`, `until 06:00`, `09:00–12:00`.
fn closed_on(day: Timestamp, freezes: &[Freeze]) -> Vec<(String, String)> {
    let end = day + DAY;
    let clock = |at: Timestamp| time::clock(at)[..5].to_owned();
    let touching = freezes.iter().filter(|window| window.from < end && window.to > day);
    let mut said: Vec<(String, String)> = Vec::new();
    for window in touching {
        let when = match (window.from <= day, window.to >= end) {
            (true, true) => "all day".to_owned(),
            (false, true) => format!("from {}", clock(window.from)),
            (true, false) => format!("until {}", clock(window.to)),
            (false, false) => format!("{}–{}", clock(window.from), clock(window.to)),
        };
        if !said.iter().any(|(known, _)| *known == when) {
            said.push((when, window.because.clone()));
        }
    }
    said
}

/// The table.
pub fn grid(first: Timestamp, now: Timestamp, freezes: &[Freeze]) -> impl IntoView + use<> {
    let mut cells: Vec<Option<Timestamp>> = vec![None; Civil::of(first).weekday];
    cells.extend(days(first).into_iter().map(Some));
    cells.resize(cells.len().div_ceil(7) * 7, None);
    let weeks = cells.chunks(7).map(|week| {
        let week = week.iter().map(|day| cell(*day, now, freezes)).collect_view();
        view! { <tr>{week}</tr> }
    });
    let weeks = weeks.collect_view();
    let heads = WEEKDAYS.map(|(short, long)| view! { <th scope="col"><abbr title=long>{short}</abbr></th> });
    view! {
        <table class="month">
            <caption>{Month::of(first).title()}<span class="hint">" days and times in UTC"</span></caption>
            <thead><tr>{heads.into_iter().collect_view()}</tr></thead>
            <tbody>{weeks}</tbody>
        </table>
    }
}

/// At most so many windows of a day are spelt out; the list below the grid has them all.
const SPELT: usize = 3;

fn cell(day: Option<Timestamp>, now: Timestamp, freezes: &[Freeze]) -> AnyView {
    let Some(day) = day else { return view! { <td class="blank"></td> }.into_any() };
    let closed = closed_on(day, freezes);
    let today = day <= now && now < day + DAY;
    let class = match (closed.is_empty(), day + DAY <= now) {
        (true, true) => "past",
        (true, false) => "",
        (false, true) => "past shut",
        (false, false) => "shut",
    };
    let more = closed.len().saturating_sub(SPELT);
    let spans = closed
        .into_iter()
        .take(SPELT)
        .map(|(when, because)| view! { <span class="span" title=because><strong>"closed"</strong>" "{when}</span> });
    view! {
        <td class=class aria-current=today.then_some("date")>
            <span class="day">{Civil::of(day).day}{today.then(|| view! { <span class="today">" today"</span> })}</span>
            {spans.collect_view()}
            {(more > 0).then(|| view! { <span class="span">"and "{more}" more"</span> })}
        </td>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        let (day, clock) = text.split_once(' ').expect("a day and a time");
        let (hours, minutes) = clock.split_once(':').expect("a time");
        let minutes: u64 = hours.parse::<u64>().expect("hours") * 60 + minutes.parse::<u64>().expect("minutes");
        time::midnight(day).expect("a day") + Millis::from_secs(minutes * 60)
    }

    fn window(from: &str, to: &str) -> Freeze {
        Freeze { because: "month end".into(), from: at(from), to: at(to), zone: "UTC".into() }
    }

    fn said(day: &str, freezes: &[Freeze]) -> Vec<String> {
        let day = time::midnight(day).expect("a day");
        closed_on(day, freezes).into_iter().map(|(when, _)| when).collect()
    }

    #[test]
    fn a_window_over_three_days_is_told_on_each_of_them() {
        let windows = [window("2026-12-30 18:00", "2027-01-01 06:00")];
        assert_eq!(said("2026-12-29", &windows), [""; 0]);
        assert_eq!(said("2026-12-30", &windows), ["from 18:00"]);
        assert_eq!(said("2026-12-31", &windows), ["all day"]);
        assert_eq!(said("2027-01-01", &windows), ["until 06:00"]);
        assert_eq!(said("2027-01-02", &windows), [""; 0]);
    }

    #[test]
    fn a_window_that_ends_at_midnight_does_not_touch_the_next_day() {
        let windows = [window("2026-12-30 00:00", "2026-12-31 00:00"), window("2026-12-31 09:00", "2026-12-31 12:00")];
        assert_eq!(said("2026-12-30", &windows), ["all day"]);
        assert_eq!(said("2026-12-31", &windows), ["09:00–12:00"]);
    }

    #[test]
    fn a_month_has_its_own_days_and_december_is_followed_by_january() {
        let months: Vec<_> = this_and_next(at("2027-12-05 10:00")).collect();
        assert_eq!(months, [at("2027-12-01 00:00"), at("2028-01-01 00:00")]);
        let february = this_and_next(at("2028-01-31 23:59")).nth(1).expect("one");
        assert_eq!(days(february).len(), 29);
        assert_eq!(days(months[0]).len(), 31);
    }
}
