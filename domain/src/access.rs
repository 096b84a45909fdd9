//! Who may do what. One table; pages, server functions, API and command line all ask it.

use crate::PairId;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt, str::FromStr};

/// What somebody is to Teal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks: status, history, topology, lineage, estimates from list prices.
    Viewer,
    /// Looks, and sees what it really costs.
    Manager,
    /// Looks, switches and drills.
    Operator,
    /// Looks, and approves what others want to switch.
    Approver,
    /// Reads everything that is on record, and takes it away as files.
    Auditor,
    /// All of it, and other people's sessions and embed links.
    Admin,
}

/// What somebody may want to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Look at a pair: status, history, topology, lineage, estimates.
    See,
    /// See actual costs, forecast and budget.
    SeeCosts,
    /// Move the flag.
    Switch,
    /// Plan and start drills.
    Drill,
    /// Approve somebody else's switch.
    Approve,
    /// Add a note to a record.
    Note,
    /// Take the history away as a file.
    Export,
    /// Read denials, sessions and embed links.
    Audit,
    /// End other people's sessions; make and revoke embed links.
    Administer,
}

impl Role {
    /// All of them, from the one that may least.
    pub const ALL: [Self; 6] =
        [Self::Viewer, Self::Manager, Self::Operator, Self::Approver, Self::Auditor, Self::Admin];

    /// The word for it, in config and on pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Manager => "manager",
            Self::Operator => "operator",
            Self::Approver => "approver",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }

    /// The table.
    pub const fn may(self, action: Action) -> bool {
        match (self, action) {
            (Self::Admin, _) | (_, Action::See) => true,
            (Self::Manager, action) => matches!(action, Action::SeeCosts),
            (Self::Operator, action) => matches!(action, Action::Switch | Action::Drill | Action::Note),
            (Self::Approver, action) => matches!(action, Action::Approve | Action::Note),
            (Self::Auditor, action) => matches!(action, Action::Export | Action::Audit),
            (Self::Viewer, _) => false,
        }
    }
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::See,
        Self::SeeCosts,
        Self::Switch,
        Self::Drill,
        Self::Approve,
        Self::Note,
        Self::Export,
        Self::Audit,
        Self::Administer,
    ];

    /// The word for it, in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::See => "see",
            Self::SeeCosts => "see_costs",
            Self::Switch => "switch",
            Self::Drill => "drill",
            Self::Approve => "approve",
            Self::Note => "note",
            Self::Export => "export",
            Self::Audit => "audit",
            Self::Administer => "administer",
        }
    }

    /// The action as the beginning of a sentence that ends in "needs the role …".
    pub const fn title(self) -> &'static str {
        match self {
            Self::See => "Looking",
            Self::SeeCosts => "Seeing actual costs",
            Self::Switch => "Switching",
            Self::Drill => "Drilling",
            Self::Approve => "Approving",
            Self::Note => "Adding a note",
            Self::Export => "Exporting the history",
            Self::Audit => "Reading what was denied and who is signed in",
            Self::Administer => "Ending the sessions of others",
        }
    }

    /// Whether it is about Teal as a whole. Then a role that is limited to some pairs does not give it.
    pub const fn is_of_the_house(self) -> bool {
        matches!(self, Self::Audit | Self::Administer)
    }

    /// Who may, by role.
    pub fn roles(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| role.may(self))
    }
}

/// The pairs that a role is held for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// All of them, also those to come.
    All,
    /// These only.
    Only(BTreeSet<PairId>),
}

/// A role, and for what it is held.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// For which pairs.
    pub scope: Scope,
}

/// Everything that somebody was granted. Nothing, by default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Grants(BTreeSet<Grant>);

/// What an action is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On<'a> {
    /// One pair.
    Pair(&'a PairId),
    /// Teal as a whole, or whatever pair there is.
    House,
}

/// Somebody may not. Says what is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Denied {
    /// What was wanted.
    pub action: Action,
    /// For which pair.
    pub pair: Option<PairId>,
    /// The roles that the person has there.
    pub has: Vec<Role>,
}

impl Grants {
    /// Every role for every pair: the person at this machine.
    pub fn everything() -> Self {
        Self::from_iter([Grant { role: Role::Admin, scope: Scope::All }])
    }

    /// Whether it is allowed.
    ///
    /// # Errors
    /// What is missing, when it is not.
    pub fn may(&self, action: Action, on: On<'_>) -> Result<(), Denied> {
        let held = |grant: &Grant| match (on, &grant.scope) {
            (_, Scope::All) => true,
            (On::Pair(pair), Scope::Only(pairs)) => pairs.contains(pair),
            // A page that every pair has a part in is open to whoever may see one of them.
            (On::House, Scope::Only(_)) => !action.is_of_the_house(),
        };
        if self.0.iter().any(|grant| held(grant) && grant.role.may(action)) {
            return Ok(());
        }
        let has: BTreeSet<Role> = self.0.iter().filter(|grant| held(grant)).map(|grant| grant.role).collect();
        let pair = match on {
            On::Pair(pair) => Some(pair.clone()),
            On::House => None,
        };
        Err(Denied { action, pair, has: has.into_iter().collect() })
    }

