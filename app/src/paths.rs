//! The addresses of the pages, and what their queries may hold. Parsed leniently: an address that somebody
//! mistyped shows the page without what could not be read, never an error.

#[cfg(feature = "ssr")]
mod costs;
#[cfg(feature = "ssr")]
mod drills;
mod step;

use crate::words::time;
#[cfg(feature = "ssr")]
pub use costs::{CostsQuery, LARGEST};
#[cfg(feature = "ssr")]
pub use drills::{DrillProblem, DrillQuery, drill_plan, drill_run, drills, drills_again};
use std::fmt::Write as _;
pub use step::{StepProblem, step_again};
use teal_domain::{Color, PairId, availability::Month, history::HistoryQuery, journal::Listed, monitoring::Span};

/// `/p/{pair}`
pub fn overview(pair: &PairId) -> String {
    format!("/p/{pair}")
}

/// `/p/{pair}/switch?to={target}`
pub fn switch(pair: &PairId, target: Color) -> String {
    format!("/p/{pair}/switch?to={target}")
}

/// `/p/{pair}/topology`
pub fn topology(pair: &PairId) -> String {
    format!("/p/{pair}/topology")
}

/// `/p/{pair}/costs`
pub fn costs(pair: &PairId) -> String {
    format!("/p/{pair}/costs")
}

/// `/p/{pair}/history`
pub fn history(pair: &PairId) -> String {
    format!("/p/{pair}/history")
}

/// `/p/{pair}/history/{seq}`
pub fn record(pair: &PairId, seq: u64) -> String {
    format!("/p/{pair}/history/{seq}")
}

/// `/p/{pair}/freezes`
pub fn freezes(pair: &PairId) -> String {
    format!("/p/{pair}/freezes")
}

/// `/p/{pair}/maintenance`
pub fn maintenance(pair: &PairId) -> String {
    format!("/p/{pair}/maintenance")
}

/// `/p/{pair}/upgrade`
pub fn upgrade(pair: &PairId) -> String {
    format!("/p/{pair}/upgrade")
}

/// The maintenances of the pair in its history.
pub fn maintenances(pair: &PairId) -> String {
    filtered(&history(pair), &HistoryQuery { kind: Some(Listed::Maintenance), ..HistoryQuery::default() })
}

/// `/p/{pair}/trouble`
pub fn trouble(pair: &PairId) -> String {
    format!("/p/{pair}/trouble")
}

/// `/p/{pair}/guide`
pub fn guide(pair: &PairId) -> String {
    format!("/p/{pair}/guide")
}

/// `/p/{pair}/lineage`
pub fn lineage(pair: &PairId) -> String {
    format!("/p/{pair}/lineage")
}

/// `/p/{pair}/monitoring`
pub fn monitoring(pair: &PairId) -> String {
    format!("/p/{pair}/monitoring")
}

/// What a query of the monitoring page may hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MonitoringQuery {
    /// How far back the charts go.
    pub span: Span,
    /// The month whose availability is shown; the present one by default.
    pub month: Option<Month>,
}

impl MonitoringQuery {
    /// Reads a query string.
    pub fn parse(query: &str) -> Self {
        Self {
            span: get(query, "span").and_then(|word| Span::parse(&word)).unwrap_or_default(),
            month: get(query, "month").and_then(|word| Month::parse(&word)),
        }
    }

    /// The address of the monitoring page with it.
    pub fn address(self, pair: &PairId) -> String {
        let mut out = Query::new(monitoring(pair));
        out.put("span", Some(self.span.as_str()));
        out.put("month", self.month.map(|month| month.to_string()).as_deref());
        out.0
    }
}

/// `/embed/{pair}`: the frame.
pub fn embed(pair: &PairId) -> String {
    format!("/embed/{pair}")
}

/// `/embed/{pair}/topology`: the platform in a frame.
pub fn embed_topology(pair: &PairId) -> String {
    format!("/embed/{pair}/topology")
}

/// `/embed/{pair}/lineage`: lineage in a frame.
pub fn embed_lineage(pair: &PairId) -> String {
    format!("/embed/{pair}/lineage")
}

/// `/denials`, or those before a number.
pub fn denials(before: Option<u64>) -> String {
    let mut out = Query::new("/denials".to_owned());
    out.put("before", before.map(|seq| seq.to_string()).as_deref());
    out.0
}

/// `/p/{pair}/live`: the stream of snapshots.
pub fn live(pair: &str) -> String {
    format!("/p/{pair}/live")
}

