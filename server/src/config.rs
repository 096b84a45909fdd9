//! What Teal is told: `teal.toml`, environment and flags, checked whole at start.
//!
//! Every mistake is named with its line and a mend, all of them in one go, and nothing that is wrong is
//! replaced by a default. Flags beat the environment, which beats the file, which beats the defaults. What
//! each key means stands in `docs/configuration.md`.

mod clashes;
mod costs;
mod durations;
mod embed;
mod endpoints;
mod freezes;
mod lineage;
mod mistake;
mod near;
mod overrides;
mod pairs;
mod policy;
mod reader;
mod rules;
mod shape;
mod sign_in;
mod store;
#[cfg(test)]
mod tests;
mod traces;

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use ipnet::IpNet;
use teal_domain::home::{self, Home, Kept};

use self::{
    durations::Bounds,
    mistake::{Findings, Reported},
    overrides::Setting,
    pairs::Draft,
    reader::{Section, Source},
    shape::Part,
};

use crate::auth::roles::CallerRole;

#[cfg(test)]
pub use self::tests::{example_freezes, example_pair};
pub use self::{
    costs::PairCosts,
    embed::EmbedConfig,
    freezes::{Cron, FreezeRule, Lasts, Rule, When as FreezeWhen},
    mistake::{Mistake, Mistakes, Origin},
    overrides::Overrides,
    pairs::PairConfig,
    sign_in::{AlbConfig, Hidden, Logout, OidcConfig, Prompt, SignInConfig},
    store::{StoreConfig, check_store_place},
    traces::TracesConfig,
};
pub(crate) use self::{
    freezes::{any_cron, any_rule, local, zone},
    mistake::Wrong,
};

/// A small file that works, to begin with.
pub const EXAMPLE: &str = r#"[[pair]]
project = "mwaa-openlineage"
environment = "dev"
region = "us-east-2"
"#;

/// Where the pages are served unless somebody says otherwise.
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 3000);

/// Everything that Teal is told, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where to listen: on loopback only, unless people sign in.
    pub listen: SocketAddr,
    /// Where Teal tells its figures, if it does.
    pub metrics: Option<SocketAddr>,
    /// The folder of the static files.
    pub site: PathBuf,
    /// Where the store is kept.
    pub store: StoreConfig,
    /// How often AWS is asked.
    pub polling: Polling,
    /// How long a put that was not answered may still land.
    pub grace: Duration,
    /// Whether `CloudTrail` may be asked how an external change was made.
    pub cloudtrail: bool,
    /// Whether Cost Explorer may be asked what was paid: each request costs a cent.
    pub actual_costs: bool,
    /// Whether the AWS Price List is asked for list prices.
    pub list_prices: bool,
    /// The AWS region that Teal runs in, where somebody says so.
    pub runs_in: Option<String>,
    /// The proxies that are believed when they say where a request comes from.
    pub trusted_proxies: Vec<IpNet>,
    /// How people sign in.
    pub sign_in: SignInConfig,
    /// Whose pages may show a pair in a frame.
    pub embed: EmbedConfig,
    /// Where traces are sent, if they are.
    pub traces: Option<TracesConfig>,
    /// What callers of AWS may do at the command line.
    pub callers: Vec<CallerRole>,
    /// The pairs, in the order of the file; at least one.
    pub pairs: Vec<PairConfig>,
}

/// How often AWS is asked, and for how long one answer is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polling {
    /// Between two reads of a flag, at best: many pairs of one account and region stretch it.
    pub flag: Duration,
    /// Between two reads of an environment.
    pub environments: Duration,
    /// Between two looks at what surrounds the flag.
    pub surroundings: Duration,
    /// For one request.
    pub request_timeout: Duration,
}

