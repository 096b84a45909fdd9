//! The request that a task works on, for what is written down far from the router.

use std::future::Future;

tokio::task_local! {
    static HERE: Option<String>;
}

/// Works on a request that the log knows under this id.
pub async fn within<F: Future>(id: Option<String>, work: F) -> F::Output {
    HERE.scope(id, work).await
}

/// Its id, if there is a request.
pub fn here() -> Option<String> {
    HERE.try_with(Clone::clone).ok().flatten()
}
