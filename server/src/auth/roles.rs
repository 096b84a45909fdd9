//! From groups at the provider to roles here.

use teal_domain::{
    Grants, Role,
    access::{Grant, Scope},
};

/// What a group brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRole {
    /// The group, as the provider writes it.
    pub group: String,
    /// The role.
    pub role: Role,
    /// For which pairs.
    pub scope: Scope,
}

/// What a caller of AWS may do at the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerRole {
    /// Their ARN, as `sts:GetCallerIdentity` says it; a `*` at its end stands for any rest.
    pub arn: String,
    /// The role.
    pub role: Role,
    /// For which pairs.
    pub scope: Scope,
}

/// What somebody may do at the command line who calls AWS as this.
pub fn granted_to_caller(table: &[CallerRole], arn: &str) -> Grants {
    let fits = |row: &&CallerRole| match row.arn.strip_suffix('*') {
        Some(beginning) => arn.starts_with(beginning),
        None => arn == row.arn,
    };
    let held = table.iter().filter(fits);
    held.map(|row| Grant { role: row.role, scope: row.scope.clone() }).collect()
}

/// What somebody in these groups may do. A group that is not configured brings nothing.
pub fn granted(table: &[GroupRole], groups: &[String]) -> Grants {
    let held = table.iter().filter(|row| groups.contains(&row.group));
    held.map(|row| Grant { role: row.role, scope: row.scope.clone() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use teal_domain::{Action, On};

    #[test]
    fn a_caller_fits_to_the_letter_or_by_a_beginning() {
        let row = |arn: &str| CallerRole { arn: arn.into(), role: Role::Operator, scope: Scope::All };
        let table = [row("arn:aws:iam::123456789012:user/ana"), row("arn:aws:sts::123456789012:assumed-role/ops/*")];
        let may = |arn: &str| granted_to_caller(&table, arn).may(Action::Switch, On::House).is_ok();
        assert!(may("arn:aws:iam::123456789012:user/ana"));
        assert!(may("arn:aws:sts::123456789012:assumed-role/ops/ana@example.com"));
        for wrong in [
            "arn:aws:iam::123456789012:user/ana2",
            "arn:aws:iam::999999999999:user/ana",
            "arn:aws:sts::123456789012:assumed-role/ops2/ana",
            "",
        ] {
            assert!(!may(wrong), "{wrong}");
        }
    }

    #[test]
    fn only_groups_that_are_configured_bring_roles_and_only_by_their_exact_name() {
        let table = [GroupRole { group: "ops".into(), role: Role::Operator, scope: Scope::All }];
        let may = |groups: &[&str]| {
            let groups: Vec<String> = groups.iter().map(|group| (*group).to_owned()).collect();
            granted(&table, &groups).may(Action::Switch, On::House).is_ok()
        };
        assert!(may(&["staff", "ops"]));
        for wrong in [&["OPS"][..], &["ops "], &["admin"], &[]] {
            assert!(!may(wrong), "{wrong:?}");
        }
    }
}
