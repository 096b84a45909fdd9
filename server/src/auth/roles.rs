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
