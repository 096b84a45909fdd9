//! Signing out at the provider too, by the browser (OpenID Connect RP-Initiated Logout), and where its pages are.

use openidconnect::url::{Origin, Url};

use super::{Metadata, Provider, is_cognito};
use crate::config::Logout;

impl Provider {
    /// Where the browser goes to be forgotten by it too. It is not told who leaves (`id_token_hint`): no token is ever
    /// sent by way of the browser, and it knows its own session.
    pub fn way_out(&self, logout: &Logout, client_id: &str, public_url: &str) -> Option<String> {
        let known = self.known().map(|(metadata, _)| metadata);
        let mut address = self.leaves_by(logout, known.as_deref())?;
        let back = format!("{public_url}/signed-out");
        let name = if is_cognito(&self.issuer) { "logout_uri" } else { "post_logout_redirect_uri" };
        address.query_pairs_mut().append_pair("client_id", client_id).append_pair(name, &back);
        Some(address.to_string())
    }

    /// Where its pages are, to which forms of ours lead on: for signing in and for signing out.
    pub fn origins(&self, logout: &Logout) -> Vec<String> {
        let known = self.known().map(|(metadata, _)| metadata);
        let enters = known.as_ref().map(|metadata| metadata.authorization_endpoint().url().clone());
        let mut origins: Vec<String> = [enters, self.leaves_by(logout, known.as_deref())]
            .into_iter()
            .flatten()
            .map(|address| address.origin())
            .filter(Origin::is_tuple)
            .map(|origin| origin.ascii_serialization())
            .collect();
        origins.dedup();
        origins
    }

    fn leaves_by(&self, logout: &Logout, metadata: Option<&Metadata>) -> Option<Url> {
        match (logout, metadata) {
            (Logout::At(address), _) => address.parse().ok(),
            (Logout::Here, _) | (Logout::Published, None) => None,
            // Cognito's is where its pages are, and it asks for other words than the standard's.
            (Logout::Published, Some(metadata)) if is_cognito(&self.issuer) => {
                metadata.authorization_endpoint().url().join("/logout").ok()
            }
            (Logout::Published, Some(metadata)) => {
                metadata.additional_metadata().end_session_endpoint.as_ref().map(|address| address.url().clone())
            }
        }
    }
}
