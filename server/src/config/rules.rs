//! What one value must look like. Each rule takes the text as written and says what is wrong with it.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use ipnet::IpNet;
use teal_domain::{PairId, topology::Mode};

use super::mistake::{Wrong, quoted};

/// A role to assume, and the account it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Role {
    pub arn: String,
    pub account: String,
}

pub(super) fn anywhere(text: &str) -> Result<SocketAddr, Wrong> {
    text.parse().map_err(|_| {
        let what = format!("{} is not an address to listen on", quoted(text));
        Wrong::new(what, "write an IP address and a port, like \"127.0.0.1:3000\" or \"[::1]:3000\"")
    })
}

/// While nobody signs in: what only this machine reaches.
pub(super) fn listen(text: &str) -> Result<SocketAddr, Wrong> {
    let address = anywhere(text)?;
    if !address.ip().to_canonical().is_loopback() {
        let what = format!("{} can be reached from other machines, and nobody signs in", quoted(text));
        let mend = format!(
            "listen on \"127.0.0.1:{}\" and reach it through a tunnel, or let people sign in with [sign_in]",
            address.port()
        );
        return Err(Wrong::new(what, mend));
    }
    Ok(address)
}

/// Addresses of proxies: one, or a block.
pub(super) fn proxies(text: &str) -> Result<IpNet, Wrong> {
    let block = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    let wrong = |what: &str, mend: &str| Err(Wrong::new(format!("{} {what}", quoted(text)), mend));
    match block {
        None => wrong("is no block of addresses", "write one like \"10.0.0.0/8\" or \"fd00::/8\", or one address"),
        Some(block) if block.prefix_len() == 0 => {
            wrong("is every address there is", "name your own proxies only: whoever is trusted can say to be anybody")
        }
        Some(block) => Ok(block.trunc()),
    }
}

/// The name of a load balancer, as Elastic Load Balancing takes it.
pub(super) fn load_balancer(text: &str) -> Result<String, Wrong> {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if (1..=32).contains(&text.len()) && text.bytes().all(good) && !text.starts_with('-') && !text.ends_with('-') {
        return Ok(text.to_owned());
    }
    let what = format!("{} is no name of a load balancer", quoted(text));
    Err(Wrong::new(what, "write its name, not its ARN: 1 to 32 letters, digits and hyphens, no hyphen at either end"))
}

/// How the platform is deployed.
pub(super) fn mode(text: &str) -> Result<Mode, Wrong> {
    match text {
        "standard" => Ok(Mode::Standard),
        "blue-green" => Ok(Mode::BlueGreen),
        "ha-marquez" => Ok(Mode::HaMarquez),
        "full-ha" => Ok(Mode::FullHa),
        _ => Err(Wrong::new(
            format!("{} is no mode of the platform", quoted(text)),
            "write one of \"standard\", \"blue-green\", \"ha-marquez\", \"full-ha\", or leave it out",
        )),
    }
}

/// Auto Scaling: <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html>
pub(super) fn group(text: &str) -> Result<String, Wrong> {
    let good = !text.trim().is_empty() && text.len() <= 255 && !text.contains([':', '/']) && !has_controls(text);
    named(text, good, "an Auto Scaling group", "write its name, not its ARN: up to 255 characters, no colon")
}

/// The tag `Name` of an instance. A `*` would stand for anything.
pub(super) fn instance(text: &str) -> Result<String, Wrong> {
    let good =
        !text.trim().is_empty() && text.chars().count() <= 255 && !text.contains(['*', '?']) && !has_controls(text);
    named(text, good, "an instance", "write what its tag `Name` says, up to 255 characters, without * and ?")
}

/// RDS: <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html>
pub(super) fn database(text: &str) -> Result<String, Wrong> {
    let good = (1..=63).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && !text.ends_with('-');
    named(text, good, "a database", "write the identifier of its cluster or instance, not its ARN or its address")
}

