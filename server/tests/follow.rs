//! What follows a flip: DAGs, drain, watch, revert; with Airflows in memory that schedule, freeze and fail as the real
//! ones do.

mod follow {
    pub mod dags;
    pub mod going_back;
    pub mod interrupted;
    pub mod left;
    pub mod reverted;
    pub mod scene;
    pub mod seen;
    pub mod ticks;
    pub mod watched;
}
mod support;
