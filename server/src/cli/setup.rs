//! From config to engine, for every command.

use std::{collections::HashMap, sync::Arc};

use tokio::sync::Notify;

use super::{Common, Stop};
use crate::{
    aws::{
        self, Place,
        bill::{BillPort, CostExplorer},
        cloudtrail::Trail,
        cloudwatch::CloudWatch,
        elb::Elb,
        mwaa::Mwaa,
        price_list::{PriceList, PricePort},
        s3::S3,
        ssm::Ssm,
    },
    config::{Config, PairConfig, check_store_place},
    engine::{Around, Engine, Pair, Parts, Ports, Settings, clock::System},
    store::Store,
};

/// The config, checked whole.
pub fn config(common: &Common) -> Result<Config, Stop> {
    let config = config_without_store(common)?;
    store_place(&config)?;
    Ok(config)
}

/// Whether the store can be where config puts it.
pub fn store_place(config: &Config) -> Result<(), Stop> {
    check_store_place(&config.store).map_err(|mistake| Stop { message: mistake.to_string(), end: super::End::Usage })
}

/// The config, for a command that does without the store.
pub fn config_without_store(common: &Common) -> Result<Config, Stop> {
    let env = |name: &str| std::env::var(name).ok();
    Config::load(Some(&common.config), &env, &common.overrides)
        .map_err(|mistakes| Stop { message: mistakes.to_string(), end: super::End::Usage })
}

/// The pairs of a config over the SDK. Pairs of one place share its clients.
pub async fn pairs(config: &Config) -> Vec<Arc<Pair>> {
    let home = Arc::new(config.home());
    let mut places: HashMap<Place, (Ports, Arc<Notify>)> = HashMap::new();
    let mut pairs = Vec::with_capacity(config.pairs.len());
    for pair in &config.pairs {
        let place = Place { region: pair.region.clone(), role: pair.assume_role_arn.clone() };
        if !places.contains_key(&place) {
            let sdk = aws::sdk_config(&place, config.polling.request_timeout).await;
            let trail = config.cloudtrail.then(|| Arc::new(Trail::new(&sdk)) as Arc<dyn aws::cloudtrail::TrailPort>);
            let mwaa = Arc::new(Mwaa::new(&sdk));
            let s3 = Arc::new(S3::new(&sdk));
            let around = Around {
                airflow: mwaa.clone(),
                alarms: Arc::new(CloudWatch::new(&sdk)),
                files: s3.clone(),
                targets: Arc::new(Elb::new(&sdk)),
                metrics: Arc::new(aws::metrics::Metrics::new(&sdk)),
                logs: Arc::new(aws::logs::Logs::new(&sdk)),
                roles: Arc::new(aws::iam::Roles::new(&sdk)),
                parts: Some(Parts {
                    groups: Arc::new(aws::autoscaling::AutoScaling::new(&sdk)),
                    databases: Arc::new(aws::rds::Rds::new(&sdk)),
                    network: Arc::new(aws::ec2::Ec2::new(&sdk)),
                    secrets: Arc::new(aws::secrets::Secrets::new(&sdk)),
                    buckets: s3,
                }),
            };
            let bill = config.actual_costs.then(|| Arc::new(CostExplorer::new(&sdk)) as Arc<dyn BillPort>);
            let prices = config.list_prices.then(|| Arc::new(PriceList::new(&sdk)) as Arc<dyn PricePort>);
            let (flag, around) = (Arc::new(Ssm::new(&sdk)), Some(around));
            let ports = Ports { flag, environments: mwaa, trail, around, bill, prices };
            places.insert(place.clone(), (ports, Arc::new(Notify::new())));
        }
        if let Some((ports, nudge)) = places.get(&place) {
            let pair = Pair::new(pair.clone(), ports.clone(), nudge.clone());
            pairs.push(Arc::new(pair.at_home(home.clone())));
        }
    }
    pairs
}

/// The engine over config, SDK and store.
pub async fn engine(config: &Config) -> Result<Arc<Engine>, Stop> {
    let store = open_store(config).await?;
    let settings = Settings {
        flag_interval: config.polling.flag,
        environment_interval: config.polling.environments,
        surroundings_interval: config.polling.surroundings,
        grace: config.grace,
        spool: Some(config.store.spool.clone()),
    };
    Engine::new(pairs(config).await, store, Arc::new(System::default()), settings).await.map_err(|error| {
        Stop::failed(format_args!("the store {} cannot be used: {error}", config.store.path.display()))
    })
}

/// The store.
pub async fn open_store(config: &Config) -> Result<Store, Stop> {
    Store::open(&config.store.path).await.map_err(|error| {
        Stop::failed(format_args!("the store {} cannot be opened: {error}", config.store.path.display()))
    })
}

/// The pair that a command is about: the one that is named, or the only one.
pub fn the_pair<'a, T>(pairs: &'a [T], config: impl Fn(&T) -> &PairConfig, named: Option<&str>) -> Result<&'a T, Stop> {
    let ids = || pairs.iter().map(|pair| config(pair).id.as_str()).collect::<Vec<_>>().join(", ");
    match (named, pairs) {
        (Some(named), _) => pairs
            .iter()
            .find(|pair| config(pair).id.as_str() == named)
            .ok_or_else(|| Stop::usage(format_args!("there is no pair `{named}`: there are {}", ids()))),
        (None, [only]) => Ok(only),
        (None, _) => Err(Stop::usage(format_args!("say which pair with --pair: there are {}", ids()))),
    }
}
