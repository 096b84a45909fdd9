//! `[pair.lineage]`: where the lineage service is opened and asked, and what each side writes into.

use teal_domain::lineage::{Setup, WebAddress};

use super::{
    mistake::{Findings, Found, Reported, Wrong, quoted},
    policy::web_address,
    reader::Section,
    shape::Part,
};

/// A section as read: its defaults follow from the pair.
#[derive(Debug)]
pub(super) struct Read {
    public: Result<Option<Found<WebAddress>>, Reported>,
    api: Result<Option<Found<WebAddress>>, Reported>,
    health: Result<Option<Found<String>>, Reported>,
    blue: Result<Option<Found<String>>, Reported>,
    green: Result<Option<Found<String>>, Reported>,
}

/// Reads it. `old` is where the health was told before there was this section: `lineage_health_url` of the pair.
pub(super) fn read(
    mut section: Section<'_, '_>,
    old: Result<Option<Found<String>>, Reported>,
    findings: &Findings,
) -> Read {
    let public = section.optional("public_url", home);
    let api = section.optional("api_url", home);
    let health = match (old, section.optional("health_url", web_address)) {
        (Ok(Some(old)), Ok(Some(_))) => {
            let what = "the health of the lineage service is told twice";
            let mend = "keep `health_url` of [pair.lineage], and remove `lineage_health_url`";
            Err(findings.add(&old.origin, Wrong::new(what, mend)))
        }
        (Ok(old), Ok(new)) => Ok(new.or(old)),
        (Err(reported), _) | (_, Err(reported)) => Err(reported),
    };
    let mut namespaces = section.section("namespaces", Part::Namespaces);
    let (blue, green) = (namespaces.optional("blue", namespace), namespaces.optional("green", namespace));
    namespaces.finish();
    section.finish();
    Read { public, api, health, blue, green }
}

impl Read {
    /// What it comes to for a pair of that project and environment.
    pub fn finish(self, project: &str, environment: &str) -> Result<Setup, Reported> {
        let usual = |color: &str| format!("{project}-{color}-{environment}");
        Ok(Setup {
            public: self.public?.map(|found| found.value),
            api: self.api?.map(|found| found.value),
            health: self.health?.map(|found| found.value),
            blue: self.blue?.map_or_else(|| usual("blue"), |found| found.value),
            green: self.green?.map_or_else(|| usual("green"), |found| found.value),
        })
    }
}

/// Where a web site is: paths are put behind it.
fn home(text: &str) -> Result<WebAddress, Wrong> {
    web_address(text)?;
    WebAddress::parse(text).ok_or_else(|| {
        let what = format!("{} is more than where something is", quoted(text));
        Wrong::new(what, "write scheme, host and port like \"http://marquez.internal:5000\", without a query")
    })
}

/// What Marquez takes for a namespace: `NamespaceName` in its source.
fn namespace(text: &str) -> Result<String, Wrong> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b":;=/_-.@+".contains(&byte);
    if (1..=1024).contains(&text.len()) && text.bytes().all(legal) && !matches!(text, "." | "..") {
        return Ok(text.to_owned());
    }
    let what = format!("{} is no namespace that Marquez takes", quoted(text));
    Err(Wrong::new(what, "write it as it stands in `openlineage.namespace`: letters, digits and : ; = / _ - . @ +"))
}
