//! How people and scripts sign in, and what their groups bring.

mod alb;
mod clients;
mod oidc;
mod words;

use std::{collections::BTreeSet, fmt};

use teal_domain::{
    PairId, Role,
    access::{NotARole, Scope},
};

use self::words::word;
use super::{
    mistake::{Findings, Found, Reported, Wrong, quoted},
    reader::Section,
    rules,
    shape::Part,
};
use crate::auth::{
    provider::is_cognito,
    roles::{CallerRole, GroupRole},
};

pub use self::{
    alb::AlbConfig,
    oidc::{Logout, OidcConfig, Prompt},
};

/// How people sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInConfig {
    /// They do not: whoever reaches Teal is the person at this machine. On loopback only.
    Local,
    /// With a provider of OpenID Connect, such as Amazon Cognito.
    Oidc(Box<OidcConfig>),
    /// At an Application Load Balancer, which then says who they are.
    Alb(Box<AlbConfig>),
}

impl SignInConfig {
    /// Where browsers find Teal, once people sign in.
    pub fn public_url(&self) -> Option<&str> {
        match self {
            Self::Local => None,
            Self::Oidc(oidc) => Some(&oidc.public_url),
            Self::Alb(alb) => Some(&alb.public_url),
        }
    }
}

/// Something that no log may show.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(pub String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// How people sign in, and what callers of AWS may do at the command line.
type Read = (Result<SignInConfig, Reported>, Result<Vec<CallerRole>, Reported>);

/// Reads `[sign_in]`.
pub(super) fn read(mut section: Section<'_, '_>, env: &dyn Fn(&str) -> Option<String>, findings: &Findings) -> Read {
    let callers = section.sections("caller", Part::Caller);
    let callers = callers.and_then(|rows| rows.into_iter().map(caller).collect::<Result<Vec<_>, _>>());
    (people(section, env, findings), callers)
}

#[derive(Clone, Copy)]
enum Kind {
    Local,
    Oidc,
    Alb,
}

fn people(
    mut section: Section<'_, '_>,
    env: &dyn Fn(&str) -> Option<String>,
    findings: &Findings,
) -> Result<SignInConfig, Reported> {
    let kind = section.optional("kind", |text| match text {
        "local" => Ok(Kind::Local),
        "oidc" => Ok(Kind::Oidc),
        "alb" => Ok(Kind::Alb),
        _ => Err(Wrong::new(format!("{} is no way to sign in", quoted(text)), "write \"oidc\", \"alb\" or \"local\"")),
    })?;
    match kind.map_or(Kind::Local, |kind| kind.value) {
        Kind::Local => {
            // What stands there all the same is a mistake: somebody believes that it counts.
            section.finish_beside("kind = \"local\"", |_| {
                "write kind = \"oidc\" or \"alb\" for people to sign in, or remove it".into()
            });
            Ok(SignInConfig::Local)
        }
        Kind::Oidc => oidc::read(section, env, findings).map(|oidc| SignInConfig::Oidc(Box::new(oidc))),
        Kind::Alb => alb::read(section, findings).map(|alb| SignInConfig::Alb(Box::new(alb))),
    }
}

fn caller(mut section: Section<'_, '_>) -> Result<CallerRole, Reported> {
    let arn = section.needed("arn", "arn:aws:sts::123456789012:assumed-role/operators/*", |text| {
        let good = text.starts_with("arn:aws") && text.split(':').count() >= 6 && !text.contains(char::is_whitespace);
        let stars = text.trim_end_matches('*').contains('*');
        if good && !stars {
            return Ok(text.to_owned());
        }
        let mend = "write an ARN as `aws sts get-caller-identity` says it; a * may stand at its end";
        Err(Wrong::new(format!("{} is no caller of AWS", quoted(text)), mend))
    });
    let (role, scope) = (role(&mut section), scope(&mut section));
    section.finish();
    Ok(CallerRole { arn: arn?.value, role: role?, scope: scope? })
}

/// What groups bring.
fn groups(section: &mut Section<'_, '_>) -> Result<Vec<GroupRole>, Reported> {
    section.sections("role", Part::Role)?.into_iter().map(group).collect()
}

fn group(mut section: Section<'_, '_>) -> Result<GroupRole, Reported> {
    let group = section.needed("group", "teal-operators", word);
    let (role, scope) = (role(&mut section), scope(&mut section));
    section.finish();
    Ok(GroupRole { group: group?.value, role: role?, scope: scope? })
}

fn role(section: &mut Section<'_, '_>) -> Result<Role, Reported> {
    let role = section.needed("role", "operator", |text| {
        text.parse().map_err(|error: NotARole| Wrong::new(error.to_string(), "write one of them"))
    });
    role.map(|role| role.value)
}

fn scope(section: &mut Section<'_, '_>) -> Result<Scope, Reported> {
    let pairs = section.list("pairs", rules::pair_id)?;
    Ok(pairs.map_or(Scope::All, |pairs: Vec<PairId>| Scope::Only(BTreeSet::from_iter(pairs))))
}

/// What was given, or what is usual: with Cognito, or with anybody else.
fn usual(
    given: Result<Option<Found<String>>, Reported>,
    issuer: &str,
    cognito: &str,
    others: &str,
) -> Result<String, Reported> {
    let usual = if is_cognito(issuer) { cognito } else { others };
    Ok(given?.map_or_else(|| usual.to_owned(), |found| found.value))
}
