//! `kind = "oidc"`: people sign in with a provider of OpenID Connect.

use teal_app::desk::Outage;
use teal_domain::Millis;

use super::{
    super::{
        durations::{self, Bounds},
        mistake::{Findings, Found, Origin, Reported, Wrong, quoted},
        reader::Section,
        rules,
    },
    Hidden, clients, groups, usual,
    words::{address, logout, parsed, public_url, word},
};
use crate::auth::{bearer::Scripts, provider::is_cognito, roles::GroupRole, sessions::Limits};

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
    /// What becomes of a switch that needs a younger sign-in while the provider is away.
    pub in_outage: Outage,
    /// What groups bring.
    pub roles: Vec<GroupRole>,
    /// The scripts that may come in.
    pub scripts: Scripts,
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

impl OidcConfig {
    /// Cognito has habits of its own.
    pub fn is_cognito(&self) -> bool {
        is_cognito(&self.issuer)
    }
}

/// The variable with the client's secret.
const SECRET: &str = "TEAL_CLIENT_SECRET";

pub(super) fn read(
    mut section: Section<'_, '_>,
    env: &dyn Fn(&str) -> Option<String>,
    findings: &Findings,
) -> Result<OidcConfig, Reported> {
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
    let limits = limits(&mut section);
    let in_outage = section.optional("emergency_in_outage", |text| match text {
        "allowed" => Ok(Outage::EmergencyGoes),
        "refused" => Ok(Outage::NothingGoes),
        _ => {
            let mend = "write \"allowed\" or \"refused\"";
            Err(Wrong::new(format!("{} says not what becomes of an emergency", quoted(text)), mend))
        }
    });
    let roles = groups(&mut section);
    let scripts = clients::read(&mut section, findings);
    section.finish_beside("kind = \"oidc\"", |_| "it belongs to kind = \"alb\"".into());

    let secret = file.and_then(|file| secret(file, env, findings));
    let issuer = issuer?.value;
    Ok(OidcConfig {
        public_url: public_url?.value,
        discovery: discovery?.map_or_else(|| issuer.clone(), |found| found.value),
        client_id: client_id?.value,
        client_secret: secret?,
        scopes: scopes?.unwrap_or_else(|| ["openid", "email", "profile"].map(str::to_owned).to_vec()),
        groups_claim: usual(groups_claim, &issuer, "cognito:groups", "groups")?,
        name_claim: usual(name_claim, &issuer, "cognito:username", "preferred_username")?,
        prompt: prompt?.map(|found| found.value),
        logout: logout?.map_or(Logout::Published, |found| found.value),
        limits: limits?,
        in_outage: in_outage?.map_or(Outage::EmergencyGoes, |found| found.value),
        roles: roles?,
        scripts: scripts?,
        issuer,
    })
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

fn limits(section: &mut Section<'_, '_>) -> Result<Limits, Reported> {
    let mut given = |bounds: &Bounds| -> Result<Option<Millis>, Reported> {
        let key = bounds.key.rsplit('.').next().unwrap_or(bounds.key);
        let found = section.optional(key, |text| bounds.parse(text))?;
        Ok(found.map(|found| millis(found.value)))
    };
    let mut span = |bounds: &Bounds| given(bounds).map(|span| span.unwrap_or_else(|| millis(bounds.default)));
    let (idle, lasts, refresh, outage) =
        (span(&durations::IDLE), span(&durations::LASTS), span(&durations::REFRESH), span(&durations::OUTAGE));
    let step_up = given(&durations::STEP_UP);
    Ok(Limits { idle: idle?, lasts: lasts?, refresh: refresh?, outage: outage?, step_up: step_up? })
}

fn millis(span: std::time::Duration) -> Millis {
    Millis(u64::try_from(span.as_millis()).unwrap_or(u64::MAX))
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
