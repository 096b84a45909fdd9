"""The network that the platform stands in: two private and two public subnets in two zones, and one NAT gateway for
both sides, as in the field.

Laid down as the emulator's saved state before it starts: calls would give each part an id of their own, and the
environments name their subnets.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import field
from seed_flag import save, scoped


def tags(name: str) -> list[dict]:
    return [{"Key": key, "Value": value} for key, value in {**field.TAGS, "Name": name}.items()]


def subnet(identity: str, cidr: str, zone: str) -> dict:
    return {
        "SubnetId": identity,
        "VpcId": field.VPC,
        "CidrBlock": cidr,
        "AvailabilityZone": zone,
        "AvailableIpAddressCount": 251,
        "State": "available",
        "DefaultForAz": False,
        "MapPublicIpOnLaunch": identity in field.PUBLIC_SUBNETS,
        "OwnerId": field.ACCOUNT,
    }


def route_table(identity: str, subnets: list[str], everywhere: dict | None) -> dict:
    """A table for these subnets; without any, the one for all others."""
    local = {"DestinationCidrBlock": field.CIDR, "GatewayId": "local", "State": "active", "Origin": "CreateRouteTable"}
    way_out = [{"DestinationCidrBlock": "0.0.0.0/0", "State": "active", "Origin": "CreateRoute", **everywhere}] if everywhere else []
    for_these = [{"Main": False, "SubnetId": one} for one in subnets] or [{"Main": True}]
    return {
        "RouteTableId": identity,
        "VpcId": field.VPC,
        "OwnerId": field.ACCOUNT,
        "Routes": [local, *way_out],
        "Associations": [
            {
                "RouteTableAssociationId": f"{identity.replace('rtb-', 'rtbassoc-')}{number}",
                "RouteTableId": identity,
                "AssociationState": {"State": "associated"},
                **one,
            }
            for number, one in enumerate(for_these)
        ],
    }


def write_saved_state(folder: Path, now: datetime) -> None:
    vpc = {
        "VpcId": field.VPC,
        "CidrBlock": field.CIDR,
        "State": "available",
        "IsDefault": False,
        "DhcpOptionsId": "dopt-00000001",
        "InstanceTenancy": "default",
        "OwnerId": field.ACCOUNT,
        "DefaultNetworkAclId": "acl-00000001",
        "DefaultSecurityGroupId": field.SECURITY_GROUP,
        "MainRouteTableId": "rtb-0aa0aa0aa0aa0aa01",
    }
    nat = {
        "NatGatewayId": field.NAT_GATEWAY,
        "SubnetId": field.PUBLIC_SUBNETS[0],
        "VpcId": field.VPC,
        "AllocationId": "eipalloc-0aa0aa0aa0aa0aa01",
        "ConnectivityType": "public",
        "State": "available",
        "CreateTime": now.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "Tags": [],
    }
    named = {field.VPC: f"{field.PROJECT}-{field.ENV}", field.NAT_GATEWAY: f"{field.PROJECT}-nat-{field.ENV}"}
    subnets = {}
    for number, zone in enumerate(field.ZONES):
        for kind, ids, third in (("private", field.SUBNETS, number), ("public", field.PUBLIC_SUBNETS, number + 100)):
            subnets[ids[number]] = subnet(ids[number], f"10.0.{third}.0/24", zone)
            named[ids[number]] = f"{field.PROJECT}-{kind}-{zone[-1]}-{field.ENV}"
    gateway = {
        "InternetGatewayId": field.INTERNET_GATEWAY,
        "OwnerId": field.ACCOUNT,
        "Attachments": [{"VpcId": field.VPC, "State": "available"}],
    }
    tables = [
        route_table("rtb-0aa0aa0aa0aa0aa01", [], None),
        route_table("rtb-0aa0aa0aa0aa0aa02", field.PUBLIC_SUBNETS, {"GatewayId": field.INTERNET_GATEWAY}),
        route_table("rtb-0aa0aa0aa0aa0aa03", field.SUBNETS, {"NatGatewayId": field.NAT_GATEWAY}),
    ]
    save(
        folder,
        "ec2",
        3,
        vpcs=scoped({field.VPC: vpc}),
        subnets=scoped(subnets),
        internet_gateways=scoped({field.INTERNET_GATEWAY: gateway}),
        nat_gateways=scoped({field.NAT_GATEWAY: nat}),
        route_tables=scoped({table["RouteTableId"]: table for table in tables}),
        tags=scoped({identity: tags(name) for identity, name in named.items()}),
    )
