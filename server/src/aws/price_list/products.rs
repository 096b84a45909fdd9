//! Which products of the Price List are which goods, and what of their terms is the price.
//!
//! A product is known by its type of usage, such as `USE2-NatGateway-Hours`: the region's short name, which the oldest regions
//! go without, and then what is used. What is not known for certain by that is left to the file of prices: `docs/costs.md` lists it.

use std::collections::BTreeSet;

use serde_json::Value;
use teal_domain::cost::{Good, Price};

/// What is asked for: the service, and attributes that narrow it down.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Question {
    pub(super) service: &'static str,
    pub(super) fields: Vec<(&'static str, String)>,
}

impl Question {
    fn of(service: &'static str, fields: &[(&'static str, &str)]) -> Self {
        Self { service, fields: fields.iter().map(|(field, value)| (*field, (*value).to_owned())).collect() }
    }
}

/// What to ask for a good; none for one that is left to the file.
pub(super) fn question(good: &Good) -> Option<Question> {
    Some(match good {
        Good::Environment(_) | Good::Worker(_) | Good::Scheduler(_) => Question::of("AmazonMWAA", &[]),
        Good::Balancer | Good::Capacity => Question::of("AWSELB", &[("productFamily", "Load Balancer-Application")]),
        Good::Nat | Good::NatTraffic => Question::of("AmazonEC2", &[("productFamily", "NAT Gateway")]),
        Good::Instance(kind) => Question::of(
            "AmazonEC2",
            &[
                ("instanceType", kind),
                ("operatingSystem", "Linux"),
                ("tenancy", "Shared"),
                ("preInstalledSw", "NA"),
                ("capacitystatus", "Used"),
            ],
        ),
        Good::AuroraInstance(class) => {
            Question::of("AmazonRDS", &[("instanceType", class), ("databaseEngine", "Aurora PostgreSQL")])
        }
        Good::RdsInstance(class) => Question::of(
            "AmazonRDS",
            &[("instanceType", class), ("databaseEngine", "PostgreSQL"), ("deploymentOption", "Single-AZ")],
        ),
        _ => return None,
    })
}

/// The price of a good among products; none where none of them surely is it, or several are and differ.
pub(super) fn price(products: &[Value], good: &Good) -> Option<Price> {
    let of = products.iter().filter(|product| is(&product["product"]["attributes"], good));
    let prices: BTreeSet<Option<Price>> = of.map(on_demand).collect();
    match prices.into_iter().collect::<Vec<_>>().as_slice() {
        [Some(only)] => Some(*only),
        _ => None,
    }
}

/// Whether a product is a good.
fn is(attributes: &Value, good: &Good) -> bool {
    let said = |name: &str| attributes[name].as_str().unwrap_or_default();
    let used = without_region(said("usagetype"));
    let of_mwaa = |class: &str, kind: &str| {
        size(class).is_some_and(|size| size.eq_ignore_ascii_case(said("size")))
            && said("type").eq_ignore_ascii_case(kind)
    };
    match good {
        Good::Environment(class) => of_mwaa(class, "Environment"),
        Good::Worker(class) => of_mwaa(class, "Worker"),
        Good::Scheduler(class) => of_mwaa(class, "Scheduler"),
        Good::Balancer => used == "LoadBalancerUsage",
        Good::Capacity => used == "LCUUsage",
        Good::Nat => used == "NatGateway-Hours",
        Good::NatTraffic => used == "NatGateway-Bytes",
        Good::Instance(kind) => used.strip_prefix("BoxUsage:") == Some(kind),
        Good::AuroraInstance(class) | Good::RdsInstance(class) => used.strip_prefix("InstanceUsage:") == Some(class),
        _ => false,
    }
}

/// The size that the Price List calls a class of environments by: `mw1.small` is `Small`.
fn size(class: &str) -> Option<&str> {
    class.strip_prefix("mw1.")
}

/// A type of usage without the short name of its region: two to four letters, perhaps a digit, and a dash.
fn without_region(usage: &str) -> &str {
    let Some((region, rest)) = usage.split_once('-') else { return usage };
    let letters = region.trim_end_matches(|c: char| c.is_ascii_digit());
    let short = (2..=4).contains(&letters.len()) && region.len() - letters.len() <= 1;
    if short && letters.bytes().all(|byte| byte.is_ascii_uppercase()) { rest } else { usage }
}

/// The price on demand in US dollars, of the first tier where there are several.
fn on_demand(product: &Value) -> Option<Price> {
    let terms = product["terms"]["OnDemand"].as_object()?;
    let dimensions = terms.values().filter_map(|term| term["priceDimensions"].as_object()).flat_map(|all| all.values());
    let first = dimensions.filter(|dimension| dimension["beginRange"].as_str().is_none_or(|from| from == "0"));
    let prices: BTreeSet<Option<Price>> =
        first.map(|dimension| dollars(dimension["pricePerUnit"]["USD"].as_str()?)).collect();
    match prices.into_iter().collect::<Vec<_>>().as_slice() {
        [Some(only)] => Some(*only),
        _ => None,
    }
}

