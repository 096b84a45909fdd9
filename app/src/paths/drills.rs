//! Addresses of the pages about drills, and the form of a plan as an address carries it.

use super::{Query, get, kept};
use crate::desk::DrillForm;
use teal_domain::{OperationId, PairId};

/// `/p/{pair}/drills`
pub fn drills(pair: &PairId) -> String {
    format!("/p/{pair}/drills")
}

/// The same, with why nothing was done.
pub fn drills_again(pair: &PairId, problem: DrillProblem) -> String {
    let mut out = Query::new(drills(pair));
    out.put("problem", Some(problem.code()));
    out.0
}

/// `/p/{pair}/drills/plan`: the form, of a plan or of a new one.
pub fn drill_plan(pair: &PairId, plan: Option<OperationId>) -> String {
    let mut out = Query::new(format!("/p/{pair}/drills/plan"));
    out.put("plan", plan.map(|id| id.to_string()).as_deref());
    out.0
}

/// `/p/{pair}/drills/run/{seq}`
pub fn drill_run(pair: &PairId, seq: u64) -> String {
    format!("/p/{pair}/drills/run/{seq}")
}

/// Why nothing was done with a plan, where no field is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrillProblem {
    /// A field is: the page finds out which by itself.
    Field,
    /// Somebody was quicker, or it is not there any more, or another run is under way.
    Refused,
    /// The name was not typed as it is.
    Typed,
    /// The journal is away.
    Store,
    /// The person may not.
    Forbidden,
    /// The session had ended before the form came.
    Ended,
    /// The sign-in is too old.
    Prove,
}

impl DrillProblem {
    const ALL: [Self; 7] =
        [Self::Field, Self::Refused, Self::Typed, Self::Store, Self::Forbidden, Self::Ended, Self::Prove];

    /// The word in the address.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Refused => "refused",
            Self::Typed => "typed",
            Self::Store => "store",
            Self::Forbidden => "forbidden",
            Self::Ended => "ended",
            Self::Prove => "prove",
        }
    }

    /// Parses the word.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|problem| problem.code() == code)
    }
}

/// What a query of the form's page may hold: the form as it was filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DrillQuery {
    /// Why the form came back.
    pub problem: Option<DrillProblem>,
    /// The form, where anything of it was filled in.
    pub form: Option<DrillForm>,
    /// The plan that is to be changed.
    pub plan: Option<OperationId>,
}

/// The fields of the form, but for the pair: texts, then boxes.
const TEXTS: [&str; 18] = [
    "plan",
    "revision",
    "name",
    "kind",
    "when",
    "at",
    "cron",
    "rrule",
    "zone",
    "window",
    "late",
    "hold",
    "guards",
    "flip",
    "pickup",
    "owner",
    "notify",
    "change_ref",
];
const BOXES: [&str; 3] = ["flag_only", "nothing_missed", "nothing_red"];

impl DrillQuery {
    /// The names of all fields, for a form that asks while it is filled in.
    pub fn fields() -> String {
        [&TEXTS[..], &BOXES[..]].concat().join(" ")
    }

    /// Reads a query string.
    pub fn parse(query: &str, pair: &PairId) -> Self {
        let text = |name: &str| get(query, name).map(|text| text.chars().take(2_000).collect()).unwrap_or_default();
        let ticked = |name: &str| get(query, name).is_some_and(|word| word == "true");
        let form = DrillForm {
            pair: pair.to_string(),
            plan: text("plan"),
            revision: text("revision"),
            name: text("name"),
            kind: text("kind"),
            when: text("when"),
            at: text("at"),
            cron: text("cron"),
            rrule: text("rrule"),
            zone: text("zone"),
            window: text("window"),
            late: text("late"),
            hold: text("hold"),
            flag_only: ticked("flag_only"),
            guards: text("guards"),
            flip: text("flip"),
            pickup: text("pickup"),
            nothing_missed: ticked("nothing_missed"),
            nothing_red: ticked("nothing_red"),
            owner: text("owner"),
            notify: text("notify"),
            change_ref: text("change_ref"),
        };
        Self {
            problem: get(query, "problem").and_then(|code| DrillProblem::parse(&code)),
            plan: form.plan.parse().ok(),
            form: Some(form).filter(|form| !form.kind.is_empty()),
        }
    }

    /// The address of the form's page with it.
    pub fn address(form: &DrillForm, pair: &PairId, problem: DrillProblem) -> String {
        let mut out = Query::new(format!("/p/{pair}/drills/plan"));
        out.put("problem", Some(problem.code()));
        let texts = [
            &form.plan,
            &form.revision,
            &form.name,
            &form.kind,
            &form.when,
            &form.at,
            &form.cron,
            &form.rrule,
            &form.zone,
            &form.window,
            &form.late,
            &form.hold,
            &form.guards,
            &form.flip,
            &form.pickup,
            &form.owner,
            &form.notify,
            &form.change_ref,
        ];
        for (name, text) in TEXTS.into_iter().zip(texts).filter(|(_, text)| !text.is_empty()) {
            out.put(name, Some(&kept(text)));
        }
        let boxes = [form.flag_only, form.nothing_missed, form.nothing_red];
        for (name, _) in BOXES.into_iter().zip(boxes).filter(|(_, ticked)| *ticked) {
            out.put(name, Some("true"));
        }
        out.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_comes_back_from_its_address_as_it_was_filled_in() {
        let pair: PairId = "dev".parse().expect("a pair");
        let form = DrillForm {
            pair: "dev".into(),
            name: "Tuesday & <b>".into(),
            kind: "one-way".into(),
            when: "cron".into(),
            cron: "0 10 * * TUE".into(),
            guards: "errors before=wait\nlag during".into(),
            nothing_red: true,
            ..DrillForm::default()
        };
        let address = DrillQuery::address(&form, &pair, DrillProblem::Field);
        let (path, query) = address.split_once('?').expect("a query");
        assert_eq!(path, "/p/dev/drills/plan");
        let read = DrillQuery::parse(query, &pair);
        assert_eq!((read.problem, read.form), (Some(DrillProblem::Field), Some(form)));
        assert_eq!(DrillQuery::parse("plan=", &pair), DrillQuery::default(), "nothing was filled in");
    }
}
