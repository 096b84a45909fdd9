//! EC2: the network that the platform stands in, and an instance by its name.
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html>

use std::collections::BTreeMap;

use async_trait::async_trait;
use teal_domain::platform::{Instance, NatGateway, Network, Subnet};

use super::{
    AwsError,
    query::{Element, Fields, Mark, Query, list},
};

const SUBNETS: &str = "ec2:DescribeSubnets";
const NAT_GATEWAYS: &str = "ec2:DescribeNatGateways";
const ROUTE_TABLES: &str = "ec2:DescribeRouteTables";
const VPCS: &str = "ec2:DescribeVpcs";
const INSTANCES: &str = "ec2:DescribeInstances";
const PAGE: Mark = Mark("NextToken", "nextToken");
/// The states in which an instance is there.
const THERE: [&str; 4] = ["pending", "running", "stopping", "stopped"];

/// EC2, as far as Teal reads it.
#[async_trait]
pub trait NetworkPort: Send + Sync + std::fmt::Debug {
    /// The id of the network that any of these subnets is in; none where there are no such subnets.
    async fn network_of(&self, subnets: &[String]) -> Result<Option<String>, AwsError>;
    /// A network by its id. What Teal is not allowed to ask of its addresses and routes stays unknown.
    async fn network(&self, vpc: &str) -> Result<Network, AwsError>;
    /// The instance whose tag `key` has one of these values, and the value; the first that runs, if there are several.
    /// A `*` in a value stands for anything.
    async fn instance(&self, key: &str, values: &[String]) -> Result<Option<(String, Instance)>, AwsError>;
}

/// EC2 over the SDK's signer.
#[derive(Clone, Debug)]
pub struct Ec2(Query);

impl Ec2 {
    /// A client for a place.
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self(Query::new(config, "ec2", "2016-11-15", "AWS_ENDPOINT_URL_EC2"))
    }
}

#[async_trait]
impl NetworkPort for Ec2 {
    async fn network_of(&self, subnets: &[String]) -> Result<Option<String>, AwsError> {
        if subnets.is_empty() {
            return Ok(None);
        }
        // A filter, since an id that does not exist is an error.
        let fields = filters(&[("subnet-id", subnets)]);
        let read = |answer: Element<'_, '_>| answer.each("subnetSet").find_map(|subnet| subnet.text("vpcId"));
        self.0.ask(SUBNETS, &fields, read).await
    }

    async fn network(&self, vpc: &str) -> Result<Network, AwsError> {
        let fields = filters(&[("vpc-id", &[vpc.to_owned()])]);
        let (subnets, nat_gateways, tables, cidr) = futures::join!(
            self.0.pages(SUBNETS, &fields, PAGE, subnets),
            self.0.pages(NAT_GATEWAYS, &fields, PAGE, nat_gateways),
            self.0.pages(ROUTE_TABLES, &fields, PAGE, tables),
            self.0.ask(VPCS, &fields, |answer| answer.each("vpcSet").find_map(|vpc| vpc.text("cidrBlock"))),
        );
        let (mut subnets, mut nat_gateways) = (subnets?, nat_gateways?);
        if let Some(tables) = allowed(tables)? {
            let public = public(&tables);
            for subnet in &mut subnets {
                subnet.public = public.get(&Some(subnet.id.as_str())).or_else(|| public.get(&None)).copied();
            }
        }
        subnets.sort();
        nat_gateways.sort();
        Ok(Network { vpc: vpc.to_owned(), cidr: allowed(cidr)?.flatten(), subnets, nat_gateways })
    }

    async fn instance(&self, key: &str, values: &[String]) -> Result<Option<(String, Instance)>, AwsError> {
        let there = THERE.map(str::to_owned);
        let fields = filters(&[(&format!("tag:{key}"), values), ("instance-state-name", &there)]);
        let mut found = self.0.pages(INSTANCES, &fields, PAGE, |answer| instances(answer, key)).await?;
        found.sort_by(|(_, one), (_, other)| {
            (one.state != "running", &one.id).cmp(&(other.state != "running", &other.id))
        });
        Ok(found.into_iter().next())
    }
}

