//! One side: what it is, whether it could take over, and what can be done with it.

mod pulse;

use super::{
    allowed,
    icon::{Glyph, Icon},
    mark::{Mark, Tone},
    side::Shape,
    when::{Ago, For},
};
use crate::{paths, render::View};
use leptos::{either::Either, prelude::*};
use teal_domain::{
    Action, Color, Environment, EnvironmentStatus, PairSnapshot, Timestamp, environment::Readiness,
    maintenance::Maintenance,
};

/// The card of a side.
pub fn side_card(view: &View<'_>, pair: &PairSnapshot, color: Color) -> AnyView {
    let now = view.now;
    let denied = view.denied(Action::Switch);
    let may_take_over = live_elsewhere(pair, color);
    let live = pair.live();
    let reading = pair.side(color);
    let stale = reading.error().is_some();
    let (tone, word) = status(pair, color, now);
    let class = format!(
        "card side-card {} {}{}",
        match color {
            Color::Blue => "side-blue",
            Color::Green => "side-green",
        },
        if live == Some(color) { "live" } else { "standby" },
        if stale { " stale" } else { "" },
    );
    let id = match color {
        Color::Blue => "side-blue",
        Color::Green => "side-green",
    };
    view! {
        <section class=class aria-labelledby=id data-glow="">
            <header>
                <h2 id=id><Shape color />{color.title()}</h2>
                <span class="role">{role(pair, color)}</span>
                <span class="state"><Mark tone text=word />{elapsed(pair, color, now)}</span>
            </header>
            <p class="verdict">{verdict(pair, color, now)}</p>
            {facts(reading.value())}
            {pulse::pulse(pair.surroundings.side(color))}
            {freshness(pair, color, now)}
            <p class="actions">
                {may_take_over.then(|| match &denied {
                    None => Either::Left(view! {
                        <a class="button" href=paths::switch(&pair.id, color)>"Switch to "{color.title()}"…"</a>
                    }),
                    Some(_) => Either::Right(allowed::off(view! { "Switch to "{color.title()}"…" })),
                })}
                {airflow(reading.value(), color)}
                {may_take_over.then(|| view! { <a class="button quiet" href=paths::upgrade(&pair.id)>"Upgrade Airflow"</a> })}
            </p>
            {denied.as_ref().filter(|_| may_take_over).map(allowed::why_not)}
        </section>
    }
    .into_any()
}

fn live_elsewhere(pair: &PairSnapshot, color: Color) -> bool {
    pair.live() == Some(color.other())
}

/// What the side is just now.
pub fn role(pair: &PairSnapshot, color: Color) -> &'static str {
    match pair.live() {
        Some(side) if side == color => "live",
        Some(_) => "standby",
        None if pair.flag.value().is_some() => "waiting",
        None => "not known",
    }
}

/// What was declared to be done to a side that does not hold the flag: then it raises no alarm. The live side does,
/// whatever was declared.
fn silent(pair: &PairSnapshot, color: Color, now: Timestamp) -> Option<&Maintenance> {
    pair.maintained(color, now).filter(|_| pair.live() == Some(color.other()))
}

/// For how long it has been changing.
pub fn elapsed(pair: &PairSnapshot, color: Color, now: Timestamp) -> impl IntoView + use<> {
    let since = pair.side(color).value().and_then(|env| env.changing_for(now)).map(|span| now - span);
    since.map(|at| view! { " " <span class="hint"><For at now /></span> })
}

/// The status word of MWAA, and how that is.
pub fn status(pair: &PairSnapshot, color: Color, now: Timestamp) -> (Tone, String) {
    let changing = matches!(pair.side(color).value().map(|env| &env.status), Some(EnvironmentStatus::Changing(_)));
    let tone = match pair.readiness(color) {
        Readiness::Attention | Readiness::Down if silent(pair, color, now).is_some() => {
            if changing {
                Tone::Busy
            } else {
                Tone::Plain
            }
        }
        Readiness::Ready => Tone::Good,
        Readiness::Attention => Tone::Attention,
        Readiness::Down => Tone::Down,
        Readiness::Unknown => Tone::Unknown,
    };
    (tone, pair.side(color).value().map_or_else(|| "not read".to_owned(), |env| env.status.to_string()))
}

