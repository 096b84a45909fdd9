"""The full-HA platform by the names that it has in the field, and how to reach its emulation.

Everything that seeds, feeds or pokes the emulated AWS takes its names from here.
"""

from __future__ import annotations

import os

import boto3
from botocore.config import Config

ACCOUNT = "123456789012"
REGION = "us-east-2"
PROJECT = "mwaa-openlineage"
ENV = "dev"
FLAG = "/mwaa/blue-green/active-environment"
# A second pair in the same account and region needs a flag of its own.
PROD = "prod"
FLAGS = {ENV: FLAG, PROD: "/mwaa/blue-green/prod/active-environment"}
COLORS = ("blue", "green")
AIRFLOW = {"blue": "2.11.0", "green": "3.0.6"}

TAGS = {"Project": PROJECT, "Environment": ENV, "DeploymentMode": "FullHA", "ManagedBy": "CDK"}
SUBNETS = [f"subnet-0a1b2c3d4e5f6071{n}" for n in (1, 2)]
PUBLIC_SUBNETS = [f"subnet-0a1b2c3d4e5f6072{n}" for n in (1, 2)]
ZONES = [f"{REGION}a", f"{REGION}b"]
SECURITY_GROUP = "sg-0f1e2d3c4b5a69780"
VPC = "vpc-0123456789abcdef0"
CIDR = "10.0.0.0/16"
INTERNET_GATEWAY = "igw-0a1b2c3d4e5f60731"
NAT_GATEWAY = "nat-0a1b2c3d4e5f60741"

MARQUEZ = f"{PROJECT}-marquez-{ENV}"
DATABASE = f"{PROJECT}-marquez-db-{ENV}"
ALERTS = f"{PROJECT}-alerts-{ENV}"


def airflow(color: str, pair: str) -> str:
    return AIRFLOW[color] if pair == ENV else "3.0.6"


def environment(color: str, pair: str = ENV) -> str:
    return f"{PROJECT}-{color}-{pair}"


def bucket(color: str, pair: str = ENV) -> str:
    return f"{PROJECT}-mwaa-{color}-{pair}-{REGION}-{ACCOUNT}"


def role(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def client(service: str, endpoint: str):
    """A client that can only ever reach the emulation: made-up keys, no profile, no proxy."""
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        aws_session_token=None,
        config=Config(
            proxies={},
            retries={"max_attempts": 2},
            max_pool_connections=16,
            # The emulation is at one address; the prefixes that some services put before the host lead nowhere.
            inject_host_prefix=False,
            s3={"addressing_style": "path"},
        ),
    )


def seal_off() -> None:
    """Keeps the profile of whoever runs this out of every client made here."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CA_BUNDLE"):
        os.environ.pop(name, None)
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
