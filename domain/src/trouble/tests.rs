//! Each trouble: found, not found, and not to be told.

mod dags;
mod fixture;
mod platform;
mod sides;
