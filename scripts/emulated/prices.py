"""The AWS Price List: answers GetProducts with products of the shape that AWS tells, at the prices of Teal's own file.

What is asked for is found by the attributes that filters name. A page has few products, so that whoever asks has to turn pages.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from emulated.costs import Refused

TABLE = Path(__file__).parents[2] / "domain/src/cost/prices.json"
PAGE = 4
# How the Price List names the usage of a region.
SHORT = {"us-east-1": "USE1", "us-east-2": "USE2", "us-west-2": "USW2", "eu-west-1": "EU", "eu-central-1": "EUC1"}
SIZES = ("micro", "small", "medium", "large", "xlarge", "2xlarge")


def answer(operation: str, asked: dict) -> dict:
    if operation != "GetProducts":
        raise Refused("UnknownOperationException", operation)
    service, filters = asked.get("ServiceCode"), asked.get("Filters", [])
    if not service:
        raise Refused("InvalidParameterException", "ServiceCode is needed.")
    if any(wanted.get("Type") != "TERM_MATCH" for wanted in filters):
        raise Refused("InvalidParameterException", "This emulation matches terms.")
    fits = [product for product in products() if product["serviceCode"] == service and all(has(product, wanted) for wanted in filters)]
    begin = int(asked.get("NextToken") or 0)
    page = {"FormatVersion": "aws_v1", "PriceList": [json.dumps(product) for product in fits[begin : begin + PAGE]]}
    return page | ({"NextToken": str(begin + PAGE)} if begin + PAGE < len(fits) else {})


def has(product: dict, wanted: dict) -> bool:
    field, value = wanted["Field"], wanted["Value"]
    known = product["product"]["productFamily"] if field == "productFamily" else product["product"]["attributes"].get(field)
    return known is not None and known.casefold() == value.casefold()


@lru_cache(maxsize=1)
def products() -> list[dict]:
    table = json.loads(TABLE.read_text())["regions"]
    found = []
    for region, listed in table.items():
        prices = table.get(listed.get("like"), {}).get("prices", {}) | listed.get("prices", {})
        for good, price in prices.items():
            for service, family, usage, attributes in described(good):
                short = SHORT.get(region, region.upper().replace("-", "")[:4])
                found.append(product(region, service, family, f"{short}-{usage}", attributes, price["usd"]))
    return found


def described(good: str) -> list[tuple[str, str, str, dict]]:
    match good.split(" "):
        case ["mwaa", ("environment" | "worker" | "scheduler") as kind, name] if name.removeprefix("mw1.") in SIZES:
            size = name.removeprefix("mw1.").capitalize()
            attributes = {"size": size, "type": kind.capitalize(), "version": "1"}
            return [("AmazonMWAA", "", f"Airflow-{size}{kind.capitalize()}", attributes)]
        case ["alb"]:
            return [("AWSELB", "Load Balancer-Application", "LoadBalancerUsage", {}), ("AWSELB", "Load Balancer-Application", "TS-LoadBalancerUsage", {})]
        case ["alb", "lcu"]:
            return [("AWSELB", "Load Balancer-Application", "LCUUsage", {})]
        case ["nat"]:
            return [("AmazonEC2", "NAT Gateway", "NatGateway-Hours", {})]
        case ["nat", "traffic"]:
            return [("AmazonEC2", "NAT Gateway", "NatGateway-Bytes", {})]
        case ["ec2", "instance", kind]:
            attributes = {"instanceType": kind, "operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA", "capacitystatus": "Used"}
            return [("AmazonEC2", "Compute Instance", f"BoxUsage:{kind}", attributes)]
        case ["aurora-postgresql", "instance", kind]:
            attributes = {"instanceType": kind, "databaseEngine": "Aurora PostgreSQL", "deploymentOption": "Single-AZ"}
            return [("AmazonRDS", "Database Instance", f"{usage}:{kind}", attributes) for usage in ("InstanceUsage", "InstanceUsageIOOptimized")]
        case ["rds-postgresql", "instance", kind]:
            attributes = {"instanceType": kind, "databaseEngine": "PostgreSQL", "deploymentOption": "Single-AZ"}
            return [("AmazonRDS", "Database Instance", f"InstanceUsage:{kind}", attributes)]
    return []


def product(region: str, service: str, family: str, usage: str, attributes: dict, usd: str) -> dict:
    sku = f"{abs(hash((region, usage))):X}"[:16]
    whole, _, part = usd.partition(".")
    dimension = {"unit": "Hrs", "beginRange": "0", "endRange": "Inf", "pricePerUnit": {"USD": f"{whole}.{part:0<10}"}, "appliesTo": []}
    return {
        "product": {"sku": sku, "productFamily": family, "attributes": {"regionCode": region, "servicecode": service, "usagetype": usage, **attributes}},
        "serviceCode": service,
        "terms": {"OnDemand": {f"{sku}.JRTCKXETXF": {"offerTermCode": "JRTCKXETXF", "priceDimensions": {f"{sku}.JRTCKXETXF.6YS6EN2CT7": dimension}}}},
        "version": "20261101000000",
    }
