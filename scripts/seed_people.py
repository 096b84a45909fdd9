"""People of the seeded world: a Cognito user pool with one person a role, Teal as its client, and a script as another."""

from __future__ import annotations

import field

PASSWORD = "Teal-demo-1"

# One a role, by the names under which the pages show them.
PEOPLE = {
    "vera": "viewer",
    "marc": "manager",
    "olga": "operator",
    "anton": "approver",
    "aude": "auditor",
    "ada": "admin",
}


def seed(endpoint: str, addresses: list[str]) -> dict:
    """Makes the pool. `addresses`: where browsers find Teal. Answers what its configuration needs."""
    cognito = field.client("cognito-idp", endpoint)
    pool = cognito.create_user_pool(
        PoolName=f"{field.PROJECT}-{field.ENV}",
        Policies={"PasswordPolicy": {"MinimumLength": 8}},
        AutoVerifiedAttributes=["email"],
        UserPoolTags=field.TAGS,
    )["UserPool"]["Id"]
    cognito.create_user_pool_domain(Domain=f"{field.PROJECT}-{field.ENV}", UserPoolId=pool)
    client = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="teal",
        GenerateSecret=True,
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid", "email", "profile"],
        CallbackURLs=[f"{address}/sign-in/back" for address in addresses],
        LogoutURLs=[f"{address}/signed-out" for address in addresses],
        SupportedIdentityProviders=["COGNITO"],
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )["UserPoolClient"]
    # A script that comes with access tokens, and the scopes that it may ask for.
    cognito.create_resource_server(
        UserPoolId=pool,
        Identifier="teal",
        Name="Teal",
        Scopes=[
            {"ScopeName": "read", "ScopeDescription": "Look"},
            {"ScopeName": "switch", "ScopeDescription": "Look, and switch"},
        ],
    )
    script = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="deploys",
        GenerateSecret=True,
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthScopes=["teal/read", "teal/switch"],
    )["UserPoolClient"]
    for name, role in PEOPLE.items():
        cognito.create_group(GroupName=f"teal-{role}", UserPoolId=pool)
        cognito.admin_create_user(
            UserPoolId=pool,
            Username=name,
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": "email", "Value": f"{name}@example.com"}, {"Name": "email_verified", "Value": "true"}],
        )
        cognito.admin_set_user_password(UserPoolId=pool, Username=name, Password=PASSWORD, Permanent=True)
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=name, GroupName=f"teal-{role}")
    return {
        "issuer": f"https://cognito-idp.{field.REGION}.amazonaws.com/{pool}",
        "discovery": f"{endpoint.replace('127.0.0.1', 'localhost')}/{pool}",
        "client_id": client["ClientId"],
        "client_secret": client["ClientSecret"],
        "script": {"client_id": script["ClientId"], "client_secret": script["ClientSecret"]},
        "password": PASSWORD,
        "people": PEOPLE,
    }


def toml(seeded: dict, address: str) -> str:
    """The part of Teal's configuration that leads to the pool."""
    lines = [
        "[sign_in]",
        'kind = "oidc"',
        f'public_url = "{address}"',
        f'issuer = "{seeded["issuer"]}"',
        f'discovery = "{seeded["discovery"]}"',
        f'client_id = "{seeded["client_id"]}"',
        "# The emulated Cognito forgets the groups when it is asked again, so it is not asked within a day.",
        'refresh = "24h"',
    ]
    for role in seeded["people"].values():
        lines += ["", "[[sign_in.role]]", f'group = "teal-{role}"', f'role = "{role}"']
    lines += ["", "[[sign_in.client]]", f'client_id = "{seeded["script"]["client_id"]}"', 'name = "deploys"']
    lines += ["", "# The emulator takes everybody at the command line for the root of the account.", "[[sign_in.caller]]", f'arn = "arn:aws:iam::{field.ACCOUNT}:*"', 'role = "operator"']
    return "\n".join(lines) + "\n"