    /// Whether this very role is held for a pair.
    pub fn holds(&self, role: Role, pair: &PairId) -> bool {
        self.0.iter().any(|grant| {
            grant.role == role
                && match &grant.scope {
                    Scope::All => true,
                    Scope::Only(pairs) => pairs.contains(pair),
                }
        })
    }

    /// The roles, each once, from the one that may least.
    pub fn roles(&self) -> Vec<Role> {
        self.0.iter().map(|grant| grant.role).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Whether nothing was granted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Grant> for Grants {
    fn from_iter<T: IntoIterator<Item = Grant>>(grants: T) -> Self {
        Self(grants.into_iter().collect())
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text was not a role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a role: viewer, manager, operator, approver, auditor or admin")]
pub struct NotARole(pub String);

impl FromStr for Role {
    type Err = NotARole;

    fn from_str(text: &str) -> Result<Self, NotARole> {
        let found = Self::ALL.into_iter().find(|role| role.as_str() == text);
        found.ok_or_else(|| NotARole(text.chars().take(40).collect()))
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed = |roles: Vec<Role>, last: &str| {
            let words: Vec<&str> = roles.into_iter().map(Role::as_str).collect();
            match words.split_last() {
                Some((end, [])) => (*end).to_owned(),
                Some((end, before)) => format!("{} {last} {end}", before.join(", ")),
                None => String::new(),
            }
        };
        write!(f, "{} needs the role {}", self.action.title(), listed(self.action.roles().collect(), "or"))?;
        if let Some(pair) = &self.pair {
            write!(f, " for {pair}")?;
        }
        match &self.has[..] {
            [] => f.write_str(". You have none here."),
            has => write!(f, ". You are {} here.", listed(has.to_vec(), "and")),
        }
    }
}

impl std::error::Error for Denied {}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(id: &str) -> PairId {
        id.parse().expect("a pair")
    }

    fn only(role: Role, pairs: &[&str]) -> Grant {
        Grant { role, scope: Scope::Only(pairs.iter().map(|id| pair(id)).collect()) }
    }

    #[test]
    fn row_33_the_table_says_who_may_do_what() {
        use Action::{Administer, Approve, Audit, Drill, Export, Note, See, SeeCosts, Switch};
        let table: [(Role, &[Action]); 6] = [
            (Role::Viewer, &[See]),
            (Role::Manager, &[See, SeeCosts]),
            (Role::Operator, &[See, Switch, Drill, Note]),
            (Role::Approver, &[See, Approve, Note]),
            (Role::Auditor, &[See, Export, Audit]),
            (Role::Admin, &[See, SeeCosts, Switch, Drill, Approve, Note, Export, Audit, Administer]),
        ];
        for (role, may) in table {
            let granted = Grants::from_iter([Grant { role, scope: Scope::All }]);
            for action in Action::ALL {
                for on in [On::House, On::Pair(&pair("dev"))] {
                    assert_eq!(granted.may(action, on).is_ok(), may.contains(&action), "{role} {action:?} {on:?}");
                }
            }
        }
    }

    #[test]
    fn whoever_was_granted_nothing_may_do_nothing() {
        for action in Action::ALL {
            assert!(Grants::default().may(action, On::House).is_err());
            assert!(Grants::default().may(action, On::Pair(&pair("dev"))).is_err());
        }
    }

    #[test]
    fn row_34_a_role_for_one_pair_gives_nothing_on_another() {
        let grants = Grants::from_iter([only(Role::Operator, &["dev"]), only(Role::Viewer, &["prod"])]);
        assert!(grants.may(Action::Switch, On::Pair(&pair("dev"))).is_ok());
        assert!(grants.may(Action::See, On::Pair(&pair("prod"))).is_ok());
        assert!(grants.may(Action::Switch, On::Pair(&pair("prod"))).is_err());
        assert!(grants.may(Action::See, On::Pair(&pair("test"))).is_err());
    }

    #[test]
    fn an_admin_of_one_pair_is_no_admin_of_the_house() {
        let grants = Grants::from_iter([only(Role::Admin, &["dev"])]);
        assert!(grants.may(Action::Switch, On::Pair(&pair("dev"))).is_ok());
        assert!(grants.may(Action::See, On::House).is_ok());
        assert!(grants.may(Action::Administer, On::House).is_err());
        assert!(grants.may(Action::Audit, On::House).is_err());
    }

    #[test]
    fn a_denial_says_what_is_missing() {
        let grants = Grants::from_iter([only(Role::Viewer, &["dev"])]);
        let denied = grants.may(Action::Switch, On::Pair(&pair("dev"))).unwrap_err();
        assert_eq!(denied.to_string(), "Switching needs the role operator or admin for dev. You are viewer here.");
        let denied = grants.may(Action::Note, On::Pair(&pair("prod"))).unwrap_err();
        assert_eq!(
            denied.to_string(),
            "Adding a note needs the role operator, approver or admin for prod. You have none here."
        );
    }
}
