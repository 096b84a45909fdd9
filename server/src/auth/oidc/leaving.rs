//! Signing out at the provider too, by the browser (OpenID Connect RP-Initiated Logout), and where its pages are.

use openidconnect::url::{Origin, Url};

use super::{Oidc, kinds::Metadata};
use crate::config::Logout;

impl Oidc {
    /// Where the browser goes to be forgotten by the provider too. It is not told who leaves (`id_token_hint`): no
    /// token is ever sent by way of the browser, and the provider knows its own session.
    pub async fn forget(&self) -> Option<String> {
        let known = self.known.read().await.clone();
        let mut address = self.leaves_by(known.as_ref().map(|(metadata, _)| &**metadata))?;
        let back = format!("{}/signed-out", self.config.public_url);
        let name = if self.config.is_cognito() { "logout_uri" } else { "post_logout_redirect_uri" };
        address.query_pairs_mut().append_pair("client_id", &self.config.client_id).append_pair(name, &back);
        Some(address.to_string())
    }

    /// Where the provider's pages are, to which forms of ours lead on: for signing in and for signing out.
    pub fn origins(&self) -> Vec<String> {
        let known = self.known.try_read().ok().and_then(|known| known.clone());
        let metadata = known.as_ref().map(|(metadata, _)| &**metadata);
        let enters = metadata.map(|metadata| metadata.authorization_endpoint().url().clone());
        let mut origins: Vec<String> = [enters, self.leaves_by(metadata)]
            .into_iter()
            .flatten()
            .map(|address| address.origin())
            .filter(Origin::is_tuple)
            .map(|origin| origin.ascii_serialization())
            .collect();
        origins.dedup();
        origins
    }

    fn leaves_by(&self, metadata: Option<&Metadata>) -> Option<Url> {
        match (&self.config.logout, metadata) {
            (Logout::At(address), _) => address.parse().ok(),
            (Logout::Here, _) | (Logout::Published, None) => None,
            // Cognito's is where its pages are, and it asks for other words than the standard's.
            (Logout::Published, Some(metadata)) if self.config.is_cognito() => {
                metadata.authorization_endpoint().url().join("/logout").ok()
            }
            (Logout::Published, Some(metadata)) => {
                metadata.additional_metadata().end_session_endpoint.as_ref().map(|address| address.url().clone())
            }
        }
    }
}
