//! EC2: the network that the platform stands in, and an instance by its name.
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html>

use std::collections::BTreeMap;

use async_trait::async_trait;
use teal_domain::platform::{Instance, NatGateway, Network, Subnet};

use super::{
    AwsError,
    query::{Element, Fields, Mark, Query, list},
    unless_denied,
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
        let (mut subnets, mut nat_gateways, mut denied) = (subnets?, nat_gateways?, Vec::new());
        if let Some(tables) = unless_denied(tables, ROUTE_TABLES, &mut denied)? {
            let routes = routes(&tables);
            for subnet in &mut subnets {
                let table = routes.get(&Some(subnet.id.as_str())).or_else(|| routes.get(&None));
                subnet.public = table.map(|table| table.public);
                subnet.nat = table.and_then(|table| table.nat.clone());
            }
        }
        subnets.sort();
        nat_gateways.sort();
        let cidr = unless_denied(cidr, VPCS, &mut denied)?.flatten();
        Ok(Network { vpc: vpc.to_owned(), cidr, subnets, nat_gateways, denied })
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
            nat: None,
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
    // A private one leads to other networks, and not to the internet. One that was deleted is told for an hour.
    let leads_out = |found: &Element<'_, '_>| found.text("connectivityType").as_deref() != Some("private");
    let found = answer.each("natGatewaySet").filter(leads_out).filter_map(gateway);
    found.filter(|gateway| gateway.state != "deleted").collect()
}

/// A route table: the subnets that it is for, whether it is for all others, whether it leads to the internet, and the NAT
/// gateway that it leads through.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Table {
    subnets: Vec<String>,
    main: bool,
    public: bool,
    nat: Option<String>,
}

fn tables(answer: Element<'_, '_>) -> Vec<Table> {
    let everywhere = |route: &Element<'_, '_>| {
        route.text("destinationCidrBlock").as_deref() == Some("0.0.0.0/0")
            // What it led through is gone.
            && route.text("state").as_deref() != Some("blackhole")
    };
    let table = |found: Element<'_, '_>| {
        let way = found.each("routeSet").find(everywhere);
        Table {
            subnets: found.each("associationSet").filter_map(|one| one.text("subnetId")).collect(),
            main: found.each("associationSet").any(|one| one.truth("main") == Some(true)),
            public: way.and_then(|way| way.text("gatewayId")).is_some_and(|gateway| gateway.starts_with("igw-")),
            nat: way.and_then(|way| way.text("natGatewayId")),
        }
    };
    answer.each("routeTableSet").map(table).collect()
}

/// The table of each subnet; under no name, the one for those of which no table speaks.
fn routes(tables: &[Table]) -> BTreeMap<Option<&str>, &Table> {
    let main = tables.iter().find(|table| table.main).map(|table| (None, table));
    let named = tables.iter().flat_map(|table| table.subnets.iter().map(move |id| (Some(id.as_str()), table)));
    named.chain(main).collect()
}

fn instances(answer: Element<'_, '_>, key: &str) -> Vec<(String, Instance)> {
    let instance = |found: Element<'_, '_>| {
        let instance = Instance {
            id: found.text("instanceId")?,
            class: found.text("instanceType"),
            zone: found.child("placement").and_then(|place| place.text("availabilityZone")),
            state: found.child("instanceState").and_then(|state| state.text("name")).unwrap_or_default(),
            vpc: found.text("vpcId"),
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
        let routes = routes(&tables);
        let told = |id: Option<&str>| routes.get(&id).map(|table| (table.public, table.nat.as_deref()));
        assert_eq!(told(Some("subnet-a")), Some((true, None)));
        assert_eq!((told(Some("subnet-b")), told(None)), (None, Some((false, Some("nat-1")))));
    }

    #[test]
    fn a_route_whose_end_is_gone_leads_nowhere() {
        let gone = TABLE_SET.replace(
            "<natGatewayId>nat-1</natGatewayId>",
            "<natGatewayId>nat-1</natGatewayId><state>blackhole</state>",
        );
        let tables = reading(&gone, tables);
        assert_eq!((tables[0].nat.as_deref(), tables[0].public), (None, false));
    }

    #[test]
    fn a_nat_gateway_that_was_deleted_or_leads_to_no_internet_is_none() {
        let gateway = |id: &str, state: &str, kind: &str| {
            format!(
                "<item><natGatewayId>{id}</natGatewayId><subnetId>subnet-a</subnetId><state>{state}</state>\
                 <connectivityType>{kind}</connectivityType></item>"
            )
        };
        let all = format!(
            "<R><natGatewaySet>{}{}{}</natGatewaySet></R>",
            gateway("nat-1", "deleted", "public"),
            gateway("nat-2", "failed", "public"),
            gateway("nat-3", "available", "private")
        );
        let found = reading(&all, nat_gateways);
        assert_eq!(found, [NatGateway { id: "nat-2".into(), subnet: "subnet-a".into(), state: "failed".into() }]);
    }

    #[test]
    fn instances_are_told_by_the_value_of_the_tag() {
        let xml = "<R><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId><instanceType>t3.small</instanceType>\
                   <instanceState><code>16</code><name>running</name></instanceState>\
                   <placement><availabilityZone>us-east-2a</availabilityZone></placement><vpcId>vpc-1</vpcId>\
                   <tagSet><item><key>Name</key><value>acme-marquez-dev</value></item></tagSet></item></instancesSet></item>\
                   </reservationSet></R>";
        let instance = Instance {
            id: "i-1".into(),
            class: Some("t3.small".into()),
            zone: Some("us-east-2a".into()),
            state: "running".into(),
            vpc: Some("vpc-1".into()),
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
