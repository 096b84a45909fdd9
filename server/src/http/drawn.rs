//! Pages that were drawn a moment ago. When something changes, everybody who follows fetches the same page at
//! once: it is drawn once, and each answer gets a nonce of its own.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use teal_app::{
    desk::Identity,
    render::{Drawing, Rendered, View},
};
use teal_domain::Snapshot;

/// What is kept for a second is little, whatever addresses somebody makes up.
const MOST: usize = 128;

/// The pages of one moment.
#[derive(Debug, Default)]
pub struct Drawn(Mutex<Moment>);

#[derive(Debug, Default)]
struct Moment {
    /// They show one snapshot …
    snapshot: Option<Arc<Snapshot>>,
    /// … and ages in whole seconds.
    second: i64,
    pages: HashMap<(String, Identity), Arc<Drawing>>,
}

impl Drawn {
    /// The page at the view's address, drawn now if nobody has within this second.
    pub fn page(&self, view: &View<'_>, draw: impl FnOnce(&View<'_>) -> Rendered) -> Rendered {
        let key = (format!("{}?{}", view.path, view.query), view.who.clone());
        let second = view.now.0.div_euclid(1000);
        let known = {
            let mut moment = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let same = moment.second == second
                && moment.snapshot.as_ref().is_some_and(|snapshot| Arc::ptr_eq(snapshot, &view.snapshot));
            if !same {
                *moment = Moment { snapshot: Some(view.snapshot.clone()), second, pages: HashMap::new() };
            }
            moment.pages.get(&key).cloned()
        };
        if let Some(page) = known {
            return page.again();
        }
        let page = draw(view);
        let mut moment = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = moment.snapshot.as_ref().is_some_and(|snapshot| Arc::ptr_eq(snapshot, &view.snapshot));
        if same && moment.second == second && moment.pages.len() < MOST {
            moment.pages.insert(key, Arc::new(Drawing::from(&page)));
        }
        page
    }
}
