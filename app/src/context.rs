//! What `server` puts into context for a server function, beside `Arc<dyn Desk>` and
//! [`Identity`](crate::desk::Identity).

use std::{fmt, sync::Arc};

/// Sends the browser to an address of ours once the server function has answered. How (a `Location` header,
/// or one that the script reads) is the server's business.
#[derive(Clone)]
pub struct Redirector(pub Arc<dyn Fn(&str) + Send + Sync>);

impl fmt::Debug for Redirector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redirector")
    }
}

/// Whether the form was posted by the browser itself, without script: its `Accept` header names `text/html`.
/// Then a refusal has to travel in an address, because nobody reads the answer's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plain(pub bool);
