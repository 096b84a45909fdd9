//! How people sign in, and what their groups bring.

use std::{collections::BTreeSet, fmt};

use axum::http::Uri;
use teal_domain::{
    Millis, PairId, Role,
    access::{NotARole, Scope},
};

use super::{
    durations::{self, Bounds},
    mistake::{Findings, Found, Origin, Reported, Wrong, quoted},
    reader::Section,
    rules,
    shape::Part,
};
use crate::auth::{
    roles::{CallerRole, GroupRole},
    sessions::Limits,
};

/// How people sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInConfig {
    /// They do not: whoever reaches Teal is the person at this machine. On loopback only.
    Local,
    /// With a provider of OpenID Connect, such as Amazon Cognito.
    Oidc(Box<OidcConfig>),
}

/// The provider, and what Teal is to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcConfig {
    /// Where browsers find Teal: scheme, host and port.
    pub public_url: String,
    /// Who must have signed the tokens, to the letter.
    pub issuer: String,
    /// Where the provider describes itself: its issuer, unless it is reached by another address.
    pub discovery: String,
    /// Teal's name there.
    pub client_id: String,
    /// And its secret, if it has one.
    pub client_secret: Option<Hidden>,
    /// What is asked for.
    pub scopes: Vec<String>,
    /// The claim with the groups.
    pub groups_claim: String,
    /// The claim with the name that the journal writes down.
    pub name_claim: String,
    /// What it is told to ask people, whatever it remembers of them.
    pub prompt: Option<Prompt>,
    /// Where its session is ended.
    pub logout: Logout,
    /// How long sessions live.
    pub limits: Limits,
    /// What groups bring.
    pub roles: Vec<GroupRole>,
}

impl OidcConfig {
    /// Cognito has habits of its own.
    pub fn is_cognito(&self) -> bool {
        self.issuer.starts_with("https://cognito-idp.")
    }
}

/// What the provider asks people at each sign-in, though it may know the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// Who they are.
    Login,
    /// Whether they let Teal in. OpenID Connect wants it asked where `offline_access` is asked for.
    Consent,
    /// As which of the persons that it knows.
    SelectAccount,
}

/// Where the provider ends its own session, when somebody signs out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Logout {
    /// Where it says itself; with Cognito, at its `/logout`; else nowhere.
    Published,
    /// Nowhere: only Teal's session ends.
    Here,
    /// There.
    At(String),
}

/// Something that no log may show.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(pub String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// The variable with the client's secret.
const SECRET: &str = "TEAL_CLIENT_SECRET";

/// How people sign in, and what callers of AWS may do at the command line.
type Read = (Result<SignInConfig, Reported>, Result<Vec<CallerRole>, Reported>);

/// Reads `[sign_in]`.
pub(super) fn read(mut section: Section<'_, '_>, env: &dyn Fn(&str) -> Option<String>, findings: &Findings) -> Read {
    let callers = section.sections("caller", Part::Caller);
    let callers = callers.and_then(|rows| rows.into_iter().map(caller).collect::<Result<Vec<_>, _>>());
    (people(section, env, findings), callers)
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
    let (role, scope) = held(&mut section);
    section.finish();
    Ok(CallerRole { arn: arn?.value, role: role?, scope: scope? })
}

fn held(section: &mut Section<'_, '_>) -> (Result<Role, Reported>, Result<Scope, Reported>) {
    let role = section.needed("role", "operator", |text| {
        let wrong = |error: NotARole| Wrong::new(error.to_string(), "write one of them");
        text.parse::<Role>().map_err(wrong)
    });
    let pairs = section.list("pairs", rules::pair_id);
    let scope =
        pairs.map(|pairs| pairs.map_or(Scope::All, |pairs: Vec<PairId>| Scope::Only(BTreeSet::from_iter(pairs))));
    (role.map(|role| role.value), scope)
}

