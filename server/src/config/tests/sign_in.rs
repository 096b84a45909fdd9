//! How people and scripts sign in.

use super::{PAIR, load, one, said};
use crate::config::{AlbConfig, OidcConfig, SignInConfig};
use teal_domain::access::Scope;

const ARN: &str = "arn:aws:elasticloadbalancing:us-east-2:123456789012:loadbalancer/app/teal/50dc6c495c0c9188";

/// A file with these lines below `[sign_in]`, from line 6 on.
fn with(lines: &str) -> String {
    format!("{PAIR}[sign_in]\n{lines}")
}

fn oidc(lines: &str) -> String {
    with(&format!(
        "kind = \"oidc\"\npublic_url = \"https://t.example\"\nissuer = \"https://i.example\"\nclient_id = \"c\"\n{lines}"
    ))
}

fn alb(arn: &str, lines: &str) -> String {
    with(&format!(
        "kind = \"alb\"\npublic_url = \"https://t.example\"\nissuer = \"https://i.example\"\nclient_id = \"c\"\n\
         alb_arn = \"{arn}\"\n{lines}"
    ))
}

fn loaded_oidc(text: &str) -> OidcConfig {
    let SignInConfig::Oidc(oidc) = load(text).unwrap().sign_in else { panic!("not oidc") };
    *oidc
}

fn loaded_alb(text: &str) -> AlbConfig {
    let SignInConfig::Alb(alb) = load(text).unwrap().sign_in else { panic!("not alb") };
    *alb
}

#[test]
fn without_a_row_for_it_no_script_comes_in() {
    assert!(loaded_oidc(&oidc("")).scripts.clients.is_empty());
    assert!(loaded_alb(&alb(ARN, "")).scripts.clients.is_empty());
}

#[test]
fn a_script_is_named_and_may_be_limited_to_pairs() {
    let rows = "scope_prefix = \"https://t.example/\"\n\
                [[sign_in.client]]\nclient_id = \"a\"\nname = \"nightly deploys\"\n\
                [[sign_in.client]]\nclient_id = \"b\"\nsubject = \"b@clients\"\nname = \"watcher\"\npairs = [\"dev\"]\n";
    let scripts = loaded_oidc(&oidc(rows)).scripts;
    assert_eq!(scripts.prefix, "https://t.example");
    let [first, second] = &scripts.clients[..] else { panic!("{scripts:?}") };
    assert_eq!((&*first.client_id, &*first.subject, &*first.name), ("a", "a", "nightly deploys"));
    assert_eq!(first.pairs, Scope::All);
    assert_eq!(&*second.subject, "b@clients");
    assert!(matches!(&second.pairs, Scope::Only(pairs) if pairs.len() == 1));
    assert_eq!(loaded_alb(&alb(ARN, rows)).scripts, scripts, "behind a load balancer too");
}

#[test]
fn who_is_behind_a_script_is_named_one_by_one() {
    let rows = |people: &str| oidc(&format!("[[sign_in.client]]\nclient_id = \"a\"\nname = \"deploys\"\n{people}\n"));
    assert!(loaded_oidc(&rows("")).scripts.clients[0].people.is_empty());
    assert_eq!(loaded_oidc(&rows("people = [\"olga\", \" ben \"]")).scripts.clients[0].people, ["olga", "ben"]);
    one(&rows("people = [\"\"]"), "teal.toml:13:11: `` cannot be the name of a person");
    one(&rows("people = \"olga\""), "teal.toml:13:10: `people` wants a list, and this is the text `olga`");
}

#[test]
fn two_scripts_of_one_id_or_one_name_are_refused() {
    let rows = |id: &str, name: &str| {
        oidc(&format!(
            "[[sign_in.client]]\nclient_id = \"a\"\nname = \"deploys\"\n[[sign_in.client]]\nclient_id = \"{id}\"\nname = \"{name}\"\n"
        ))
    };
    one(&rows("a", "watcher"), "teal.toml:14:13: two scripts have the client_id `a`: ");
    one(&rows("b", "deploys"), "teal.toml:14:13: two scripts have the name `deploys`: ");
    one(&oidc("[[sign_in.client]]\nclient_id = \"a\"\n"), "teal.toml:10:1: [[sign_in.client]] has no `name`");
    one(
        &oidc("[[sign_in.client]]\nclient_id = \"a\"\nname = \"\"\n"),
        "teal.toml:12:8: `` cannot be the name of a script",
    );
}

#[test]
fn a_load_balancers_keys_are_where_its_region_has_them() {
    let keys = |arn: &str| loaded_alb(&alb(arn, "")).keys;
    assert_eq!(keys(ARN), "https://public-keys.auth.elb.us-east-2.amazonaws.com");
    let gov = ARN.replace("arn:aws:", "arn:aws-us-gov:").replace("us-east-2", "us-gov-west-1");
    assert_eq!(keys(&gov), "https://s3-us-gov-west-1.amazonaws.com/aws-elb-public-keys-prod-us-gov-west-1");
    let china = ARN.replace("arn:aws:", "arn:aws-cn:").replace("us-east-2", "cn-north-1");
    one(&alb(&china, ""), "teal.toml:10:11: where the keys of load balancers are in aws-cn is not documented: give");
    let told = loaded_alb(&alb(&china, "keys = \"https://keys.example/\"\n"));
    assert_eq!((told.keys.as_str(), told.alb_arn), ("https://keys.example", china));
}