impl Config {
    /// Reads and checks the file, the environment (through `env`, which gives a variable's value) and the
    /// flags. Relative paths mean what they mean in the working directory.
    ///
    /// # Errors
    /// Every mistake that there is, in one go.
    pub fn load(
        file: Option<&Path>,
        env: &dyn Fn(&str) -> Option<String>,
        flags: &Overrides,
    ) -> Result<Self, Mistakes> {
        let findings = Findings::default();
        let text = file.and_then(|file| read(file, &findings));
        if file.is_none() {
            let mend = format!("write a teal.toml and name it with --config, for instance\n\n{EXAMPLE}");
            findings.add(&Origin::Default, Wrong::new("no file was given, so there is no pair", mend));
        }
        let (file, text) = (file.unwrap_or(Path::new("")), text.unwrap_or_default());
        let config = check(file, &text, env, flags, &findings);
        findings.judge(config)
    }

    /// Where Teal itself stands, as far as all this says so.
    pub fn home(&self) -> Home {
        let sign_in = match &self.sign_in {
            SignInConfig::Local => home::SignIn::Nobody,
            SignInConfig::Oidc(oidc) => home::SignIn::at(&oidc.issuer),
            SignInConfig::Alb(alb) => home::SignIn::behind(&alb.alb_arn, &alb.issuer),
        };
        Home { region: self.runs_in.clone(), store: Kept::File, sign_in }
    }
}

fn read(file: &Path, findings: &Findings) -> Option<String> {
    let (what, mend) = match std::fs::read(file).map(String::from_utf8) {
        Ok(Ok(text)) => return Some(text),
        Ok(Err(error)) => {
            let before = error.utf8_error().valid_up_to();
            let line = String::from_utf8_lossy(&error.as_bytes()[..before]).matches('\n').count() + 1;
            (format!("line {line} is not UTF-8"), "save the file as UTF-8".to_owned())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            ("there is no such file".to_owned(), format!("make it, for instance with this in it\n\n{EXAMPLE}"))
        }
        Err(error) => (format!("the file cannot be read ({error})"), "let Teal's user read it".to_owned()),
    };
    findings.add(&Origin::WholeFile(file.to_owned()), Wrong { what, mend });
    None
}