/// What the status means here: for the standby, whether it could take over.
pub fn verdict(pair: &PairSnapshot, color: Color, now: Timestamp) -> String {
    if let Some(declared) = silent(pair, color, now) {
        let could = match pair.readiness(color) {
            Readiness::Ready => " It could take over.",
            _ => " It is not meant to take over just now.",
        };
        return format!("{}.{could}", declared.told());
    }
    let reading = pair.side(color);
    let is_live = pair.live() == Some(color);
    let error = reading.error().map(|error| error.message.as_str());
    match (reading.value().map(|env| &env.status), error) {
        (None, Some(error)) => format!("Could not be read: {error}"),
        (None, None) => "Teal is asking MWAA.".to_owned(),
        (Some(EnvironmentStatus::Available), Some(error)) => format!("It was AVAILABLE when it last answered. {error}"),
        (Some(EnvironmentStatus::Available), None) if is_live => "Works and holds the flag.".to_owned(),
        (Some(EnvironmentStatus::Available), None) => "Ready to take over.".to_owned(),
        (Some(EnvironmentStatus::Changing(_)), _) if is_live => {
            "Works while it is being changed; tasks may be interrupted.".to_owned()
        }
        (Some(EnvironmentStatus::Changing(_)), _) => {
            "Could take over, but tasks may be interrupted while it changes.".to_owned()
        }
        (Some(EnvironmentStatus::Down(_)), _) if is_live => {
            format!("Cannot run anything. Switch to {} if it is ready.", color.other().title())
        }
        (Some(EnvironmentStatus::Down(_)), _) => "Cannot take over: it runs nothing.".to_owned(),
        (Some(EnvironmentStatus::Other(_)), _) => {
            "MWAA says a word that this version of Teal does not know. Look in the console.".to_owned()
        }
    }
}

/// What MWAA says about it. Rows stay where they are when a value is not known.
fn facts(environment: Option<&Environment>) -> impl IntoView + use<> {
    let dash = || "–".to_owned();
    let known = |pick: fn(&Environment) -> Option<String>| environment.and_then(pick).unwrap_or_else(dash);
    let update = environment.and_then(|env| env.last_update.as_ref()).map(|update| {
        let error = update.error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
        format!("{}{error}", update.status.to_lowercase())
    });
    view! {
        <dl class="facts">
            <div><dt>"Airflow"</dt><dd>{known(|env| env.airflow_version.clone())}</dd></div>
            <div><dt>"Class"</dt><dd>{known(|env| env.class.clone())}</dd></div>
            <div><dt>"Workers"</dt><dd>{known(|env| env.workers.map(workers))}</dd></div>
            <div><dt>"Schedulers"</dt><dd>{known(|env| env.schedulers.map(|count| count.to_string()))}</dd></div>
            <div><dt>"Last update"</dt><dd>{update.unwrap_or_else(dash)}</dd></div>
        </dl>
    }
}

fn workers((fewest, most): (u32, u32)) -> String {
    if fewest == most { fewest.to_string() } else { format!("{fewest} to {most}") }
}

fn freshness(pair: &PairSnapshot, color: Color, now: Timestamp) -> impl IntoView + use<> {
    let at = pair.side(color).read_at();
    let name = pair.names.environment(color).to_owned();
    view! {
        <p class="freshness">
            <code>{name}</code>
            {at.map(|at| view! { <span>"read " <Ago at now read=color.as_str() /></span> })}
        </p>
    }
}

/// The way into Airflow. The host comes from AWS; anything that is no plain host name is not made a link.
fn airflow(environment: Option<&Environment>, color: Color) -> impl IntoView + use<> {
    let host = environment.and_then(|env| env.web_address.clone()).filter(|host| is_host(host))?;
    Some(view! {
        <a class="button quiet" href=format!("https://{host}") rel="noopener noreferrer" target="_blank">
            "Open Airflow"<span class="hush">" of "{color.title()}</span><Icon glyph=Glyph::Out />
        </a>
    })
}

fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':'))
}

#[cfg(test)]
mod tests {
    use super::is_host;

    #[test]
    fn only_a_plain_host_becomes_a_link() {
        assert!(is_host("abc123.c2.airflow.us-east-2.on.aws"));
        assert!(is_host("localhost:18080"));
        for wrong in ["", "evil.com/path", "a b", "x\"onclick", "user@evil.com", "evil.com?x"] {
            assert!(!is_host(wrong), "{wrong:?}");
        }
    }
}
