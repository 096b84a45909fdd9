//! One `[[pair]]`: what it says, and what it leaves to the field's convention.

use teal_domain::{PairId, PairNames, lineage::Setup, policy::Policy, topology::Mode};

use super::{
    costs::{self, PairCosts},
    freezes::FreezeRule,
    lineage,
    mistake::{Findings, Found, Reported, Wrong},
    policy,
    reader::Section,
    rules::{self, Role},
    shape::Part,
};

/// A pair as configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairConfig {
    /// Its short name in addresses and on the command line. By default the environment's name.
    pub id: PairId,
    /// Its name for people. By default `{project} · {environment}`.
    pub title: String,
    /// The project that its resources are named after.
    pub project: String,
    /// The environment (dev, prod …) that its resources are named after.
    pub environment: String,
    /// The AWS region.
    pub region: String,
    /// The AWS account, 12 digits, where it was given.
    pub account: Option<String>,
    /// The role to assume for this pair; without one, the default credentials are used.
    pub assume_role_arn: Option<String>,
    /// Where the lineage service is opened and asked, and what each side writes into.
    pub lineage: Setup,
    /// How the platform is deployed, where it was given.
    pub mode: Option<Mode>,
    /// The names of its resources.
    pub names: PairNames,
    /// What it asks of whoever switches it.
    pub policy: Policy,
    /// When planned switches and drills of it are refused.
    pub freezes: Vec<FreezeRule>,
    /// What was planned to be paid for it, and how what is paid for it is told apart.
    pub costs: PairCosts,
}

type Read<T> = Result<Found<T>, Reported>;
type Given<T> = Result<Option<Found<T>>, Reported>;

/// A pair as read: some of it may be missing because it was reported.
#[derive(Debug)]
pub(super) struct Draft {
    pub id: Read<PairId>,
    pub region: Read<String>,
    pub account: Result<Option<Found<String>>, Reported>,
    pub role: Result<Option<Found<Role>>, Reported>,
    pub flag: Read<String>,
    pub blue: Read<String>,
    pub green: Read<String>,
    load_balancer: Read<String>,
    group: Given<String>,
    instance: Given<String>,
    database: Given<String>,
    secret: Given<String>,
    mode: Given<Mode>,
    lineage: lineage::Read,
    title: Result<Option<Found<String>>, Reported>,
    project: Read<String>,
    environment: Read<String>,
    policy: Result<policy::Read, Reported>,
    costs: Result<costs::Read, Reported>,
}

impl Draft {
    pub fn read(mut section: Section<'_, '_>, findings: &Findings) -> Self {
        let origin = section.origin.clone();
        let id = section.optional("id", rules::pair_id);
        let title = section.optional("name", rules::title);
        let project = section.needed("project", "mwaa-openlineage", rules::project);
        let environment = section.needed("environment", "dev", rules::environment);
        let region = section.needed("region", "us-east-2", rules::region);
        let account = section.optional("account", rules::account);
        let role = section.optional("assume_role_arn", rules::role);
        let health = section.optional("lineage_health_url", policy::web_address);
        let lineage = lineage::read(section.section("lineage", Part::Lineage), health, findings);

        let mode = section.optional("mode", rules::mode);
        let usual = match (&project, &environment) {
            (Ok(project), Ok(environment)) => Ok(PairNames::by_convention(&project.value, &environment.value)),
            (Err(reported), _) | (_, Err(reported)) => Err(*reported),
        };
        let mut names = section.section("names", Part::Names);
        let flag = names
            .optional("flag", rules::parameter)
            .map(|flag| flag.unwrap_or_else(|| Found { value: PairNames::FLAG.to_owned(), origin: origin.clone() }));
        let side = |given: Result<Option<Found<String>>, Reported>, usual: Result<&String, Reported>| {
            if let Some(given) = given? {
                return Ok(given);
            }
            let Ok(found) = &environment else { return Err(findings.reported_before()) };
            let value = rules::environment_name(usual?).map_err(|wrong| {
                let mend = "shorten project or environment, or name the environments in [pair.names]";
                findings.add(&found.origin, Wrong::new(wrong.what, mend))
            })?;
            // By convention: the pair as a whole is to blame for it, if anything.
            Ok(Found { value, origin: origin.clone() })
        };
        let usual = usual.as_ref().map_err(|reported| *reported);
        let blue = side(names.optional("blue", rules::environment_name), usual.map(|names| &names.blue));
        let green = side(names.optional("green", rules::environment_name), usual.map(|names| &names.green));
        let load_balancer = match names.optional("load_balancer", rules::load_balancer) {
            Ok(Some(given)) => Ok(given),
            Ok(None) => usual.map(|names| Found { value: names.load_balancer.clone(), origin: origin.clone() }),
            Err(reported) => Err(reported),
        };
        let group = names.optional("group", rules::group);
        let instance = names.optional("instance", rules::instance);
        let database = names.optional("database", rules::database);
        let secret = names.optional("secret", rules::secret);
        names.finish();
        let policy = policy::read(section.section("policy", Part::Policy), findings);
        let costs = costs::of_pair(section.section("costs", Part::PairCosts), findings);
        section.finish();

        let id = id.and_then(|id| match id {
            Some(id) => Ok(id),
            None => id_by_default(environment.as_ref().map_err(|reported| *reported)?, findings),
        });
        Self {
            id,
            region,
            account,
            role,
            flag,
            blue,
            green,
            load_balancer,
            group,
            instance,
            database,
            secret,
            mode,
            lineage,
            title,
            project,
            environment,
            policy,
            costs,
        }
    }

    /// The pair's id, and the pair on which the same must have been tried first.
    pub fn proven(&self) -> (Option<&PairId>, Option<&Found<PairId>>) {
        let proven_on = self.policy.as_ref().ok().and_then(|read| read.proven_on.as_ref());
        (self.id.as_ref().ok().map(|found| &found.value), proven_on)
    }

    /// The pair, if nothing of it was reported.
    pub fn finish(self) -> Result<PairConfig, Reported> {
        let (project, environment) = (self.project?.value, self.environment?.value);
        let policy = self.policy?;
        let lineage = self.lineage.finish(&project, &environment)?;
        let costs = self.costs?.finish(&project, &environment);
        Ok(PairConfig {
            id: self.id?.value,
            title: self.title?.map_or_else(|| format!("{project} · {environment}"), |title| title.value),
            project,
            environment,
            region: self.region?.value,
            account: self.account?.map(|account| account.value),
            assume_role_arn: self.role?.map(|role| role.value.arn),
            lineage,
            mode: self.mode?.map(|mode| mode.value),
            names: PairNames {
                flag: self.flag?.value,
                blue: self.blue?.value,
                green: self.green?.value,
                load_balancer: self.load_balancer?.value,
                group: self.group?.map(|name| name.value),
                instance: self.instance?.map(|name| name.value),
                database: self.database?.map(|name| name.value),
                secret: self.secret?.map(|name| name.value),
            },
            policy: policy.policy,
            freezes: policy.freezes,
            costs,
        })
    }
}

/// The environment's name, as it may stand in an address.
fn id_by_default(environment: &Found<String>, findings: &Findings) -> Read<PairId> {
    let slug = environment.value.to_ascii_lowercase().replace('_', "-");
    match rules::pair_id(&slug) {
        Ok(value) => Ok(Found { value, origin: environment.origin.clone() }),
        Err(wrong) => {
            let what = format!("the pair would be called after its environment, and {}", wrong.what);
            let mend = format!("give the pair an `id`: {}", wrong.mend);
            Err(findings.add(&environment.origin, Wrong::new(what, mend)))
        }
    }
}
