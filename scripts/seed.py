#!/usr/bin/env python3
"""Fills the emulated AWS with the full-HA platform as it is deployed in the field.

`world.py` calls this when it starts. Alone, against emulators that run already:

    .tools/venv/bin/python scripts/seed.py --ministack http://127.0.0.1:4566 --moto http://127.0.0.1:5000

Made so, the flag's versions and the environments are as old as now: no call can write the past (see seed_flag.py).
"""

from __future__ import annotations

import argparse
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

import field
import seed_dags
import seed_flag
import seed_metrics
import seed_people

AWS_TAGS = [{"Key": name, "Value": value} for name, value in field.TAGS.items()]


def flag(endpoint: str, now: datetime, count: int) -> None:
    """Where the past could not be laid down beforehand: the same versions, but all of them made now."""
    ssm = field.client("ssm", endpoint)
    if ssm.get_parameters(Names=[field.FLAG])["Parameters"]:
        return
    for version in seed_flag.versions(count, now):
        ssm.put_parameter(
            Name=field.FLAG,
            Value=version["Value"],
            Type="String",
            Overwrite=version["Version"] > 1,
            Description=version["Description"],
        )


def environments(endpoint: str, now: datetime) -> None:
    """Waits for each before the next, because the first one made gets the first Airflow port."""
    mwaa = field.client("mwaa", endpoint)
    there = mwaa.list_environments()["Environments"]
    for color in field.COLORS:
        name = field.environment(color)
        if name not in there:
            wanted = seed_flag.environment(color, now)
            for answered_only in ("CreatedAt", "LastUpdate"):
                wanted.pop(answered_only)
            wanted["LoggingConfiguration"] = {
                part: {"Enabled": logs["Enabled"], "LogLevel": logs["LogLevel"]}
                for part, logs in wanted["LoggingConfiguration"].items()
            }
            mwaa.create_environment(**wanted)
        while mwaa.get_environment(Name=name)["Environment"]["Status"] != "AVAILABLE":
            time.sleep(0.02)


def buckets(endpoint: str, pairs: list[str]) -> None:
    s3 = field.client("s3", endpoint)
    for pair, color in ((pair, color) for pair in pairs for color in field.COLORS):
        name = field.bucket(color, pair)
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": field.REGION})
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [*AWS_TAGS, {"Key": "Color", "Value": color}]})
        for key, text in seed_dags.files(color, pair).items():
            s3.put_object(Bucket=name, Key=f"dags/{key}", Body=text.encode())
        s3.put_object(Bucket=name, Key="requirements.txt", Body=b"apache-airflow-providers-openlineage\n")


