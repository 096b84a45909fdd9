//! What the command line and the environment may say instead of the file, and which of them wins.

use super::mistake::{Findings, Found, Origin, Reported, Wrong};

/// The flags that stand above environment and file. Texts, not values: they are checked together with the
/// rest, so that one look shows every mistake.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct Overrides {
    /// Where to listen: an address of this machine alone, and a port.
    #[arg(long, value_name = "ADDRESS:PORT", help = "Where to listen, on loopback [env: TEAL_LISTEN]")]
    pub listen: Option<String>,
    /// The folder of the pages' static files.
    #[arg(long, value_name = "FOLDER", help = "The folder of the pages' static files [env: TEAL_SITE]")]
    pub site: Option<String>,
    /// The file of the store.
    #[arg(long, value_name = "FILE", help = "The file of the store [env: TEAL_STORE_PATH]")]
    pub store_path: Option<String>,
}

/// A setting that may come from all three.
#[derive(Debug)]
pub(super) struct Setting<'a> {
    flag: (&'static str, Option<&'a str>),
    variable: (&'static str, Option<String>),
}

impl<'a> Setting<'a> {
    pub fn new(
        flag: (&'static str, Option<&'a String>),
        variable: &'static str,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Self {
        Self { flag: (flag.0, flag.1.map(String::as_str)), variable: (variable, env(variable)) }
    }

    /// The flag, else the environment, else the file. All that is given is checked, also what does not win:
    /// it would win on the day when the other one is gone.
    pub fn over<T>(
        self,
        file: Result<Option<Found<T>>, Reported>,
        findings: &Findings,
        rule: impl Fn(&str) -> Result<T, Wrong>,
    ) -> Result<Option<Found<T>>, Reported> {
        let check = |text: Option<&str>, origin: Origin| match text.map(&rule).transpose() {
            Ok(value) => Ok(value.map(|value| Found { value, origin })),
            Err(wrong) => Err(findings.add(&origin, wrong)),
        };
        let flag = check(self.flag.1, Origin::Flag(self.flag.0));
        let variable = check(self.variable.1.as_deref(), Origin::Variable(self.variable.0));
        Ok(flag?.or(variable?).or(file?))
    }
}
