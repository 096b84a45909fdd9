//! `[[sign_in.client]]`: scripts that come with an access token.

use super::{
    super::{
        mistake::{Findings, Found, Reported, Wrong, quoted},
        reader::Section,
        shape::Part,
    },
    scope,
    words::word,
};
use crate::auth::bearer::{ScriptClient, Scripts};

/// What scopes begin with unless config says otherwise.
const PREFIX: &str = "teal";

/// Reads them all.
pub(super) fn read(section: &mut Section<'_, '_>, findings: &Findings) -> Result<Scripts, Reported> {
    let prefix = section.optional("scope_prefix", word);
    let rows = section.sections("client", Part::Client);
    let clients = rows.and_then(|rows| rows.into_iter().map(client).collect::<Result<Vec<_>, _>>());
    let prefix = prefix?.map_or_else(|| PREFIX.to_owned(), |found| found.value.trim_end_matches('/').to_owned());
    let clients = clients?;
    for (index, Found { value: client, origin }) in clients.iter().enumerate() {
        let before = clients[..index].iter().map(|found| &found.value);
        let what = |what: &str, word: &str| {
            Wrong::new(format!("two scripts have the {what} {}", quoted(word)), "name it once")
        };
        for twin in before {
            if twin.client_id == client.client_id {
                findings.add(origin, what("client_id", &client.client_id));
            }
            // The journal and the limits would take one for the other.
            if twin.name == client.name {
                findings.add(origin, what("name", &client.name));
            }
        }
    }
    Ok(Scripts { prefix, clients: clients.into_iter().map(|found| found.value).collect() })
}

fn client(mut section: Section<'_, '_>) -> Result<Found<ScriptClient>, Reported> {
    let client_id = section.needed("client_id", "3n4b5urk1ft4fl3mg5e62d9ado", word);
    let subject = section.optional("subject", word);
    let name = section.needed("name", "nightly deploys", name);
    let pairs = scope(&mut section);
    let people = section.list("people", person);
    section.finish();
    let Found { value: client_id, origin } = client_id?;
    let subject = subject?.map_or_else(|| client_id.clone(), |found| found.value);
    let (name, pairs, people) = (name?.value, pairs?, people?.unwrap_or_default());
    Ok(Found { value: ScriptClient { client_id, subject, name, pairs, people }, origin })
}

/// Somebody behind it, as the journal knows them.
fn person(text: &str) -> Result<String, Wrong> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 200 || text.chars().any(char::is_control) {
        let what = format!("{} cannot be the name of a person", quoted(text));
        return Err(Wrong::new(what, "write it as `name_claim` has it, and as the history shows it"));
    }
    Ok(text.to_owned())
}

/// What the journal calls it: for people, on one line.
fn name(text: &str) -> Result<String, Wrong> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 80 || text.chars().any(char::is_control) {
        let what = format!("{} cannot be the name of a script", quoted(text));
        return Err(Wrong::new(what, "use 1 to 80 characters on one line"));
    }
    Ok(text.to_owned())
}
