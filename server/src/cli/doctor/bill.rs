//! What was paid: whether it is asked for, and what the last answers were. Nothing is asked here: each request costs a cent.

use std::{collections::BTreeSet, sync::Arc};

use teal_domain::bill::{MOST_REQUESTS, Trouble};

use super::{Findings, Verdict};
use crate::{
    config::Config,
    engine::{
        Pair, bill,
        clock::{Clock as _, System},
    },
    store::Store,
};

/// What these findings are about where no pair is.
const ABOUT: &str = "costs";

/// Looks at what the store has of it, for each pair and each account.
pub(super) async fn look(findings: &mut Findings, store: &Store, config: &Config, pairs: &[Arc<Pair>]) {
    if !config.actual_costs {
        let says = "what was paid is not asked for: config does not turn it on (`actual = true` in [costs]; each request costs $0.01)";
        return findings.add(ABOUT, "actual", Verdict::NotTried, says, "");
    }
    let (now, mut told) = (System::default().now(), BTreeSet::new());
    for pair in pairs {
        let account = bill::account(&pair.config);
        let requests = match store.bill_requests(&account, now).await {
            Ok(requests) => requests,
            Err(error) => return findings.add(ABOUT, "requests", Verdict::Bad, error.to_string(), ""),
        };
        if told.insert(account.clone()) {
            let says = format!(
                "{account}: asked {} of {MOST_REQUESTS} times today, {} times this month",
                requests.today, requests.month
            );
            findings.add(ABOUT, "requests", Verdict::Good, says, "");
        }
        let (verdict, says, mend) = match bill::trouble(&requests, &pair.config) {
            None if requests.last.is_empty() => {
                (Verdict::NotTried, "Cost Explorer was not asked yet: `teal serve` does it".to_owned(), String::new())
            }
            None => (Verdict::Good, "Cost Explorer answers".to_owned(), String::new()),
            Some((_, trouble)) => said(trouble),
        };
        findings.add(pair.id().as_str(), "actual", verdict, says, mend);
    }
}

fn said(trouble: Trouble) -> (Verdict, String, String) {
    let warning = |says: String, mend: &str| (Verdict::Warning, says, mend.to_owned());
    match trouble {
        Trouble::Off => (Verdict::NotTried, "it is not turned on".to_owned(), String::new()),
        Trouble::NotAllowed(action) => {
            let mend = format!("Allow {action} in the policy of Teal's role.");
            (Verdict::Warning, format!("{action} is not allowed"), mend)
        }
        Trouble::NotAvailable => warning(
            "Cost Explorer has no data".to_owned(),
            "Turn it on in the Billing console of the account; a young one has data after a day.",
        ),
        Trouble::Currencies(currencies) => {
            warning(format!("amounts came in several currencies: {}", currencies.join(", ")), "")
        }
        Trouble::Other(says) => warning(says, ""),
    }
}
