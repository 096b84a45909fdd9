//! The process: everything that does I/O (AWS, store, sign-in, HTTP, command line).

pub mod auth;
pub mod aws;
mod change_ref;
pub mod cli;
pub mod config;
pub mod desk;
pub mod engine;
mod hex;
pub mod http;
pub mod log;
pub mod marquez;
pub mod metrics;
mod request;
pub mod store;
pub mod traces;