/// The header by which a page says that it fetches itself anew, without anybody's doing.
pub const FOLLOW: &str = "x-teal-follow";
/// The stream's word for a session that is over.
pub const ENDED: &str = "ended";
/// The stream's word for a pair that may no longer be seen.
pub const DENIED: &str = "denied";

/// `/sign-in?next={wanted}`
pub fn sign_in(wanted: &str) -> String {
    let mut out = Query("/sign-in".to_owned());
    out.put("next", (wanted != "/").then_some(wanted));
    out.0
}

/// The same, to prove anew who one is even if the provider still knows the browser.
pub fn prove(wanted: &str) -> String {
    let mut out = Query("/sign-in".to_owned());
    out.put("anew", Some("1"));
    out.put("next", Some(wanted));
    out.0
}

/// What a query of the switch page may hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SwitchQuery {
    /// The side to make live.
    pub to: Option<Color>,
    /// Why the form came back.
    pub problem: Option<SwitchProblem>,
    /// The reason as it was typed, so that it need not be typed again.
    pub reason: Option<String>,
    /// The change (the ticket) as it was typed.
    pub change_ref: Option<String>,
    /// The record of the attempt that found the flag moved.
    pub after: Option<u64>,
}

/// Why the switch form came back. A fixed set: an address never puts words onto the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SwitchProblem {
    /// The target's name was not typed as it is written.
    Typed,
    /// The reason is missing, too long, or holds what a line of text may not hold.
    Reason,
    /// The change (the ticket) is missing, or does not look as policy has it.
    ChangeRef,
    /// The person may not override what blocks.
    Override,
    /// The confirmation has run out or belongs to somebody or something else.
    Confirmation,
    /// The store is away.
    Store,
    /// The flag had moved since the page was made.
    Moved,
    /// The form could not be read at all.
    Form,
    /// The person may not switch.
    Forbidden,
    /// The person must prove anew who they are.
    Prove,
    /// What was sent about a request for approval was not taken.
    Request,
    /// The smoke test was not begun.
    Smoke,
    /// The session had ended before the form came.
    Ended,
}

impl SwitchProblem {
    const ALL: [Self; 13] = [
        Self::Typed,
        Self::Reason,
        Self::ChangeRef,
        Self::Override,
        Self::Confirmation,
        Self::Store,
        Self::Moved,
        Self::Form,
        Self::Forbidden,
        Self::Prove,
        Self::Request,
        Self::Smoke,
        Self::Ended,
    ];

    /// The word in the address.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Typed => "typed",
            Self::Reason => "reason",
            Self::ChangeRef => "change-ref",
            Self::Override => "override",
            Self::Confirmation => "confirmation",
            Self::Store => "store",
            Self::Moved => "moved",
            Self::Form => "form",
            Self::Forbidden => "forbidden",
            Self::Prove => "prove",
            Self::Request => "request",
            Self::Smoke => "smoke",
            Self::Ended => "ended",
        }
    }

    /// Parses the word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|problem| problem.code() == code)
    }
}

/// How much of a reason an address carries: a little more than is allowed, so that "too long" can be shown.
const KEPT: usize = 600;

impl SwitchQuery {
    /// Reads a query string.
    pub fn parse(query: &str) -> Self {
        Self {
            to: get(query, "to").and_then(|word| word.parse().ok()),
            problem: get(query, "problem").and_then(|code| SwitchProblem::parse(&code)),
            reason: get(query, "reason").map(|text| kept(&text)),
            change_ref: get(query, "change_ref").map(|text| kept(&text)),
            after: get(query, "after").and_then(|seq| seq.parse().ok()),
        }
    }

    /// The address of the switch page with it.
    pub fn address(&self, pair: &PairId) -> String {
        let mut out = Query::new(format!("/p/{pair}/switch"));
        out.put("to", self.to.map(Color::as_str));
        out.put("problem", self.problem.map(SwitchProblem::code));
        out.put("after", self.after.map(|seq| seq.to_string()).as_deref());
        out.put("change_ref", self.change_ref.as_deref().map(kept).as_deref());
        out.put("reason", self.reason.as_deref().map(kept).as_deref());
        out.0
    }
}

/// The address of a record's page with its note form as it was filled in.
pub fn note_again(pair: &PairId, about: u64, text: &str, problem: SwitchProblem) -> String {
    let mut out = Query::new(record(pair, about));
    out.put("problem", Some(problem.code()));
    out.put("text", Some(&kept(text)));
    out.0.push_str("#note");
    out.0
}

/// The address of the switch page with the comment to a request as it was typed.
pub fn decide_again(pair: &PairId, to: Color, comment: &str, problem: SwitchProblem) -> String {
    let mut out = Query::new(switch(pair, to));
    out.put("problem", Some(problem.code()));
    out.put("comment", Some(&kept(comment)));
    out.0
}