/// `0.1100000000`: more places than a price has, and noughts in those.
fn dollars(text: &str) -> Option<Price> {
    let short = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    // What costs nothing is another product than the one that is paid for.
    Price::parse(short).filter(|price| *price != Price::FREE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn product(attributes: &Value, usd: &[(&str, &str)]) -> Value {
        let dimensions: serde_json::Map<String, Value> = usd
            .iter()
            .enumerate()
            .map(|(at, (from, price))| (at.to_string(), json!({"beginRange": from, "pricePerUnit": {"USD": price}})))
            .collect();
        json!({"product": {"attributes": attributes}, "terms": {"OnDemand": {"one": {"priceDimensions": dimensions}}}})
    }

    fn told(price: Option<Price>) -> Option<String> {
        price.map(|price| price.to_string())
    }

    #[test]
    fn a_class_of_environments_is_known_by_its_size_and_what_it_is() {
        let of = |size: &str, kind: &str, usd: &str| {
            product(
                &json!({"size": size, "type": kind, "usagetype": format!("USE1-Airflow-{size}{kind}")}),
                &[("0", usd)],
            )
        };
        let all = [
            of("Medium", "Environment", "0.7400000000"),
            of("Medium", "Scheduler", "0.1100000000"),
            of("Small", "Worker", "0.0550000000"),
        ];
        assert_eq!(told(price(&all, &Good::Environment("mw1.medium".into()))).as_deref(), Some("0.74"));
        assert_eq!(told(price(&all, &Good::Scheduler("mw1.medium".into()))).as_deref(), Some("0.11"));
        assert_eq!(told(price(&all, &Good::Worker("mw1.small".into()))).as_deref(), Some("0.055"));
        assert_eq!(told(price(&all, &Good::Worker("mw1.medium".into()))), None, "what is not listed is not guessed");
    }

    #[test]
    fn a_type_of_usage_goes_with_its_regions_name_or_without_and_is_never_taken_for_a_longer_one() {
        for (usage, rest) in [
            ("NatGateway-Hours", "NatGateway-Hours"),
            ("USE2-NatGateway-Hours", "NatGateway-Hours"),
            ("EU-NatGateway-Hours", "NatGateway-Hours"),
            ("APS10-BoxUsage:t3.medium", "APS10-BoxUsage:t3.medium"),
            ("EUC1-BoxUsage:t3.medium", "BoxUsage:t3.medium"),
        ] {
            assert_eq!(without_region(usage), rest);
        }
        let of = |usage: &str| [product(&json!({"usagetype": usage}), &[("0", "0.0225000000")])];
        assert_eq!(told(price(&of("USE2-LoadBalancerUsage"), &Good::Balancer)).as_deref(), Some("0.0225"));
        for other in ["USE2-TS-LoadBalancerUsage", "USE2-Outposts-LoadBalancerUsage", "LoadBalancerUsageX"] {
            assert_eq!(price(&of(other), &Good::Balancer), None, "{other}");
        }
        let aurora = Good::AuroraInstance("db.t3.medium".into());
        assert_eq!(price(&of("USE2-InstanceUsageIOOptimized:db.t3.medium"), &aurora), None);
    }

    #[test]
    fn what_is_odd_is_left_to_the_file() {
        let nat = |usd: &[(&str, &str)]| product(&json!({"usagetype": "USE2-NatGateway-Hours"}), usd);
        assert_eq!(told(price(&[nat(&[("0", "0.0450000000")])], &Good::Nat)).as_deref(), Some("0.045"));
        let tiers = nat(&[("0", "0.0450000000"), ("10240", "0.0400000000")]);
        assert_eq!(told(price(&[tiers], &Good::Nat)).as_deref(), Some("0.045"), "the first tier");
        let two = [nat(&[("0", "0.0450000000")]), nat(&[("0", "0.0500000000")])];
        assert_eq!(price(&two, &Good::Nat), None, "two prices for one good");
        let same = [nat(&[("0", "0.0450000000")]), nat(&[("0", "0.0450000000")])];
        assert_eq!(told(price(&same, &Good::Nat)).as_deref(), Some("0.045"));
        for odd in ["0.0000000000", "-1.0", "0.04500000001", "one"] {
            assert_eq!(price(&[nat(&[("0", odd)])], &Good::Nat), None, "{odd}");
        }
        let yuan = json!({"product": {"attributes": {"usagetype": "NatGateway-Hours"}},
            "terms": {"OnDemand": {"one": {"priceDimensions": {"a": {"beginRange": "0", "pricePerUnit": {"CNY": "0.3"}}}}}}});
        assert_eq!(price(&[yuan], &Good::Nat), None, "another currency");
        let reserved = json!({"product": {"attributes": {"usagetype": "NatGateway-Hours"}}, "terms": {"Reserved": {}}});
        assert_eq!(price(&[reserved], &Good::Nat), None);
        assert_eq!(question(&Good::Bucket), None, "not asked for at all");
    }
}
