//! RDS: the database of the lineage service, which is a cluster (Aurora) or a single instance.
//! <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusters.html>

use async_trait::async_trait;
use teal_domain::platform::{Database, DatabaseMember};

use super::{
    AwsError,
    query::{Element, Fields, Mark, Query, list},
};

const CLUSTERS: &str = "rds:DescribeDBClusters";
const INSTANCES: &str = "rds:DescribeDBInstances";
const PAGE: Mark = Mark("Marker", "Marker");

/// RDS, as far as Teal reads it.
#[async_trait]
pub trait DatabasePort: Send + Sync + std::fmt::Debug {
    /// The cluster that has the first of these names that any has, else the instance, and its name.
    async fn database(&self, names: &[String]) -> Result<Option<(String, Database)>, AwsError>;
}

/// RDS over the SDK's signer.
#[derive(Clone, Debug)]
pub struct Rds(Query);

impl Rds {
    /// A client for a place.
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self(Query::new(config, "rds", "2014-10-31", "AWS_ENDPOINT_URL_RDS"))
    }

    /// What has one of these names. A filter is answered with nothing where a name alone is an error, and takes several.
    async fn all<T>(
        &self,
        action: &'static str,
        filter: &str,
        names: &[String],
        read: impl Fn(Element<'_, '_>) -> Vec<T>,
    ) -> Result<Vec<T>, AwsError> {
        let mut fields: Fields = vec![("Filters.Filter.1.Name".into(), filter.to_owned())];
        fields.extend(list("Filters.Filter.1.Values.Value", names.iter().map(String::as_str)));
        self.0.pages(action, &fields, PAGE, read).await
    }
}

#[async_trait]
impl DatabasePort for Rds {
    async fn database(&self, names: &[String]) -> Result<Option<(String, Database)>, AwsError> {
        if names.is_empty() {
            return Ok(None);
        }
        let mut clusters = self.all(CLUSTERS, "db-cluster-id", names, clusters).await?;
        if let Some((name, mut cluster)) = first(names, &mut clusters) {
            let instances = self.all(INSTANCES, "db-cluster-id", std::slice::from_ref(&name), members).await?;
            complete(&mut cluster, &instances);
            return Ok(Some((name, cluster)));
        }
        let mut instances = self.all(INSTANCES, "db-instance-id", names, instances).await?;
        Ok(first(names, &mut instances))
    }
}

/// What has the first of these names. RDS keeps names in small letters.
fn first<T>(names: &[String], found: &mut Vec<(String, T)>) -> Option<(String, T)> {
    let at = names.iter().find_map(|name| found.iter().position(|(known, _)| known.eq_ignore_ascii_case(name)))?;
    Some(found.swap_remove(at))
}

fn clusters(answer: Element<'_, '_>) -> Vec<(String, Database)> {
    answer.each("DBClusters").filter_map(|found| Some((found.text("DBClusterIdentifier")?, cluster(found)))).collect()
}

/// A cluster, of whose members only the names are known yet, and which of them takes writes.
fn cluster(found: Element<'_, '_>) -> Database {
    let member = |member: Element<'_, '_>| {
        Some(DatabaseMember {
            id: member.text("DBInstanceIdentifier")?,
            class: None,
            zone: None,
            writer: member.truth("IsClusterWriter").unwrap_or_default(),
            status: String::new(),
        })
    };
    let mut members: Vec<DatabaseMember> = found.each("DBClusterMembers").filter_map(member).collect();
    members.sort();
    Database { arn: found.text("DBClusterArn"), cluster: true, members, ..common(found, "Status") }
}

fn instances(answer: Element<'_, '_>) -> Vec<(String, Database)> {
    let found = answer.each("DBInstances").filter_map(|found| {
        let mut member = member(found)?;
        member.writer = true;
        let database = common(found, "DBInstanceStatus");
        let name = member.id.clone();
        Some((name, Database { arn: found.text("DBInstanceArn"), members: vec![member], ..database }))
    });
    found.collect()
}

fn members(answer: Element<'_, '_>) -> Vec<DatabaseMember> {
    answer.each("DBInstances").filter_map(member).collect()
}

fn member(found: Element<'_, '_>) -> Option<DatabaseMember> {
    Some(DatabaseMember {
        id: found.text("DBInstanceIdentifier")?,
        class: found.text("DBInstanceClass"),
        zone: found.text("AvailabilityZone"),
        writer: false,
        status: found.text("DBInstanceStatus").unwrap_or_default(),
    })
}

/// What clusters and instances say alike.
fn common(found: Element<'_, '_>, status: &str) -> Database {
    Database {
        arn: None,
        cluster: false,
        engine: found.text("Engine").unwrap_or_default(),
        version: found.text("EngineVersion"),
        status: found.text(status).unwrap_or_default(),
        multi_az: found.truth("MultiAZ").unwrap_or_default(),
        members: Vec::new(),
        encrypted: found.truth("StorageEncrypted"),
        protected: found.truth("DeletionProtection"),
        backup_days: found.number("BackupRetentionPeriod"),
    }
}

