//! Who is asking: the person at this machine, or somebody for whom an identity provider vouches, by a session of
//! ours, by a load balancer's, or by an access token.

pub mod alb;
pub mod bearer;
mod http;
mod jws;
pub mod oidc;
pub mod provider;
pub mod roles;
pub mod sessions;
mod tokens;

use std::sync::Arc;

use teal_app::desk::Identity;
use teal_domain::{Actor, Grants, Via};

/// How people come in.
#[derive(Clone, Debug)]
pub enum SignIn {
    /// Everybody who reaches Teal is the person at this machine.
    Local(Identity),
    /// An identity provider vouches for them.
    Oidc(Arc<sessions::Sessions>),
    /// A load balancer says who they are.
    Alb(Arc<alb::Alb>),
}

impl SignIn {
    /// Where browsers find Teal, once people sign in.
    pub fn public_url(&self) -> Option<&str> {
        match self {
            Self::Local(_) => None,
            Self::Oidc(sessions) => Some(&sessions.oidc.config().public_url),
            Self::Alb(alb) => Some(&alb.config().public_url),
        }
    }

    /// Where the pages of whoever vouches are, to which forms of ours lead on.
    pub fn origins(&self) -> Vec<String> {
        match self {
            Self::Local(_) => Vec::new(),
            Self::Oidc(sessions) => sessions.oidc.origins(),
            Self::Alb(alb) => alb.origins(),
        }
    }

    /// The door for scripts.
    pub fn bearer(&self) -> Option<&bearer::Bearer> {
        match self {
            Self::Local(_) => None,
            Self::Oidc(sessions) => Some(&sessions.bearer),
            Self::Alb(alb) => Some(alb.bearer()),
        }
    }
}

/// The person at this machine, by the name under which the operating system knows them.
pub fn local(via: Via) -> Identity {
    let name = ["USER", "LOGNAME"]
        .iter()
        .filter_map(|key| std::env::var(key).ok())
        .find(|name| !name.trim().is_empty())
        .unwrap_or_else(|| format!("uid-{}", rustix::process::getuid().as_raw()));
    Identity::trusted(Actor { name: plain(&name), via, subject: None }, Grants::everything())
}

/// A name on one line, of a length that fits: it goes into the journal and into logs.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(128).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_on_one_line() {
        assert_eq!(plain("ana\r\nroot"), "anaroot");
        assert_eq!(plain(&"x".repeat(1000)).len(), 128);
    }
}
