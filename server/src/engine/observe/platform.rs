//! The parts of the platform beside the flag and the environments: where each is looked for, and by which names.

use futures::future::{BoxFuture, FutureExt as _};
use teal_domain::{
    Color, Reading,
    platform::{Balancer, Bucket, Database, Found, Group, Instance, Network, Platform, Secret},
};

use super::{
    names,
    read::{Reader, not_asked},
    subject::{Part, Subject},
};
use crate::{
    aws::{AwsError, elb::TargetPort},
    config::PairConfig,
    engine::Parts,
};

impl Reader<'_> {
    /// Reads one part and writes down what came of it. Says whether it was good.
    pub(super) async fn part(self, part: Part) -> bool {
        match part {
            Part::Network => self.take_part(part, |all| &mut all.network, self.network().boxed()).await,
            Part::Balancer => self.take_part(part, |all| &mut all.balancer, self.balancer().boxed()).await,
            Part::Group => self.take_part(part, |all| &mut all.group, self.group().boxed()).await,
            Part::Instance => self.take_part(part, |all| &mut all.instance, self.instance().boxed()).await,
            Part::Database => self.take_part(part, |all| &mut all.database, self.database().boxed()).await,
            Part::Secret => self.take_part(part, |all| &mut all.secret, self.secret().boxed()).await,
            Part::Bucket(Color::Blue) => {
                self.take_part(part, |all| &mut all.blue_bucket, self.bucket(Color::Blue).boxed()).await
            }
            Part::Bucket(Color::Green) => {
                self.take_part(part, |all| &mut all.green_bucket, self.bucket(Color::Green).boxed()).await
            }
            Part::Logs(Color::Blue) => {
                self.take_part(part, |all| &mut all.blue_logs, self.logs(Color::Blue).boxed()).await
            }
            Part::Logs(Color::Green) => {
                self.take_part(part, |all| &mut all.green_logs, self.logs(Color::Green).boxed()).await
            }
            Part::Load => self.take_part(part, |all| &mut all.load, self.load().boxed()).await,
        }
    }

    async fn take_part<T>(
        self,
        part: Part,
        field: fn(&mut Platform) -> &mut Reading<T>,
        asked: BoxFuture<'_, Result<T, AwsError>>,
    ) -> bool {
        self.take(Subject::Part(part), |known| field(std::sync::Arc::make_mut(&mut known.platform)), asked).await
    }

    fn parts(&self) -> Result<&Parts, AwsError> {
        self.around.parts.as_ref().ok_or_else(|| not_asked("Teal looks at nothing but the flag here.".into()))
    }

    async fn balancer(self) -> Result<Found<Balancer>, AwsError> {
        balancer(&*self.around.targets, &self.pair.config, self.last(|all| &all.balancer)).await
    }

    /// By its names, or as the group that the load balancer's targets belong to.
    async fn group(self) -> Result<Found<Group>, AwsError> {
        let groups = &self.parts()?.groups;
        let mut tried = names::groups(&self.pair.config);
        let mut asked = tried.clone();
        asked.extend(self.last(|all| &all.group).filter(|last| !tried.contains(last)));
        if let Some(found) = groups.group(&asked).await? {
            return Ok(Found { tried, found: Some(found) });
        }
        if self.pair.config.names.group.is_some() {
            return Ok(Found { tried, found: None });
        }
        let hosts = match self.settled(|all| &all.balancer).await {
            Ok(balancer) => balancer.it().map(hosts).unwrap_or_default(),
            Err(why) => {
                return Err(not_asked(format!(
                    "There is no group named {}, and to which group the targets of the load balancer belong is not known: {why}",
                    tried.join(" or ")
                )));
            }
        };
        let Some(host) = hosts.first() else { return Ok(Found { tried, found: None }) };
        tried.push(format!("the group of {host}"));
        let found = match groups.group_of(&hosts).await? {
            Some(name) => groups.group(&[name]).await?,
            None => None,
        };
        Ok(Found { tried, found })
    }

    /// Where no group runs the lineage service.
    async fn instance(self) -> Result<Found<Instance>, AwsError> {
        let network = &self.parts()?.network;
        if self.pair.config.names.instance.is_none() {
            match self.settled(|all| &all.group).await {
                Ok(group) if group.found.is_some() => return Ok(Found { tried: Vec::new(), found: None }),
                Ok(_) => {}
                Err(why) => {
                    return Err(not_asked(format!("Whether a group of instances runs it is not known: {why}")));
                }
            }
        }
        let mut tried = Vec::new();
        for (tag, values) in names::instances(&self.pair.config) {
            tried.extend(values.iter().map(|value| format!("{tag} = {value}")));
            let found = network.instance(tag, &values).await?;
            if found.is_some() {
                return Ok(Found { tried, found });
            }
        }
        Ok(Found { tried, found: None })
    }

    async fn database(self) -> Result<Found<Database>, AwsError> {
        let tried = names::databases(&self.pair.config);
        let found = self.parts()?.databases.database(&tried).await?;
        Ok(Found { tried, found })
    }

    async fn secret(self) -> Result<Found<Secret>, AwsError> {
        let (secrets, tried) = (&self.parts()?.secrets, names::secrets(&self.pair.config));
        for name in &tried {
            if let Some(secret) = secrets.secret(name).await? {
                return Ok(Found { found: Some((name.clone(), secret)), tried });
            }
        }
        Ok(Found { tried, found: None })
    }

    /// The network of the environments; where they do not tell, that of the load balancer.
    async fn network(self) -> Result<Network, AwsError> {
        let network = &self.parts()?.network;
        for color in Color::BOTH {
            let Ok(environment) = self.environment(color).await else { continue };
            if let Some(vpc) = network.network_of(&environment.setup.subnets).await? {
                return network.network(&vpc).await;
            }
        }
        let vpc = self.settled(|all| &all.balancer).await.ok().and_then(|balancer| balancer.it()?.vpc.clone());
        match vpc {
            Some(vpc) => network.network(&vpc).await,
            None => {
                Err(not_asked("Neither an environment nor the load balancer says in which network it stands.".into()))
            }
        }
    }

    /// The bucket that the environment names; where it does not, by its names.
    async fn bucket(self, color: Color) -> Result<Bucket, AwsError> {
        let buckets = &self.parts()?.buckets;
        let environment = self.environment(color).await;
        let why = match environment.map(|environment| environment.setup.bucket) {
            Ok(Some(bucket)) => return buckets.bucket(&bucket).await,
            Ok(None) => "MWAA does not say which bucket it is.".to_owned(),
            Err(error) => error.message,
        };
        let mut missing = None;
        for name in names::buckets(&self.pair.config, color) {
            let bucket = buckets.bucket(&name).await?;
            if bucket.exists {
                return Ok(bucket);
            }
            missing = missing.or(Some(bucket));
        }
        missing.ok_or_else(|| {
            not_asked(format!("{why} With `account` in the [[pair]] it is looked for by the platform's own names."))
        })
    }

    /// The name under which a part was found last.
    fn last<T>(&self, part: impl Fn(&Platform) -> &Reading<Found<T>>) -> Option<String> {
        let known = self.board.snapshot();
        let platform = &known.pair(self.pair.id())?.platform;
        part(platform).value()?.found.as_ref().map(|(name, _)| name.clone())
    }

    /// A part, as it was read last; if it has not been read yet, it is waited for.
    pub(super) async fn settled<T: Clone>(&self, part: impl Fn(&Platform) -> &Reading<T>) -> Result<T, String> {
        let mut board = self.board.subscribe();
        loop {
            let known = board.borrow_and_update().snapshot.clone();
            let Some(pair) = known.pair(self.pair.id()) else { break };
            let reading = part(&pair.platform);
            if let Some(value) = reading.value() {
                return Ok(value.clone());
            }
            if let Some(error) = reading.error() {
                return Err(error.message.clone());
            }
            if board.changed().await.is_err() {
                break;
            }
        }
        Err("It is not known.".into())
    }
}

/// The load balancer by the names that it may have. The one that matched `last` is asked for first: the others need not be
/// asked for again each time.
pub(in crate::engine) async fn balancer(
    port: &dyn TargetPort,
    config: &PairConfig,
    last: Option<String>,
) -> Result<Found<Balancer>, AwsError> {
    let tried = names::balancers(config);
    let mut asked = tried.clone();
    if let Some(last) = last {
        asked.sort_by_key(|name| *name != last);
    }
    for name in asked {
        if let Some(balancer) = port.balancer(&name).await? {
            return Ok(Found { tried, found: Some((name, balancer)) });
        }
    }
    Ok(Found { tried, found: None })
}

/// The instances behind a load balancer, by id.
fn hosts(balancer: &Balancer) -> Vec<String> {
    let targets = balancer.groups.iter().flat_map(|group| &group.targets);
    let mut hosts: Vec<String> = targets
        .filter_map(|target| target.id.split(':').next())
        .filter(|id| id.starts_with("i-"))
        .map(str::to_owned)
        .collect();
    hosts.sort();
    hosts.dedup();
    hosts
}
