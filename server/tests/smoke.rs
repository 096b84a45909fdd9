//! The smoke test of the standby, with Airflows in memory.

#[path = "follow/scene.rs"]
#[allow(dead_code, reason = "each test file uses its own part of this")]
mod scene;
mod smoke {
    pub mod begun;
    pub mod driven;
    pub mod switched;
    pub mod tested;
}
mod support;
