//! How often: signing in, by the address that it comes from, and doing things, by the person.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    num::NonZeroU32,
    ops::ControlFlow,
    time::Duration,
};

use axum::{
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
};
use teal_app::desk::Identity;
use teal_domain::{Actor, Subject};

use super::address::ComesFrom;

/// An office comes from one address, so this many may set out at once, and one more each second.
const SIGN_INS: NonZeroU32 = NonZeroU32::new(60).expect("more than none");
/// A person presses a button some times a minute; a script that does is stopped before it fills the journal.
const DEEDS: NonZeroU32 = NonZeroU32::new(240).expect("more than none");

/// What was done lately.
#[derive(Debug)]
pub struct Limits {
    sign_ins: DefaultKeyedRateLimiter<IpAddr>,
    deeds: DefaultKeyedRateLimiter<String>,
}

impl Default for Limits {
    fn default() -> Self {
        let each = |burst| Quota::with_period(Duration::from_secs(1)).map(|quota| quota.allow_burst(burst));
        let quota = |burst| each(burst).unwrap_or_else(|| Quota::per_second(burst));
        Self { sign_ins: RateLimiter::keyed(quota(SIGN_INS)), deeds: RateLimiter::keyed(quota(DEEDS)) }
    }
}

/// Refuses what comes too often. What a header says of the address counts only where a proxy that is trusted wrote it.
pub fn limited(limits: &Limits, request: &Request) -> ControlFlow<Response> {
    let from = request.extensions().get::<ComesFrom>().map(|from| from.0);
    let over = if request.uri().path().starts_with("/sign-in") {
        limits.sign_ins.check_key(&from.map_or(Ipv4Addr::LOCALHOST.into(), network)).err()
    } else if request.method() == Method::POST {
        // Whoever is not known counts by address: one of them must not use up what all the others have.
        let who = request.extensions().get::<Identity>();
        let who = who.map_or_else(|| format!("{:?}", from.map(network)), |who| person(&who.actor));
        limits.deeds.check_key(&who).err()
    } else {
        None
    };
    let Some(over) = over else { return ControlFlow::Continue(()) };
    let wait = over.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
    tracing::warn!(target: "teal::denied", ?from, path = request.uri().path(), "too often");
    let text = format!("Too often: nothing was done. Wait {wait} s, then try again.\n");
    let mut response = (StatusCode::TOO_MANY_REQUESTS, text).into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
    ControlFlow::Break(response)
}

/// Whoever has one address of IPv6 has a whole network of them.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

/// Somebody, for what is counted by person: names change hands.
pub fn person(actor: &Actor) -> String {
    let name = actor.subject.as_ref().map_or(&*actor.name, Subject::as_str);
    format!("{} {name}", actor.via.as_str())
}

impl Limits {
    /// Forgets those who have long been quiet, so that what is remembered does not grow.
    pub fn sweep(&self) {
        self.sign_ins.retain_recent();
        self.deeds.retain_recent();
    }
}
