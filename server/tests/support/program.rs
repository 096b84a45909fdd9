//! The real program.

use std::process::{Command, Stdio};

/// The program in a surrounding that knows nothing of this machine's AWS.
pub fn teal(endpoint: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_teal"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_") || name.starts_with("TEAL_")) {
        command.env_remove(name);
    }
    command
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("USER", "ana")
        .stdin(Stdio::null());
    command
}