/// What a query of the maintenance page may hold: the form as it was filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MaintenanceQuery {
    /// Why the form came back.
    pub problem: Option<MaintenanceProblem>,
    /// The side that is changed.
    pub side: Option<Color>,
    /// What is done to it.
    pub what: Option<String>,
    /// Until when.
    pub until: Option<String>,
    /// The checks whose differences are expected.
    pub expects: Option<Vec<String>>,
}

/// Why the form of the maintenance page came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaintenanceProblem {
    /// What is done is missing, too long, or holds what a line of text may not hold.
    What,
    /// The end is no moment, is past, or too far away.
    Until,
    /// A check is none that compares the sides.
    Expects,
    /// Another one stands, or none does any more.
    Stands,
    /// The journal is away.
    Store,
    /// The person may not.
    Forbidden,
    /// The session had ended before the form came.
    Ended,
    /// The sign-in is too old.
    Prove,
    /// The form could not be taken at all.
    Form,
}

impl MaintenanceProblem {
    const ALL: [Self; 9] = [
        Self::What,
        Self::Until,
        Self::Expects,
        Self::Stands,
        Self::Store,
        Self::Forbidden,
        Self::Ended,
        Self::Prove,
        Self::Form,
    ];

    /// The word in the address.
    pub const fn code(self) -> &'static str {
        match self {
            Self::What => "what",
            Self::Until => "until",
            Self::Expects => "expects",
            Self::Stands => "stands",
            Self::Store => "store",
            Self::Forbidden => "forbidden",
            Self::Ended => "ended",
            Self::Prove => "prove",
            Self::Form => "form",
        }
    }

    /// Parses the word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|problem| problem.code() == code)
    }
}

impl MaintenanceQuery {
    /// Reads a query string.
    pub fn parse(query: &str) -> Self {
        Self {
            problem: get(query, "problem").and_then(|code| MaintenanceProblem::parse(&code)),
            side: get(query, "side").and_then(|word| word.parse().ok()),
            what: get(query, "what").map(|text| kept(&text)),
            until: get(query, "until").map(|text| kept(&text)),
            expects: get(query, "expects").map(|names| names.split_whitespace().map(str::to_owned).collect()),
        }
    }

    /// The address of the maintenance page with it.
    pub fn address(&self, pair: &PairId) -> String {
        let mut out = Query::new(maintenance(pair));
        out.put("problem", self.problem.map(MaintenanceProblem::code));
        out.put("side", self.side.map(Color::as_str));
        out.put("what", self.what.as_deref().map(kept).as_deref());
        out.put("until", self.until.as_deref().map(kept).as_deref());
        out.put("expects", self.expects.as_ref().map(|names| kept(&names.join(" "))).as_deref());
        out.0
    }
}

/// As much of a text as an address carries back.
pub fn kept(text: &str) -> String {
    text.chars().take(KEPT).collect()
}

/// Reads the filters of the history page from its query. Dates are days in UTC; `until` is inclusive for
/// people and so ends a day later here.
pub fn history_query(query: &str) -> HistoryQuery {
    let word = |name| get(query, name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    HistoryQuery {
        kind: word("kind").and_then(|kind| Listed::parse(&kind)),
        actor: word("actor").map(|name| name.chars().take(200).collect()),
        color: word("color").and_then(|color| color.parse().ok()),
        from: word("from").and_then(|date| time::midnight(&date)),
        until: word("until").and_then(|date| time::midnight(&date)).map(|at| at + DAY),
        before: word("before").and_then(|seq| seq.parse().ok()),
    }
}

const DAY: teal_domain::Millis = teal_domain::Millis::from_secs(86_400);

/// The address of a history page (or, with another `base`, of its CSV) with these filters.
pub fn filtered(base: &str, query: &HistoryQuery) -> String {
    let mut out = Query::new(base.to_owned());
    out.put("kind", query.kind.map(Listed::as_str));
    out.put("actor", query.actor.as_deref());
    out.put("color", query.color.map(Color::as_str));
    out.put("from", query.from.map(time::date).as_deref());
    out.put("until", query.until.map(|at| time::date(at - DAY)).as_deref());
    out.put("before", query.before.map(|seq| seq.to_string()).as_deref());
    out.0
}

/// An address in the making.
struct Query(String);

impl Query {
    const fn new(base: String) -> Self {
        Self(base)
    }

    fn put(&mut self, name: &str, value: Option<&str>) {
        let Some(value) = value else { return };
        self.0.push(if self.0.contains('?') { '&' } else { '?' });
        self.0.push_str(name);
        self.0.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                self.0.push(char::from(byte));
            } else {
                // Writing into a string cannot fail.
                let _ = write!(self.0, "%{byte:02X}");
            }
        }
    }
}