/// Secrets Manager: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html>
pub(super) fn secret(text: &str) -> Result<String, Wrong> {
    let good = (1..=512).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_+=.@-".contains(&byte));
    named(text, good, "a secret", "write its name, not its ARN: letters, digits and /_+=.@-")
}

fn named(text: &str, good: bool, what: &str, mend: &str) -> Result<String, Wrong> {
    if good { Ok(text.to_owned()) } else { Err(Wrong::new(format!("{} is no name of {what}", quoted(text)), mend)) }
}

fn has_controls(text: &str) -> bool {
    text.chars().any(char::is_control)
}

pub(super) fn path(text: &str) -> Result<PathBuf, Wrong> {
    if text.trim().is_empty() {
        return Err(Wrong::new("a path is empty", "name a path, or leave the setting out"));
    }
    if text.chars().any(char::is_control) {
        let what = format!("the path {} holds a control character", quoted(text));
        return Err(Wrong::new(what, "put it in single quotes: in double quotes a backslash begins an escape"));
    }
    Ok(PathBuf::from(text))
}

/// The path of a file: it must end in a name.
pub(super) fn file(text: &str) -> Result<PathBuf, Wrong> {
    let path = path(text)?;
    if text.ends_with('/') || path.file_name().is_none() {
        let what = format!("{} is a folder, not a file", quoted(text));
        return Err(Wrong::new(what, "name the file itself, like \"teal.db\""));
    }
    Ok(path)
}

pub(super) fn pair_id(text: &str) -> Result<PairId, Wrong> {
    let wrong = |_| {
        let what = format!("{} cannot be the id of a pair", quoted(text));
        Wrong::new(what, "use 1 to 40 characters of a-z, 0-9 and -, beginning with a letter")
    };
    text.parse().map_err(wrong)
}

pub(super) fn title(text: &str) -> Result<String, Wrong> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 80 || text.chars().any(char::is_control) {
        let what = format!("{} cannot be the name of a pair", quoted(text));
        return Err(Wrong::new(what, "use 1 to 80 characters on one line, or leave `name` out"));
    }
    Ok(text.to_owned())
}

