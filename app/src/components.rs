//! Parts of pages. Those that take a whole [`PairSnapshot`](teal_domain::PairSnapshot) are plain functions
//! over a reference, so that neither the server nor the browser copies a snapshot to draw it; the small ones
//! are components. None holds a signal: the same functions draw on the server and, again and again, in the
//! browser.

pub mod allowed;
pub mod bar;
pub mod checks;
pub mod facts;
pub mod headline;
pub mod icon;
pub mod mark;
pub mod overview;
pub mod recent;
pub mod side;
pub mod side_card;
pub mod when;