def roles(endpoint: str, pairs: list[str]) -> None:
    """The execution roles, which may read the flag."""
    iam = field.client("iam", endpoint)
    trust = {"Effect": "Allow", "Principal": {"Service": ["airflow.amazonaws.com", "airflow-env.amazonaws.com"]}, "Action": "sts:AssumeRole"}
    reads = {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": f"arn:aws:ssm:{field.REGION}:{field.ACCOUNT}:parameter/*"}
    for pair, color in ((pair, color) for pair in pairs for color in field.COLORS):
        name = f"{field.environment(color, pair)}-execution"
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}))
        iam.put_role_policy(RoleName=name, PolicyName="flag", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [reads]}))


def load_balancer(endpoint: str) -> dict:
    """Marquez' internal load balancer. Answers the names that CloudWatch has for it and its target groups."""
    elb = field.client("elbv2", endpoint)
    balancer = elb.create_load_balancer(
        Name=field.MARQUEZ,
        Scheme="internal",
        Type="application",
        Subnets=field.SUBNETS,
        SecurityGroups=[field.SECURITY_GROUP],
        Tags=AWS_TAGS,
    )["LoadBalancers"][0]
    groups, arns = {}, []
    for port_name, port, path in (("api", 5000, "/api/v1/namespaces"), ("web", 3000, "/")):
        group = elb.create_target_group(
            Name=f"{field.PROJECT}-{port_name}-{field.ENV}"[:32],
            Protocol="HTTP",
            Port=port,
            VpcId=field.VPC,
            TargetType="instance",
            HealthCheckPath=path,
            Tags=AWS_TAGS,
        )["TargetGroups"][0]
        arn = group["TargetGroupArn"]
        elb.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"],
            Protocol="HTTP",
            Port=port,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}],
        )
        groups[port_name] = arn.split(":")[-1]
        arns.append(arn)
    return {"balancer": balancer["LoadBalancerArn"].split("loadbalancer/")[1], "groups": groups, "arns": arns}


def fleet(endpoint: str, group_arns: list[str]) -> list[str]:
    """Marquez' two hosts. Answers their instance ids, registered with the target groups."""
    autoscaling = field.client("autoscaling", endpoint)
    name = f"{field.MARQUEZ}-asg"
    autoscaling.create_launch_configuration(
        LaunchConfigurationName=f"{field.MARQUEZ}-hosts", ImageId="ami-0abcdef1234567890", InstanceType="t3.medium"
    )
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchConfigurationName=f"{field.MARQUEZ}-hosts",
        MinSize=2,
        MaxSize=4,
        DesiredCapacity=2,
        AvailabilityZones=field.ZONES,
        VPCZoneIdentifier=",".join(field.SUBNETS),
        TargetGroupARNs=group_arns,
        HealthCheckType="ELB",
        HealthCheckGracePeriod=300,
        Tags=[
            {"Key": key, "Value": value, "PropagateAtLaunch": True, "ResourceId": name, "ResourceType": "auto-scaling-group"}
            for key, value in field.TAGS.items()
        ],
    )
    group = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]
    hosts = [instance["InstanceId"] for instance in group["Instances"]]
    elb = field.client("elbv2", endpoint)
    for arn in group_arns:
        elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": host} for host in hosts])
    return hosts


def database(endpoint: str) -> None:
    """The lineage database: an Aurora cluster with a writer and a reader in two zones."""
    rds = field.client("rds", endpoint)
    rds.create_db_cluster(
        DBClusterIdentifier=field.DATABASE,
        Engine="aurora-postgresql",
        EngineVersion="16.8",
        DatabaseName="marquez",
        MasterUsername="marquez",
        MasterUserPassword="only-an-emulation",
        VpcSecurityGroupIds=[field.SECURITY_GROUP],
        AvailabilityZones=field.ZONES,
        BackupRetentionPeriod=7,
        StorageEncrypted=True,
        DeletionProtection=True,
        Tags=AWS_TAGS,
    )
    for number, zone in enumerate(field.ZONES, start=1):
        rds.create_db_instance(
            DBInstanceIdentifier=f"{field.DATABASE}-{number}",
            DBClusterIdentifier=field.DATABASE,
            DBInstanceClass="db.t3.medium",
            Engine="aurora-postgresql",
            AvailabilityZone=zone,
            PromotionTier=number,
            Tags=AWS_TAGS,
        )


def secret(endpoint: str) -> None:
    field.client("secretsmanager", endpoint).create_secret(
        Name=f"{field.PROJECT}/marquez/database/{field.ENV}",
        SecretString='{"username":"marquez","password":"only-an-emulation"}',
        Tags=AWS_TAGS,
    )


def everything(ministack: str, now: datetime, history_versions: int, teal: list[str], pairs: list[str]) -> dict:
    """Seeds the emulator. Answers what later steps need: the series to feed, a few counts."""
    with ThreadPoolExecutor(8) as pool:
        waiting = [
            pool.submit(flag, ministack, now, history_versions),
            pool.submit(environments, ministack, now),
            pool.submit(buckets, ministack, pairs),
            pool.submit(roles, ministack, pairs),
            pool.submit(database, ministack),
            pool.submit(secret, ministack),
        ]
        people = pool.submit(seed_people.seed, ministack, teal)
        topic = field.client("sns", ministack).create_topic(Name=field.ALERTS, Tags=AWS_TAGS)["TopicArn"]
        marquez = load_balancer(ministack)
        waiting.append(pool.submit(fleet, ministack, marquez["arns"]))

        cloudwatch = field.client("cloudwatch", ministack)
        series = [
            *(one for color in field.COLORS for one in seed_metrics.airflow_series(color)),
            *(seed_metrics.heartbeat(color, pair) for pair in pairs if pair != field.ENV for color in field.COLORS),
            *seed_metrics.marquez_series(marquez["balancer"], marquez["groups"]),
        ]
        count = seed_metrics.put(cloudwatch, series, now - seed_metrics.A_DAY, now)
        wanted = seed_metrics.alarms(marquez["balancer"], marquez["groups"], pairs)
        seed_metrics.put_alarms(cloudwatch, wanted, topic)
        for one in waiting:
            one.result()
    return {"series": series, "points": count, "alarms": len(wanted), "people": people.result()}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--ministack", required=True, metavar="URL")
    options.add_argument("--history-versions", type=int, default=30, metavar="N")
    options.add_argument("--teal", action="append", metavar="URL", help="where browsers find Teal, for sign-in")
    chosen = options.parse_args()
    field.seal_off()
    began = time.monotonic()
    done = everything(chosen.ministack, datetime.now(timezone.utc), chosen.history_versions, chosen.teal or ["http://localhost:3000"], [field.ENV])
    print(f"seeded {done['points']} points and {done['alarms']} alarms in {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main()