/// Nothing, where it may not be asked.
fn allowed<T>(asked: Result<T, AwsError>) -> Result<Option<T>, AwsError> {
    match asked {
        Err(error) if error.denied() => Ok(None),
        asked => asked.map(Some),
    }
}

fn filters(filters: &[(&str, &[String])]) -> Fields {
    let one = |(at, (name, values)): (usize, &(&str, &[String]))| {
        let filter = format!("Filter.{}", at + 1);
        let mut fields = vec![(format!("{filter}.Name"), (*name).to_owned())];
        fields.extend(list(&format!("{filter}.Value"), values.iter().map(String::as_str)));
        fields
    };
    filters.iter().enumerate().flat_map(one).collect()
}

fn subnets(answer: Element<'_, '_>) -> Vec<Subnet> {
    let subnet = |found: Element<'_, '_>| {
        Some(Subnet {
            id: found.text("subnetId")?,
            name: found.tag("tagSet", "Name"),
            zone: found.text("availabilityZone").unwrap_or_default(),
            public: None,
        })
    };
    answer.each("subnetSet").filter_map(subnet).collect()
}

fn nat_gateways(answer: Element<'_, '_>) -> Vec<NatGateway> {
    let gateway = |found: Element<'_, '_>| {
        Some(NatGateway {
            id: found.text("natGatewayId")?,
            subnet: found.text("subnetId").unwrap_or_default(),
            state: found.text("state").unwrap_or_default(),
        })
    };
    // One that was deleted is told for an hour.
    answer.each("natGatewaySet").filter_map(gateway).filter(|gateway| gateway.state != "deleted").collect()
}

/// A route table: the subnets that it is for, whether it is for all others, and whether it leads to the internet.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Table {
    subnets: Vec<String>,
    main: bool,
    public: bool,
}

fn tables(answer: Element<'_, '_>) -> Vec<Table> {
    let table = |found: Element<'_, '_>| Table {
        subnets: found.each("associationSet").filter_map(|one| one.text("subnetId")).collect(),
        main: found.each("associationSet").any(|one| one.truth("main") == Some(true)),
        public: found.each("routeSet").any(|route| {
            route.text("destinationCidrBlock").as_deref() == Some("0.0.0.0/0")
                && route.text("gatewayId").is_some_and(|gateway| gateway.starts_with("igw-"))
        }),
    };
    answer.each("routeTableSet").map(table).collect()
}

/// Which subnets lead to the internet; under no name, what holds for those of which no table speaks.
fn public(tables: &[Table]) -> BTreeMap<Option<&str>, bool> {
    let main = tables.iter().find(|table| table.main).map(|table| (None, table.public));
    let named = tables.iter().flat_map(|table| table.subnets.iter().map(|id| (Some(id.as_str()), table.public)));
    named.chain(main).collect()
}