/// The first value of a name in a query string, decoded; bytes that are no UTF-8 become the replacement sign.
pub fn get(query: &str, name: &str) -> Option<String> {
    let raw = query.split('&').find_map(|part| {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        (key == name).then_some(value)
    })?;
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = |digits: &[u8]| std::str::from_utf8(digits).ok().and_then(|text| u8::from_str_radix(text, 16).ok());
        match (first, tail) {
            (b'%', [a, b, after @ ..]) if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => {
                bytes.extend(hex(&tail[..2]));
                rest = after;
            }
            (b'+', after) => {
                bytes.push(b' ');
                rest = after;
            }
            (byte, after) => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dev() -> PairId {
        "dev".parse().expect("good")
    }

    #[test]
    fn what_was_typed_survives_the_way_through_the_address() {
        for reason in ["why & how = 100 %?#", "<script>alert(1)</script>", "Größe ↔ 大", "a+b c\nd\"'", ""] {
            let query = SwitchQuery {
                to: Some(Color::Green),
                problem: Some(SwitchProblem::Reason),
                reason: Some(reason.to_owned()),
                change_ref: Some(reason.to_owned()),
                after: Some(7),
            };
            let address = query.address(&dev());
            assert!(address.is_ascii() && !address.contains([' ', '<', '"', '\n']), "{address}");
            let (_, back) = address.split_once('?').expect("a query");
            assert_eq!(SwitchQuery::parse(back), query);
        }
    }

    #[test]
    fn a_declaration_survives_the_way_through_the_address() {
        for expects in [None, Some(vec![]), Some(vec!["class".to_owned(), "keys".to_owned()])] {
            let query = MaintenanceQuery {
                problem: Some(MaintenanceProblem::Until),
                side: Some(Color::Green),
                what: Some("2.11 → 3.0.6 & <more>".into()),
                until: Some("tomorrow?".into()),
                expects,
            };
            let address = query.address(&dev());
            assert!(address.is_ascii(), "{address}");
            assert_eq!(MaintenanceQuery::parse(address.split_once('?').expect("a query").1), query);
        }
    }

    #[test]
    fn an_address_carries_at_most_six_hundred_characters_of_a_reason() {
        let query = SwitchQuery { reason: Some("ü".repeat(10_000)), ..SwitchQuery::default() };
        let address = query.address(&dev());
        assert_eq!(address.matches("%C3%BC").count(), 600);
    }

    #[test]
    fn an_unknown_problem_is_no_problem() {
        assert_eq!(SwitchQuery::parse("to=purple&problem=you+are+hacked"), SwitchQuery::default());
        for problem in SwitchProblem::ALL {
            assert_eq!(SwitchProblem::parse(problem.code()), Some(problem));
        }
    }

    #[test]
    fn filters_survive_the_way_through_the_address() {
        let query = HistoryQuery {
            kind: Some(Listed::External),
            actor: Some("role/deploy & co".into()),
            color: Some(Color::Blue),
            from: time::midnight("2026-11-01"),
            until: time::midnight("2026-11-28"),
            before: Some(41),
        };
        let address = filtered("/p/dev/history", &query);
        assert!(address.contains("until=2026-11-27"), "the last day is included: {address}");
        assert_eq!(history_query(address.split_once('?').expect("a query").1), query);
    }

    #[test]
    fn a_span_and_a_month_survive_the_way_through_the_address_and_what_is_neither_is_left_out() {
        for span in Span::ALL {
            let query = MonitoringQuery { span, month: Month::parse("2026-02") };
            let address = query.address(&dev());
            assert_eq!(MonitoringQuery::parse(address.split_once('?').expect("a query").1), query);
        }
        assert_eq!(MonitoringQuery::parse("span=9y&month=soon"), MonitoringQuery::default());
    }

    #[test]
    fn empty_fields_of_the_filter_form_filter_nothing() {
        assert_eq!(history_query("kind=&actor=+&color=&from=&until=&before="), HistoryQuery::default());
        assert_eq!(history_query(""), HistoryQuery::default());
    }

    #[test]
    fn broken_escapes_are_taken_as_they_stand() {
        assert_eq!(get("a=%zz%4", "a").as_deref(), Some("%zz%4"));
        assert_eq!(get("a=%FF", "a").as_deref(), Some("\u{FFFD}"));
        assert_eq!(get("b", "a"), None);
    }
}
