//! Who is asking. Until sign-in exists, Teal listens on loopback only and the actor is the local user.

use teal_app::desk::Identity;
use teal_domain::{Actor, Grants, Via};

/// The person at this machine, by the name under which the operating system knows them.
pub fn local(via: Via) -> Identity {
    let name = ["USER", "LOGNAME"]
        .iter()
        .filter_map(|key| std::env::var(key).ok())
        .find(|name| !name.trim().is_empty())
        .unwrap_or_else(|| format!("uid-{}", rustix::process::getuid().as_raw()));
    Identity { actor: Actor { name: plain(&name), via }, grants: Grants::everything() }
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