#[test]
fn what_is_no_application_load_balancer_is_refused() {
    for wrong in [
        "",
        "teal",
        "arn:aws:elasticloadbalancing:us-east-2:123456789012:loadbalancer/net/teal/50dc6c495c0c9188",
        "arn:aws:elasticloadbalancing:us-east-2:123456789012:loadbalancer/app/teal",
        "arn:aws:elasticloadbalancing:us-east-2:1234:loadbalancer/app/teal/50dc6c495c0c9188",
        "arn:aws:elasticloadbalancing:nowhere:123456789012:loadbalancer/app/teal/50dc6c495c0c9188",
        "arn:aws:elasticloadbalancing:us-east-2:123456789012:loadbalancer/app/../50dc6c495c0c9188",
        "arn:evil:elasticloadbalancing:us-east-2:123456789012:loadbalancer/app/teal/50dc6c495c0c9188",
        "arn:aws:iam:us-east-2:123456789012:loadbalancer/app/teal/50dc6c495c0c9188",
    ] {
        one(&alb(wrong, ""), "teal.toml:10:11: ");
        assert!(said(&alb(wrong, ""))[0].contains("is not the ARN of an Application Load Balancer"), "{wrong}");
    }
}

#[test]
fn what_is_usual_behind_a_load_balancer_follows_from_the_provider() {
    let plain = loaded_alb(&alb(ARN, ""));
    assert_eq!((&*plain.groups_claim, &*plain.name_claim), ("groups", "preferred_username"));
    assert!(!plain.groups_are_in_the_access_token());
    assert_eq!(plain.session_cookie, "AWSELBAuthSessionCookie");
    let cognito = alb(ARN, "").replace("https://i.example", "https://cognito-idp.us-east-2.amazonaws.com/us-east-2_A");
    let cognito = loaded_alb(&cognito);
    assert_eq!((&*cognito.groups_claim, &*cognito.name_claim), ("cognito:groups", "username"));
    assert!(cognito.groups_are_in_the_access_token());
}

#[test]
fn keys_of_another_kind_are_refused_with_the_reason() {
    one(
        &alb(ARN, "step_up = \"10m\"\n"),
        "teal.toml:11:1: `step_up` means nothing beside kind = \"alb\": a load balancer does not say when somebody signed in",
    );
    for key in ["idle", "lasts", "refresh", "outage", "client_secret_file"] {
        one(
            &alb(ARN, &format!("{key} = \"10m\"\n")),
            &format!("teal.toml:11:1: `{key}` means nothing beside kind = \"alb\": the load balancer"),
        );
    }
    one(
        &oidc(&format!("alb_arn = \"{ARN}\"\n")),
        "teal.toml:10:1: `alb_arn` means nothing beside kind = \"oidc\": it belongs to kind = \"alb\"",
    );
    one(
        &with("issuer = \"https://i.example\"\n"),
        "teal.toml:6:1: `issuer` means nothing beside kind = \"local\": write",
    );
    one(&alb(ARN, "isuer = \"x\"\n"), "teal.toml:11:1: unknown key `isuer` in [sign_in]: did you mean `issuer`?");
    one(&with("kind = \"saml\"\n"), "teal.toml:6:8: `saml` is no way to sign in: write \"oidc\", \"alb\" or \"local\"");
    one(&alb(ARN, "session_cookie = \"a=b\"\n"), "teal.toml:11:18: `a=b` is no name of a cookie");
}

#[test]
fn whoever_signs_in_at_a_load_balancer_may_come_from_anywhere() {
    assert!(load(&format!("listen = \"0.0.0.0:3000\"\n{}", alb(ARN, ""))).is_ok());
}

#[test]
fn row_32_proxies_are_trusted_one_by_one_or_in_blocks_and_never_all_there_are() {
    let trusted = |text: &str| load(&format!("trusted_proxies = {text}\n{PAIR}"));
    let shown = |text: &str| {
        trusted(text).unwrap().trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    assert!(load(PAIR).unwrap().trusted_proxies.is_empty(), "none by default");
    assert_eq!(shown("[\"10.1.2.3/8\", \"fd00::/8\", \"192.0.2.1\"]"), "10.0.0.0/8 fd00::/8 192.0.2.1/32");
    for (wrong, says) in [
        ("[\"10.0.0.0/33\"]", "is no block of addresses"),
        ("[\"proxy.example\"]", "is no block of addresses"),
        ("[\"0.0.0.0/0\"]", "is every address there is"),
        ("[\"::/0\"]", "is every address there is"),
        ("\"10.0.0.0/8\"", "wants a list"),
    ] {
        let said = trusted(wrong).unwrap_err().to_string();
        assert!(said.starts_with("teal.toml:1:") && said.contains(says), "{said}");
    }
}
