//! `[pair.costs]`: what was planned to be paid for a pair, and by which tags what is paid for it is told apart.

use teal_domain::{
    bill::{Budget, Tags},
    cost::{Cents, Price, Quantity},
};

use super::{
    mistake::{Findings, Found, Reported, Wrong, quoted},
    reader::Section,
    shape::Part,
};

/// What config says of what a pair costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairCosts {
    /// What was planned for a month.
    pub budget: Option<Budget>,
    /// What an hour costs in which the platform fails.
    pub failed_hour: Option<Cents>,
    /// By which tags it is told apart what was paid for it.
    pub tags: Tags,
}

impl PairCosts {
    /// Nothing is planned, and the tags are the field's.
    pub fn by_convention(project: &str, environment: &str) -> Self {
        Self { budget: None, failed_hour: None, tags: Tags::by_convention(project, environment) }
    }
}

/// A section as read: what the tags say follows from the pair.
#[derive(Debug)]
pub(super) struct Read {
    budget: Option<Cents>,
    failed_hour: Option<Cents>,
    project: Option<String>,
    environment: Option<String>,
    side: Option<String>,
}

/// The largest sum that may be meant, in dollars: whatever is larger is a slip.
const MOST: i64 = 1_000_000_000;

/// Reads it.
pub(super) fn of_pair(mut section: Section<'_, '_>, findings: &Findings) -> Result<Read, Reported> {
    let budget = section.text_or_number("budget", dollars);
    let failed_hour = section.text_or_number("failed_hour", dollars);
    let mut tags = section.section("tags", Part::CostTags);
    let (project, environment) = (tags.optional("project", key), tags.optional("environment", key));
    let side = tags.optional("side", key);
    tags.finish();
    section.finish();

    let (project, environment, side) = (project?, environment?, side?);
    let usual = Tags::by_convention("", "");
    let name = |given: &Option<Found<String>>, usual: &str| {
        given.as_ref().map_or_else(|| usual.to_owned(), |it| it.value.clone())
    };
    let three = [name(&project, &usual.project.0), name(&environment, &usual.environment.0), name(&side, &usual.side)];
    let twice = |one: usize| three.iter().enumerate().any(|(other, key)| other != one && *key == three[one]);
    for (at, given) in [&project, &environment, &side].into_iter().enumerate() {
        if let (Some(given), true) = (given, twice(at)) {
            let what = format!("{} stands for two of the tags", quoted(&given.value));
            let mend = "give project, environment and side a tag each: one tag says one thing";
            return Err(findings.add(&given.origin, Wrong::new(what, mend)));
        }
    }
    let key = |found: Option<Found<String>>| found.map(|found| found.value);
    Ok(Read {
        budget: budget?.map(|found| found.value),
        failed_hour: failed_hour?.map(|found| found.value),
        project: key(project),
        environment: key(environment),
        side: key(side),
    })
}

impl Read {
    /// What it comes to for a pair of that project and environment.
    pub fn finish(self, project: &str, environment: &str) -> PairCosts {
        let mut tags = Tags::by_convention(project, environment);
        for (key, given) in [
            (&mut tags.project.0, self.project),
            (&mut tags.environment.0, self.environment),
            (&mut tags.side, self.side),
        ] {
            if let Some(given) = given {
                *key = given;
            }
        }
        PairCosts { budget: self.budget.map(|month| Budget { month }), failed_hour: self.failed_hour, tags }
    }
}

/// Dollars, whole or with cents.
fn dollars(text: &str) -> Result<Cents, Wrong> {
    let cents = text.split_once('.').is_none_or(|(_, cents)| (1..=2).contains(&cents.len()));
    let sum = Price::parse(text).filter(|_| cents).map(|price| price.times(Quantity::whole(1)));
    let says = |why: &str| {
        let what = format!("{} {why}", quoted(text));
        Err(Wrong::new(what, "write US dollars, whole or with cents, like \"1200.00\""))
    };
    match sum {
        None => says("is no sum"),
        Some(Cents(0)) => says("is nothing: leave it out where nothing is meant"),
        Some(Cents(cents)) if cents > MOST * 100 => says("is more than anybody pays"),
        Some(sum) => Ok(sum),
    }
}

/// The key of a tag: <https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html>
fn key(text: &str) -> Result<String, Wrong> {
    let good = |c: char| c.is_alphanumeric() || " _.:/=+-@".contains(c);
    if (1..=128).contains(&text.chars().count()) && text.trim() == text && text.chars().all(good) {
        return Ok(text.to_owned());
    }
    let what = format!("{} is no key of a tag", quoted(text));
    Err(Wrong::new(what, "write it as it stands in AWS: 1 to 128 letters, digits, spaces and _ . : / = + - @"))
}
