//! The pages, one file each. They run on the server only: what reacts in them is an island.

pub mod costs;
pub mod denials;
pub mod drills;
pub mod embed;
pub mod freezes;
pub mod guide;
pub mod history;
pub mod lineage;
pub mod maintenance;
pub mod monitoring;
pub mod overview;
pub mod problem;
pub mod record;
pub mod sessions;
pub mod shell;
pub mod switch;
pub mod topology;
pub mod trouble;
pub mod upgrade;