/// Adds what its instances say of themselves to a cluster. It has a standby elsewhere if they are in several zones.
fn complete(cluster: &mut Database, instances: &[DatabaseMember]) {
    for member in &mut cluster.members {
        if let Some(known) = instances.iter().find(|known| known.id == member.id) {
            *member = DatabaseMember { writer: member.writer, ..known.clone() };
        }
    }
    let mut zones: Vec<&str> = cluster.members.iter().filter_map(|member| member.zone.as_deref()).collect();
    zones.sort_unstable();
    zones.dedup();
    cluster.multi_az |= zones.len() > 1;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::query::reading;

    /// As the API's reference shows it.
    const CLUSTER: &str = r#"<DescribeDBClustersResult xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><DBClusters><DBCluster>
      <Engine>aurora-postgresql</Engine><EngineVersion>16.8</EngineVersion><Status>failing-over</Status>
      <DBClusterIdentifier>acme-marquez-ha-dev</DBClusterIdentifier>
      <DBClusterArn>arn:aws:rds:us-east-2:123456789012:cluster:acme-marquez-ha-dev</DBClusterArn>
      <MultiAZ>false</MultiAZ><StorageEncrypted>true</StorageEncrypted><BackupRetentionPeriod>7</BackupRetentionPeriod>
      <DBClusterMembers>
        <DBClusterMember><IsClusterWriter>true</IsClusterWriter><PromotionTier>1</PromotionTier>
          <DBInstanceIdentifier>acme-2</DBInstanceIdentifier></DBClusterMember>
        <DBClusterMember><IsClusterWriter>false</IsClusterWriter><DBInstanceIdentifier>acme-1</DBInstanceIdentifier></DBClusterMember>
      </DBClusterMembers>
      </DBCluster></DBClusters></DescribeDBClustersResult>"#;

    fn of_instance(id: &str, zone: &str) -> String {
        format!(
            "<R><DBInstances><DBInstance><DBInstanceIdentifier>{id}</DBInstanceIdentifier>\
             <DBInstanceClass>db.t3.medium</DBInstanceClass><AvailabilityZone>{zone}</AvailabilityZone>\
             <DBInstanceStatus>available</DBInstanceStatus><Engine>postgres</Engine><MultiAZ>true</MultiAZ>\
             <DeletionProtection>false</DeletionProtection><BackupRetentionPeriod>0</BackupRetentionPeriod>\
             <DBInstanceArn>arn:aws:rds:us-east-2:123456789012:db:{id}</DBInstanceArn></DBInstance></DBInstances></R>"
        )
    }

    #[test]
    fn a_cluster_has_a_standby_elsewhere_only_if_its_members_are_in_several_zones() {
        let mut found = reading(CLUSTER, clusters);
        let (_, mut cluster) = first(&["other".into(), "Acme-Marquez-HA-dev".into()], &mut found).expect("a cluster");
        assert_eq!((cluster.status.as_str(), cluster.cluster, cluster.multi_az), ("failing-over", true, false));
        assert_eq!((cluster.encrypted, cluster.protected, cluster.backup_days), (Some(true), None, Some(7)));
        let instances = |zones: [&str; 2]| -> Vec<DatabaseMember> {
            let told = ["acme-1", "acme-2"].into_iter().zip(zones);
            told.flat_map(|(id, zone)| reading(&of_instance(id, zone), members)).collect()
        };
        complete(&mut cluster, &instances(["us-east-2a", "us-east-2a"]));
        assert!(!cluster.multi_az, "two in one zone fail together");
        complete(&mut cluster, &instances(["us-east-2a", "us-east-2b"]));
        assert!(cluster.multi_az);
        let told: Vec<_> = cluster
            .members
            .iter()
            .map(|member| (member.id.as_str(), member.zone.as_deref(), member.writer, member.status.as_str()))
            .collect();
        assert_eq!(
            told,
            [("acme-1", Some("us-east-2a"), false, "available"), ("acme-2", Some("us-east-2b"), true, "available")]
        );
    }

    #[test]
    fn an_instance_is_its_own_member_and_takes_writes() {
        let mut found = reading(&of_instance("acme-marquez-dev", "us-east-2b"), instances);
        let (name, database) = first(&["acme-marquez-dev".into()], &mut found).expect("an instance");
        assert_eq!((name.as_str(), database.cluster, database.multi_az), ("acme-marquez-dev", false, true));
        assert_eq!((database.protected, database.backup_days, database.encrypted), (Some(false), Some(0), None));
        let [member] = database.members.as_slice() else { panic!("{database:?}") };
        assert_eq!((member.writer, member.class.as_deref()), (true, Some("db.t3.medium")));
        assert_eq!(first(&["another".into()], &mut reading(&of_instance("a", "b"), instances)), None);
    }
}