fn people(
    mut section: Section<'_, '_>,
    env: &dyn Fn(&str) -> Option<String>,
    findings: &Findings,
) -> Result<SignInConfig, Reported> {
    let kind = section.optional("kind", |text| match text {
        "local" | "oidc" => Ok(text == "oidc"),
        _ => Err(Wrong::new(format!("{} is no way to sign in", quoted(text)), "write \"oidc\" or \"local\"")),
    })?;
    if !kind.is_some_and(|kind| kind.value) {
        // The other keys are nothing to a local user: what stands there all the same is a mistake.
        section.finish_empty("they belong to kind = \"oidc\"");
        return Ok(SignInConfig::Local);
    }
    let public_url = section.needed("public_url", "https://teal.example.com", public_url);
    // To the letter: some end with a slash.
    let to_the_letter = |text: &str| parsed(text).map(|_| text.to_owned());
    let issuer =
        section.needed("issuer", "https://cognito-idp.us-east-2.amazonaws.com/us-east-2_AbCdEf123", to_the_letter);
    let discovery = section.optional("discovery", address);
    let client_id = section.needed("client_id", "1h57kf5cpq17m0eml12EXAMPLE", word);
    let file = section.optional("client_secret_file", rules::file);
    let groups_claim = section.optional("groups_claim", word);
    let name_claim = section.optional("name_claim", word);
    let prompt = section.optional("prompt", prompt);
    let logout = section.optional("logout", logout);
    let scopes = section.list("scopes", word);
    let mut span = |bounds: &Bounds| -> Result<Millis, Reported> {
        let key = bounds.key.rsplit('.').next().unwrap_or(bounds.key);
        let found = section.optional(key, |text| bounds.parse(text))?;
        let span = found.map_or(bounds.default, |found| found.value);
        Ok(Millis(u64::try_from(span.as_millis()).unwrap_or(u64::MAX)))
    };
    let idle = span(&durations::IDLE);
    let lasts = span(&durations::LASTS);
    let refresh = span(&durations::REFRESH);
    let outage = span(&durations::OUTAGE);
    let step_up = section
        .optional("step_up", |text| durations::STEP_UP.parse(text))
        .map(|found| found.map(|found| Millis(u64::try_from(found.value.as_millis()).unwrap_or(u64::MAX))));
    let rows = section.sections("role", Part::Role);
    section.finish();

    let roles = rows.and_then(|rows| rows.into_iter().map(role).collect::<Result<Vec<_>, _>>());
    let secret = file.and_then(|file| secret(file, env, findings));
    let (issuer, cognito) = match issuer {
        Ok(issuer) => {
            let cognito = issuer.value.starts_with("https://cognito-idp.");
            (Ok(issuer.value), cognito)
        }
        Err(reported) => (Err(reported), false),
    };
    let usual = |given: Result<Option<Found<String>>, Reported>, cognito_says: &str, else_: &str| {
        let usual = if cognito { cognito_says } else { else_ };
        Ok::<_, Reported>(given?.map_or_else(|| usual.to_owned(), |found| found.value))
    };
    let issuer = issuer?;
    Ok(SignInConfig::Oidc(Box::new(OidcConfig {
        public_url: public_url?.value,
        discovery: discovery?.map_or_else(|| issuer.clone(), |found| found.value),
        issuer,
        client_id: client_id?.value,
        client_secret: secret?,
        scopes: scopes?.unwrap_or_else(|| ["openid", "email", "profile"].map(str::to_owned).to_vec()),
        groups_claim: usual(groups_claim, "cognito:groups", "groups")?,
        name_claim: usual(name_claim, "cognito:username", "preferred_username")?,
        prompt: prompt?.map(|found| found.value),
        logout: logout?.map_or(Logout::Published, |found| found.value),
        limits: Limits { idle: idle?, lasts: lasts?, refresh: refresh?, outage: outage?, step_up: step_up? },
        roles: roles?,
    })))
}

fn role(mut section: Section<'_, '_>) -> Result<GroupRole, Reported> {
    let group = section.needed("group", "teal-operators", word);
    let (role, scope) = held(&mut section);
    section.finish();
    Ok(GroupRole { group: group?.value, role: role?, scope: scope? })
}

fn secret(
    file: Option<Found<std::path::PathBuf>>,
    env: &dyn Fn(&str) -> Option<String>,
    findings: &Findings,
) -> Result<Option<Hidden>, Reported> {
    if let Some(secret) = env(SECRET) {
        if secret.trim().is_empty() {
            return Err(findings.add(
                &Origin::Variable(SECRET),
                Wrong::new("it is set, but empty", "unset it, or give it the secret"),
            ));
        }
        return Ok(Some(Hidden(secret)));
    }
    let Some(file) = file else { return Ok(None) };
    match std::fs::read_to_string(&file.value) {
        Ok(text) if !text.trim().is_empty() => Ok(Some(Hidden(text.trim().to_owned()))),
        Ok(_) => Err(findings.add(&file.origin, Wrong::new("the file is empty", "put the client's secret into it"))),
        Err(error) => {
            let what = format!("{} cannot be read ({error})", file.value.display());
            Err(findings.add(&file.origin, Wrong::new(what, format!("let Teal's user read it, or set {SECRET}"))))
        }
    }
}

fn word(text: &str) -> Result<String, Wrong> {
    if text.trim().is_empty() || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(Wrong::new(format!("{} is no name", quoted(text)), "write it in one word, as the provider does"));
    }
    Ok(text.to_owned())
}

fn prompt(text: &str) -> Result<Prompt, Wrong> {
    match text {
        "login" => Ok(Prompt::Login),
        "consent" => Ok(Prompt::Consent),
        "select_account" => Ok(Prompt::SelectAccount),
        _ => {
            let mend = "write \"login\", \"consent\" or \"select_account\", or leave it out";
            Err(Wrong::new(format!("{} is nothing that a provider can be told to ask", quoted(text)), mend))
        }
    }
}

fn logout(text: &str) -> Result<Logout, Wrong> {
    if text == "here" { Ok(Logout::Here) } else { address(text).map(Logout::At) }
}

fn address(text: &str) -> Result<String, Wrong> {
    parsed(text).map(|_| text.trim_end_matches('/').to_owned())
}

fn public_url(text: &str) -> Result<String, Wrong> {
    let uri = parsed(text)?;
    if uri.path() != "/" || uri.query().is_some() {
        let mend = "write scheme, host and port only, such as https://teal.example.com";
        return Err(Wrong::new(format!("{} goes on after its host", quoted(text)), mend));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// `https`, or `http` on this machine: everything else could be read on the way.
fn parsed(text: &str) -> Result<Uri, Wrong> {
    let mend = "write an address with https, or with http and localhost";
    let uri: Uri = text.parse().map_err(|_| Wrong::new(format!("{} is no address", quoted(text)), mend))?;
    let local = uri.host().is_some_and(|host| {
        host == "localhost" || host.ends_with(".localhost") || host == "127.0.0.1" || host == "[::1]"
    });
    match uri.scheme_str() {
        Some("https") if uri.host().is_some() => Ok(uri),
        Some("http") if local => Ok(uri),
        Some("http") => Err(Wrong::new(format!("{} could be read on the way", quoted(text)), mend)),
        _ => Err(Wrong::new(format!("{} is no address", quoted(text)), mend)),
    }
}
