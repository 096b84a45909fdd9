//! The parts of `teal.toml` and the keys that each knows; and what to say of a key that it does not know.

use teal_domain::policy;

use super::{
    mistake::{Wrong, quoted},
    near::nearest,
};

/// A part of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Top,
    Store,
    Polling,
    Pair,
    Names,
    Lineage,
    /// The namespaces of both sides: whoever mistypes a side elsewhere does not mean a namespace.
    Namespaces,
    Policy,
    /// What checks say: its keys are the names of the checks.
    Says,
    Guard,
    Freeze,
    SignIn,
    Embed,
    Traces,
    Costs,
    PairCosts,
    /// The keys of tags: whoever mistypes a project elsewhere does not mean a tag.
    CostTags,
    Role,
    Caller,
    Client,
}

impl Part {
    /// All but those whose keys are no words of their own, checks, sides and tags: whoever mistypes a key elsewhere means none of
    /// them.
    pub const ALL: [Self; 17] = [
        Self::Top,
        Self::Store,
        Self::Polling,
        Self::Pair,
        Self::Names,
        Self::Lineage,
        Self::Policy,
        Self::Guard,
        Self::Freeze,
        Self::SignIn,
        Self::Role,
        Self::Caller,
        Self::Embed,
        Self::Traces,
        Self::Costs,
        Self::PairCosts,
        Self::Client,
    ];

    /// How its head is written in the file.
    pub fn head(self) -> &'static str {
        match self {
            Self::Top => "the top of the file",
            Self::Store => "[store]",
            Self::Polling => "[polling]",
            Self::Pair => "[[pair]]",
            Self::Names => "[pair.names]",
            Self::Lineage => "[pair.lineage]",
            Self::Namespaces => "`namespaces` of [pair.lineage]",
            Self::Policy => "[pair.policy]",
            Self::Says => "`says` of [pair.policy]",
            Self::Guard => "[[pair.policy.guard]]",
            Self::Freeze => "[[pair.policy.freeze]]",
            Self::SignIn => "[sign_in]",
            Self::Embed => "[embed]",
            Self::Traces => "[traces]",
            Self::Costs => "[costs]",
            Self::PairCosts => "[pair.costs]",
            Self::CostTags => "`tags` of [pair.costs]",
            Self::Role => "[[sign_in.role]]",
            Self::Caller => "[[sign_in.caller]]",
            Self::Client => "[[sign_in.client]]",
        }
    }

    /// The keys that may stand in it.
    pub fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Top => &[
                "listen",
                "metrics",
                "site",
                "grace",
                "cloudtrail",
                "runs_in",
                "trusted_proxies",
                "store",
                "polling",
                "sign_in",
                "embed",
                "traces",
                "costs",
                "pair",
            ],
            Self::Store => &["path", "spool"],
            Self::Polling => &["flag", "environments", "surroundings", "request_timeout"],
            Self::Pair => &[
                "id",
                "name",
                "project",
                "environment",
                "region",
                "account",
                "assume_role_arn",
                "lineage_health_url",
                "mode",
                "names",
                "lineage",
                "policy",
                "costs",
            ],
            Self::Names => &["flag", "blue", "green", "load_balancer", "group", "instance", "database", "secret"],
            Self::Lineage => &["public_url", "api_url", "health_url", "namespaces"],
            Self::Namespaces => &["blue", "green"],
            Self::Policy => &[
                "two_person",
                "approval_lives",
                "says",
                "anti_flap",
                "override",
                "change_ref",
                "change_ref_pattern",
                "proven_on",
                "proven_within",
                "proven_otherwise",
                "runbook_url",
                "strategy",
                "guarded_tag",
                "guard_task",
                "drain",
                "watch",
                "revert",
                "revert_failures",
                "smoke",
                "smoke_lasts",
                "smoke_within",
                "guard",
                "freeze",
            ],
            Self::Says => &policy::CHECKS,
            Self::Guard => &["alarm", "before", "after", "runbook_url"],
            Self::Freeze => &["because", "zone", "from", "to", "rrule", "starts", "cron", "lasts"],
            Self::SignIn => &[
                "kind",
                "public_url",
                "issuer",
                "discovery",
                "client_id",
                "client_secret_file",
                "scopes",
                "groups_claim",
                "name_claim",
                "prompt",
                "logout",
                "idle",
                "lasts",
                "refresh",
                "outage",
                "step_up",
                "emergency_in_outage",
                "alb_arn",
                "keys",
                "session_cookie",
                "scope_prefix",
                "role",
                "caller",
                "client",
            ],
            Self::Embed => &["parents", "cross_site"],
            Self::Traces => &["endpoint", "headers_file", "service_name", "percent", "parents"],
            Self::Costs => &["actual", "list_prices"],
            Self::PairCosts => &["budget", "failed_hour", "tags"],
            Self::CostTags => &["project", "environment", "side"],
            Self::Role => &["group", "role", "pairs"],
            Self::Caller => &["arn", "role", "pairs"],
            Self::Client => &["client_id", "subject", "name", "pairs", "people"],
        }
    }

    /// What to say of a key that this part does not know.
    pub fn unknown(self, key: &str) -> Wrong {
        let what = format!("unknown key {} {}", quoted(key), self.place());
        if let Some(meant) = nearest(key, self.keys()) {
            return Wrong::new(what, format!("did you mean `{meant}`?"));
        }
        // A key below a head belongs to that head: in TOML the commonest way of getting one wrong.
        let homes: Vec<_> = Self::ALL.into_iter().filter(|part| part.keys().contains(&key)).collect();
        if !homes.is_empty() {
            let homes: Vec<_> = homes.into_iter().map(Self::home).collect();
            return Wrong::new(what, format!("it belongs {}", homes.join(" or ")));
        }
        for part in Self::ALL {
            if let Some(meant) = nearest(key, part.keys()) {
                return Wrong::new(what, format!("did you mean `{meant}`, which belongs {}?", part.home()));
            }
        }
        Wrong::new(what, format!("remove it; the keys here are {}", self.keys().join(", ")))
    }

    fn place(self) -> String {
        match self {
            Self::Top => format!("at {}", self.head()),
            _ => format!("in {}", self.head()),
        }
    }

    fn home(self) -> String {
        match self {
            Self::Top => format!("{}, above the first [section]", self.place()),
            _ => self.place(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_answered_with_the_one_that_was_meant() {
        assert_eq!(Part::Pair.unknown("regoin").mend, "did you mean `region`?");
        assert_eq!(Part::Pair.unknown("regoin").what, "unknown key `regoin` in [[pair]]");
    }

    #[test]
    fn a_key_in_the_wrong_part_is_sent_home() {
        assert_eq!(Part::Pair.unknown("grace").mend, "it belongs at the top of the file, above the first [section]");
        assert_eq!(Part::Pair.unknown("flag").mend, "it belongs in [polling] or in [pair.names]");
        assert_eq!(Part::Pair.unknown("gren").mend, "did you mean `green`, which belongs in [pair.names]?");
    }

    #[test]
    fn a_key_like_no_other_is_answered_with_those_there_are() {
        assert_eq!(Part::Store.unknown("mirror").mend, "remove it; the keys here are path, spool");
    }
}
