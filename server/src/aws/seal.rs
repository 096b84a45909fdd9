//! Marks in the place of values that may be secret: equal where the values are, and of no use to whoever sees them.

use std::sync::LazyLock;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Made anew by each process: both sides of a pair are read by the same one, and nobody can try values at home.
static KEY: LazyLock<[u8; 32]> = LazyLock::new(|| {
    let mut key = [0; 32];
    getrandom::fill(&mut key).expect("the operating system gives random bytes; without them nothing can be sealed");
    key
});

/// The mark of a value. The name goes into it too: that two options hold the same secret is told to nobody.
pub(super) fn mark(name: &str, value: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_slice()).expect("a key of any length will do for HMAC");
    mac.update(&(name.len() as u64).to_be_bytes());
    mac.update(name.as_bytes());
    mac.update(value.as_bytes());
    crate::hex::encode(&mac.finalize().into_bytes()[..16])
}

#[cfg(test)]
mod tests {
    use super::mark;

    #[test]
    fn marks_are_equal_for_the_same_value_of_the_same_option_and_for_nothing_else() {
        assert_eq!(mark("a", "hunter2"), mark("a", "hunter2"));
        assert_ne!(mark("a", "hunter2"), mark("a", "hunter3"));
        assert_ne!(mark("a", "hunter2"), mark("b", "hunter2"));
        assert_ne!(mark("ab", "c"), mark("a", "bc"));
        assert!(!mark("a", "hunter2").contains("hunter2"));
    }
}