fn is_name(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// MWAA: <https://docs.aws.amazon.com/mwaa/latest/API/API_CreateEnvironment.html>, `Name`.
pub(super) fn environment_name(text: &str) -> Result<String, Wrong> {
    if text.len() > 80 {
        let what = format!("{} has {} characters, and MWAA allows 80", quoted(text), text.chars().count());
        return Err(Wrong::new(what, "write the environment's name as it stands in MWAA"));
    }
    if !text.starts_with(|c: char| c.is_ascii_alphabetic()) || !is_name(text) {
        let what = format!("{} cannot be the name of an MWAA environment", quoted(text));
        return Err(Wrong::new(what, "use letters, digits, - and _, beginning with a letter"));
    }
    Ok(text.to_owned())
}

pub(super) fn project(text: &str) -> Result<String, Wrong> {
    if text.len() > 80 || !text.starts_with(|c: char| c.is_ascii_alphabetic()) || !is_name(text) {
        let what = format!("{} cannot be a project: resources are named after it", quoted(text));
        return Err(Wrong::new(what, "use 1 to 80 letters, digits, - and _, beginning with a letter"));
    }
    Ok(text.to_owned())
}

pub(super) fn environment(text: &str) -> Result<String, Wrong> {
    if text.is_empty() || text.len() > 80 || !is_name(text) {
        let what = format!("{} cannot be an environment: resources are named after it", quoted(text));
        return Err(Wrong::new(what, "use 1 to 80 letters, digits, - and _, like \"dev\""));
    }
    Ok(text.to_owned())
}

/// Parameter Store: <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html>,
/// `Name`. An ARN or a version after a colon is for reading only, so it is refused here.
pub(super) fn parameter(text: &str) -> Result<String, Wrong> {
    let refuse = |why: &str, mend: &str| {
        Err(Wrong::new(format!("{} cannot be the name of a parameter: {why}", quoted(text)), mend))
    };
    let bare = text.strip_prefix('/').unwrap_or(text);
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    let first = bare.split('/').next().unwrap_or(bare).to_ascii_lowercase();
    if text.contains(':') {
        return refuse("it holds a colon", "write the bare name, without an ARN or a version");
    }
    if bare.split('/').any(str::is_empty) {
        return refuse("a level of it is empty", "write it like \"/mwaa/blue-green/active-environment\"");
    }
    if !bare.split('/').all(|level| level.bytes().all(legal)) {
        return refuse("Parameter Store does not take such characters", "use letters, digits, . _ - and /");
    }
    if bare == text && text.contains('/') {
        return refuse("a name with levels begins with a slash", &format!("write \"/{text}\""));
    }
    if first.starts_with("aws") || first.starts_with("ssm") {
        return refuse("names that begin with aws or ssm are AWS's own", "choose another");
    }
    if bare.split('/').count() > 15 || text.len() > 1011 {
        return refuse("it is too long", "use at most 15 levels and 1011 characters");
    }
    Ok(text.to_owned())
}

pub(super) fn region(text: &str) -> Result<String, Wrong> {
    let wrong = |mend: String| Err(Wrong::new(format!("{} is not an AWS region", quoted(text)), mend));
    let words: Vec<&str> = text.split('-').collect();
    let like_a_region = |words: &[&str]| {
        let [area, middle @ .., number] = words else { return false };
        let word = |w: &&str| w.len() >= 2 && w.bytes().all(|b| b.is_ascii_lowercase());
        word(area)
            && (1..=2).contains(&middle.len())
            && middle.iter().all(word)
            && matches!(number.as_bytes(), [b'1'..=b'9'] | [b'1'..=b'9', b'0'..=b'9'])
    };
    if like_a_region(&words) {
        return Ok(text.to_owned());
    }
    // The commonest slips: an Availability Zone, and capitals.
    let zone = text.trim_end_matches(|c: char| c.is_ascii_lowercase());
    for guess in [zone.to_owned(), text.trim().to_ascii_lowercase(), text.trim().replace(['_', ' '], "-")] {
        if like_a_region(&guess.split('-').collect::<Vec<_>>()) {
            return wrong(format!("did you mean \"{guess}\"?"));
        }
    }
    wrong("write it like \"us-east-2\"".to_owned())
}

pub(super) fn account(text: &str) -> Result<String, Wrong> {
    if text.len() != 12 || !text.bytes().all(|b| b.is_ascii_digit()) {
        let what = format!("{} is not an AWS account", quoted(text));
        return Err(Wrong::new(what, "write its 12 digits, like \"123456789012\""));
    }
    Ok(text.to_owned())
}

/// IAM: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>.
pub(super) fn role(text: &str) -> Result<Role, Wrong> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let good_name = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let legal = |b: u8| b.is_ascii_alphanumeric() || b"+=,.@_-/".contains(&b);
        (1..=64).contains(&name.len()) && path.len() <= 576 && path.bytes().all(legal)
    };
    if let ["arn", partition, "iam", "", account, resource] = parts[..]
        && (partition == "aws" || partition.starts_with("aws-"))
        && is_name(partition)
        && self::account(account).is_ok()
        && resource.strip_prefix("role/").is_some_and(good_name)
    {
        return Ok(Role { arn: text.to_owned(), account: account.to_owned() });
    }
    let mend = if text.contains(":assumed-role/") || text.contains(":sts:") {
        "this is a session of a role; write the role itself, like \"arn:aws:iam::123456789012:role/teal\""
    } else {
        "write it like \"arn:aws:iam::123456789012:role/teal\""
    };
    Err(Wrong::new(format!("{} is not the ARN of a role", quoted(text)), mend))
}

#[cfg(test)]
mod tests;
