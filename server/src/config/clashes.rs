//! What is wrong with pairs only when they are seen together: two of one name, on one flag, in one environment.

use std::collections::BTreeMap;

use super::{
    mistake::{Findings, Found, Origin, Wrong, quoted},
    pairs::Draft,
};

/// Whose resources a pair means.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    Account(String),
    /// The account of the default credentials, whichever that is.
    DefaultCredentials,
}

impl Owner {
    fn shown(&self) -> String {
        match self {
            Self::Account(account) => format!("account {account}"),
            Self::DefaultCredentials => "the account of the default credentials".to_owned(),
        }
    }
}

/// Reports every pair that stands in another one's way.
pub(super) fn check(pairs: &[Draft], findings: &Findings) {
    same_id(pairs, findings);
    for pair in pairs {
        role_of_another_account(pair, findings);
    }
    let default_account = account_of_default_credentials(pairs, findings);
    let mut flags = BTreeMap::new();
    let mut environments = BTreeMap::new();
    for pair in pairs {
        let (Some(owner), Ok(region)) = (owner(pair, default_account.as_deref()), &pair.region) else { continue };
        let place = (owner, region.value.as_str());
        if let Ok(flag) = &pair.flag {
            // Parameter Store gives `flag` and `/flag` one and the same ARN.
            let key = (place.clone(), flag.value.trim_start_matches('/'));
            if let Some(first) = flags.insert(key, flag) {
                one_flag(flag, first, &place, findings);
            }
        }
        for (color, environment) in [("blue", &pair.blue), ("green", &pair.green)] {
            let Ok(environment) = environment else { continue };
            let key = (place.clone(), environment.value.as_str());
            if let Some((first_color, first)) = environments.insert(key, (color, environment)) {
                one_environment((color, environment), (first_color, first), &place, findings);
            }
        }
    }
}

fn same_id(pairs: &[Draft], findings: &Findings) {
    let mut seen = BTreeMap::new();
    for id in pairs.iter().filter_map(|pair| pair.id.as_ref().ok()) {
        if let Some(first) = seen.insert(&id.value, &id.origin) {
            let what = format!("two pairs are called {}, here and at {first}", quoted(id.value.as_str()));
            findings.add(&id.origin, Wrong::new(what, "give one of them another `id`"));
        }
    }
}

fn role_of_another_account(pair: &Draft, findings: &Findings) {
    if let (Ok(Some(account)), Ok(Some(role))) = (&pair.account, &pair.role)
        && account.value != role.value.account
    {
        let what = format!("account {} is not the role's, which is {}", account.value, role.value.account);
        findings.add(&account.origin, Wrong::new(what, "mend one of the two, or leave `account` out"));
    }
}

/// The account that the pairs without a role name. There is one set of default credentials, so there is one.
fn account_of_default_credentials(pairs: &[Draft], findings: &Findings) -> Option<String> {
    let mut first: Option<&Found<String>> = None;
    for pair in pairs {
        let (Ok(Some(account)), Ok(None)) = (&pair.account, &pair.role) else { continue };
        match first {
            None => first = Some(account),
            Some(first) if first.value == account.value => {}
            Some(first) => {
                let (one, other) = (&account.value, &first.value);
                let what = format!(
                    "account {one} here and account {other} at {} are both without a role, and the default \
                     credentials belong to one account",
                    first.origin
                );
                findings.add(&account.origin, Wrong::new(what, "give one of them its `assume_role_arn`"));
            }
        }
    }
    first.map(|account| account.value.clone())
}

/// Whose the pair is; nothing if that was reported as wrong.
fn owner(pair: &Draft, default_account: Option<&str>) -> Option<Owner> {
    let (Ok(account), Ok(role)) = (&pair.account, &pair.role) else { return None };
    Some(match (role, account) {
        (Some(role), _) => Owner::Account(role.value.account.clone()),
        (None, Some(account)) => Owner::Account(account.value.clone()),
        (None, None) => default_account.map_or(Owner::DefaultCredentials, |known| Owner::Account(known.to_owned())),
    })
}

fn one_flag(flag: &Found<String>, first: &Found<String>, place: &(Owner, &str), findings: &Findings) {
    let what = format!(
        "two pairs have the flag {} of {} in {}, here and at {}: a switch of one would switch the other",
        quoted(&flag.value),
        place.0.shown(),
        place.1,
        first.origin
    );
    findings.add(&flag.origin, Wrong::new(what, "give one of them its own `flag` in [pair.names]"));
}

type Side<'a> = (&'static str, &'a Found<String>);

fn one_environment(here: Side<'_>, first: Side<'_>, place: &(Owner, &str), findings: &Findings) {
    let ((color, environment), (first_color, first)) = (here, first);
    let what = format!(
        "the environment {} of {} in {} is used twice, as {color} here and as {first_color} at {}",
        quoted(&environment.value),
        place.0.shown(),
        place.1,
        first.origin
    );
    findings.add(blame(environment, first), Wrong::new(what, "name another for one of them in [pair.names]"));
}

/// The later of two places: the one that somebody added.
fn blame<'a>(one: &'a Found<String>, other: &'a Found<String>) -> &'a Origin {
    (&one.origin).max(&other.origin)
}
