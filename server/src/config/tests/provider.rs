//! What the identity provider is told and where it is left.

use super::{PAIR, load, one};
use crate::config::{Logout, OidcConfig, Prompt, SignInConfig};

/// A file with a provider in lines 5 to 9, and this below it.
fn behind(rest: &str) -> String {
    format!(
        "{PAIR}[sign_in]\nkind = \"oidc\"\npublic_url = \"https://teal.example.com\"\n\
         issuer = \"https://login.example.com/\"\nclient_id = \"teal\"\n{rest}"
    )
}

fn oidc(rest: &str) -> OidcConfig {
    let SignInConfig::Oidc(oidc) = load(&behind(rest)).unwrap().sign_in else { panic!("not oidc") };
    *oidc
}

#[test]
fn an_issuer_keeps_its_slash_and_is_where_discovery_begins() {
    let oidc = oidc("");
    assert_eq!((&*oidc.issuer, &*oidc.discovery), ("https://login.example.com/", "https://login.example.com/"));
    assert_eq!((oidc.prompt, oidc.logout), (None, Logout::Published));
}

#[test]
fn people_are_asked_and_sent_away_as_configured() {
    for (text, prompt) in
        [("login", Prompt::Login), ("consent", Prompt::Consent), ("select_account", Prompt::SelectAccount)]
    {
        assert_eq!(oidc(&format!("prompt = \"{text}\"\n")).prompt, Some(prompt));
    }
    assert_eq!(oidc("logout = \"here\"\n").logout, Logout::Here);
    let there = "https://login.example.com/out";
    assert_eq!(oidc(&format!("logout = \"{there}\"\n")).logout, Logout::At(there.into()));
}

#[test]
fn a_provider_is_not_told_to_ask_nothing_and_nobody_is_sent_nowhere() {
    one(&behind("prompt = \"none\"\n"), "teal.toml:10:10: `none` is nothing that a provider can be told to ask");
    one(&behind("logout = \"there\"\n"), "teal.toml:10:10: `there` is no address");
}