fn check(
    file: &Path,
    text: &str,
    env: &dyn Fn(&str) -> Option<String>,
    flags: &Overrides,
    findings: &Findings,
) -> Result<Config, Reported> {
    let readable = findings.is_empty();
    let mut source = Source::new(file, text, findings);
    let tree = source.parse();
    let complete = readable && findings.is_empty();
    let mut top = Section::new(&source, Part::Top, 0, tree.as_ref().map(toml::Spanned::get_ref));

    let (sign_in, callers) = sign_in::read(top.section("sign_in", Part::SignIn), env, findings);
    let listen_rule = match &sign_in {
        Ok(SignInConfig::Local) => rules::listen,
        // Whoever signs in may come from anywhere.
        Ok(SignInConfig::Oidc(_) | SignInConfig::Alb(_)) | Err(_) => rules::anywhere,
    };
    let listen = Setting::new(("--listen", flags.listen.as_ref()), "TEAL_LISTEN", env);
    let listen = listen.over(top.optional("listen", listen_rule), findings, listen_rule);
    let metrics = top.optional("metrics", rules::anywhere);
    let site = Setting::new(("--site", flags.site.as_ref()), "TEAL_SITE", env);
    let site = site.over(top.optional("site", rules::path), findings, rules::path);
    let grace = duration(&mut top, "grace", &durations::GRACE);
    let cloudtrail = top.truth("cloudtrail");
    let runs_in = top.optional("runs_in", rules::region);
    let trusted_proxies = top.list("trusted_proxies", rules::proxies);

    let embed = embed::read(top.section("embed", Part::Embed), sign_in.as_ref(), findings);

    // One that could not be read may name some.
    let no_proxy = matches!(&trusted_proxies, Ok(proxies) if proxies.as_ref().is_none_or(Vec::is_empty));
    let traces = traces::read(top.section("traces", Part::Traces), !no_proxy, env, findings);

    let mut costs = top.section("costs", Part::Costs);
    let actual_costs = costs.truth("actual");
    let list_prices = costs.truth("list_prices");
    costs.finish();

    endpoints::check(env, findings);

    let mut store = top.section("store", Part::Store);
    let store_path = Setting::new(("--store-path", flags.store_path.as_ref()), "TEAL_STORE_PATH", env);
    let store_path = store_path.over(store.optional("path", rules::file), findings, rules::file);
    let spool = store.optional("spool", rules::path);
    store.finish();

    let mut polling = top.section("polling", Part::Polling);
    let flag = duration(&mut polling, "flag", &durations::FLAG);
    let environments = duration(&mut polling, "environments", &durations::ENVIRONMENTS);
    let surroundings = duration(&mut polling, "surroundings", &durations::SURROUNDINGS);
    let request_timeout = duration(&mut polling, "request_timeout", &durations::REQUEST);
    polling.finish();

    let sections = top.sections("pair", Part::Pair);
    top.finish();
    let drafts = sections.map(|all| all.into_iter().map(|one| Draft::read(one, findings)).collect::<Vec<_>>());
    // What could not be read may hold the pair, or the name that keeps two apart.
    if let (true, Ok(drafts)) = (complete, &drafts) {
        clashes::check(drafts, findings);
        policy::check_proven(drafts.iter().map(Draft::proven), findings);
        if drafts.is_empty() {
            let mend = format!("add one, for instance\n\n{EXAMPLE}");
            findings.add(&Origin::WholeFile(file.to_owned()), Wrong::new("there is no pair", mend));
        }
    }

    if let (Ok(Some(metrics)), Ok(listen)) = (&metrics, &listen) {
        let pages = listen.as_ref().map_or(DEFAULT_LISTEN, |listen| listen.value);
        if metrics.value == pages && pages.port() != 0 {
            let what = format!("{pages} is where the pages are served");
            findings
                .add(&metrics.origin, Wrong::new(what, "tell the figures on another port, like \"127.0.0.1:9464\""));
        }
    }
    let store = store_path.and_then(|path| {
        let (path, origin) = path.map_or((PathBuf::from("teal.db"), Origin::Default), |f| (f.value, f.origin));
        let spool = spool?.map_or_else(|| StoreConfig::default_spool(&path), |spool| spool.value);
        Ok(StoreConfig { path, spool, origin })
    });
    Ok(Config {
        listen: listen?.map_or(DEFAULT_LISTEN, |listen| listen.value),
        metrics: metrics?.map(|metrics| metrics.value),
        site: site?.map_or_else(default_site, |site| site.value),
        store: store?,
        polling: Polling {
            flag: flag?,
            environments: environments?,
            surroundings: surroundings?,
            request_timeout: request_timeout?,
        },
        grace: grace?,
        cloudtrail: cloudtrail?.unwrap_or(false),
        actual_costs: actual_costs?.unwrap_or(false),
        list_prices: list_prices?.unwrap_or(false),
        runs_in: runs_in?.map(|region| region.value),
        trusted_proxies: trusted_proxies?.unwrap_or_default(),
        sign_in: sign_in?,
        embed: embed?,
        traces: traces?,
        callers: callers?,
        pairs: drafts?.into_iter().map(Draft::finish).collect::<Result<_, _>>()?,
    })
}

fn duration(section: &mut Section<'_, '_>, key: &'static str, bounds: &Bounds) -> Result<Duration, Reported> {
    Ok(section.optional(key, |text| bounds.parse(text))?.map_or(bounds.default, |found| found.value))
}

/// `site` beside the program, as it is shipped; else where a build in the working directory leaves it.
fn default_site() -> PathBuf {
    let beside = std::env::current_exe().ok().map(|program| program.with_file_name("site"));
    beside.filter(|site| site.is_dir()).unwrap_or_else(|| PathBuf::from("target/site"))
}