fn instances(answer: Element<'_, '_>, key: &str) -> Vec<(String, Instance)> {
    let instance = |found: Element<'_, '_>| {
        let instance = Instance {
            id: found.text("instanceId")?,
            class: found.text("instanceType"),
            zone: found.child("placement").and_then(|place| place.text("availabilityZone")),
            state: found.child("instanceState").and_then(|state| state.text("name")).unwrap_or_default(),
        };
        Some((found.tag("tagSet", key)?, instance))
    };
    answer.each("reservationSet").flat_map(|some| some.each("instancesSet")).filter_map(instance).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::query::reading;

    // As the API's reference shows them.
    const SUBNET_SET: &str = r#"<DescribeSubnetsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
      <requestId>7a62c49f</requestId><subnetSet>
        <item><subnetId>subnet-b</subnetId><state>available</state><vpcId>vpc-1</vpcId><cidrBlock>10.0.1.0/24</cidrBlock>
          <availabilityZone>us-east-2b</availabilityZone><mapPublicIpOnLaunch>false</mapPublicIpOnLaunch>
          <tagSet><item><key>Team</key><value>data</value></item><item><key>Name</key><value>private b</value></item></tagSet></item>
        <item><subnetId>subnet-a</subnetId><availabilityZone>us-east-2a</availabilityZone><tagSet/></item>
      </subnetSet></DescribeSubnetsResponse>"#;
    const TABLE_SET: &str = r#"<DescribeRouteTablesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><routeTableSet>
        <item><routeTableId>rtb-main</routeTableId>
          <routeSet><item><destinationCidrBlock>10.0.0.0/16</destinationCidrBlock><gatewayId>local</gatewayId></item>
            <item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock><natGatewayId>nat-1</natGatewayId></item></routeSet>
          <associationSet><item><routeTableAssociationId>rtbassoc-1</routeTableAssociationId><main>true</main></item></associationSet></item>
        <item><routeTableId>rtb-public</routeTableId>
          <routeSet><item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock><gatewayId>igw-1</gatewayId></item></routeSet>
          <associationSet><item><subnetId>subnet-a</subnetId><main>false</main></item></associationSet></item>
      </routeTableSet></DescribeRouteTablesResponse>"#;

    #[test]
    fn a_subnet_is_public_if_its_own_table_leads_to_the_internet_and_else_by_the_main_one() {
        let subnets = reading(SUBNET_SET, subnets);
        assert_eq!((subnets[0].id.as_str(), subnets[0].name.as_deref()), ("subnet-b", Some("private b")));
        assert_eq!((subnets[1].zone.as_str(), subnets[1].name.as_deref()), ("us-east-2a", None));
        let tables = reading(TABLE_SET, tables);
        let public = public(&tables);
        assert_eq!(public.get(&Some("subnet-a")), Some(&true));
        assert_eq!((public.get(&Some("subnet-b")), public.get(&None)), (None, Some(&false)));
    }

    #[test]
    fn a_nat_gateway_that_was_deleted_is_none() {
        let gateway = |id: &str, state: &str| {
            format!("<item><natGatewayId>{id}</natGatewayId><subnetId>subnet-a</subnetId><state>{state}</state></item>")
        };
        let all = format!(
            "<R><natGatewaySet>{}{}</natGatewaySet></R>",
            gateway("nat-1", "deleted"),
            gateway("nat-2", "failed")
        );
        let found = reading(&all, nat_gateways);
        assert_eq!(found, [NatGateway { id: "nat-2".into(), subnet: "subnet-a".into(), state: "failed".into() }]);
    }

    #[test]
    fn instances_are_told_by_the_value_of_the_tag() {
        let xml = "<R><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId><instanceType>t3.small</instanceType>\
                   <instanceState><code>16</code><name>running</name></instanceState>\
                   <placement><availabilityZone>us-east-2a</availabilityZone></placement>\
                   <tagSet><item><key>Name</key><value>acme-marquez-dev</value></item></tagSet></item></instancesSet></item>\
                   </reservationSet></R>";
        let instance = Instance {
            id: "i-1".into(),
            class: Some("t3.small".into()),
            zone: Some("us-east-2a".into()),
            state: "running".into(),
        };
        assert_eq!(reading(xml, |answer| instances(answer, "Name")), [("acme-marquez-dev".to_owned(), instance)]);
    }

    #[test]
    fn filters_are_asked_for_by_number() {
        let values = ["a", "b"].map(str::to_owned);
        let told = filters(&[("tag:Name", &values), ("vpc-id", &values[..1])]);
        let told: Vec<_> = told.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            told,
            [
                ("Filter.1.Name", "tag:Name"),
                ("Filter.1.Value.1", "a"),
                ("Filter.1.Value.2", "b"),
                ("Filter.2.Name", "vpc-id"),
                ("Filter.2.Value.1", "a")
            ]
        );
    }
}
