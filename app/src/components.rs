//! Parts of pages. Those that take a whole [`PairSnapshot`](teal_domain::PairSnapshot) are plain functions over a
//! reference, so that it is not copied to be drawn; the small ones are components. None holds a signal. Only what
//! islands use too is built for the browser.

#[cfg(feature = "ssr")]
pub mod allowed;
#[cfg(feature = "ssr")]
pub mod bar;
#[cfg(feature = "ssr")]
pub mod chart;
#[cfg(feature = "ssr")]
pub mod checks;
#[cfg(feature = "ssr")]
pub mod course;
#[cfg(feature = "ssr")]
pub mod facts;
#[cfg(feature = "ssr")]
pub mod frame;
#[cfg(feature = "ssr")]
pub mod freezes;
#[cfg(feature = "ssr")]
pub mod headline;
pub mod icon;
#[cfg(feature = "ssr")]
pub mod lineage;
#[cfg(feature = "ssr")]
pub mod maintenance;
pub mod mark;
#[cfg(feature = "ssr")]
pub mod misplaced;
#[cfg(feature = "ssr")]
pub mod overview;
#[cfg(feature = "ssr")]
pub mod platform;
#[cfg(feature = "ssr")]
pub mod recent;
#[cfg(feature = "ssr")]
pub mod runbook;
#[cfg(feature = "ssr")]
pub mod session;
pub mod side;
#[cfg(feature = "ssr")]
pub mod side_card;
#[cfg(feature = "ssr")]
pub mod skip;
#[cfg(feature = "ssr")]
pub mod smoke;
pub mod when;
