//! From what somebody says on the command line to what they confirm.

use std::io::{IsTerminal as _, Write as _};

use teal_domain::{
    Actor, Base, Color, Confirm, Flag, OperationId, Reason, Timestamp,
    preflight::{self, Check},
    switch::{Kind, Plan},
};

use super::{Arguments, status};
use crate::{
    change_ref::{self, Needed},
    cli::{End, Stop, output},
    engine::Pair,
};

/// What was seen before somebody confirms.
pub struct Seen<'a> {
    /// The flag, where it could be read.
    pub flag: Option<&'a Flag>,
    /// What the journal says that it held, at the version that is confirmed.
    pub journalled: Option<Color>,
    /// What was checked, where anything was.
    pub checks: Option<&'a [Check]>,
    /// The change that it belongs to.
    pub change_ref: Option<Reason>,
}

/// What sort of switch it is. Of a flag that could not be read nobody knows that it needs a repair.
fn kind(arguments: &Arguments, flag: Option<&Flag>) -> Kind {
    match flag {
        Some(flag) => Kind::of(flag.color(), arguments.emergency),
        None => Kind::Emergency,
    }
}

/// The change, as far as policy asks for one. Who only looks may leave it out.
pub fn change_ref(
    arguments: &Arguments,
    pair: &Pair,
    flag: Option<&Flag>,
    reverts: Option<OperationId>,
) -> Result<Option<Reason>, Stop> {
    let needed = match Needed::of(kind(arguments, flag), reverts) {
        Needed::AsPolicySays if arguments.dry_run => Needed::IfGiven,
        needed => needed,
    };
    let typed = arguments.change_ref.as_deref().unwrap_or_default();
    change_ref::parse(&pair.config.policy.change_ref, typed, needed)
        .map_err(|error| Stop::usage(format_args!("{error} Say it with --change-ref")))
}

/// What is confirmed.
pub fn plan(
    arguments: &Arguments,
    pair: &Pair,
    seen: Seen<'_>,
    actor: Actor,
    operation: OperationId,
    now: Timestamp,
) -> Result<Plan, Stop> {
    let confirm = match (arguments.confirm, seen.flag) {
        (Some(confirm), _) => confirm,
        (None, Some(flag)) => ask(arguments.to, pair, flag)?,
        (None, None) => {
            return Err(Stop::usage(format_args!(
                "the flag could not be read: say which version you saw last, such as --confirm {}@31",
                arguments.to
            )));
        }
    };
    if confirm.target != arguments.to {
        return Err(Stop::usage(format_args!(
            "--to says {} and --confirm says {}: nothing was switched",
            arguments.to, confirm.target
        )));
    }
    let reason = match &arguments.reason {
        Some(reason) => reason.clone(),
        None => prompt("Why? ")?,
    };
    let reason = Reason::parse(&reason).map_err(Stop::usage)?;
    // What was shown a moment ago is overridden, and nothing that comes up since.
    let overridden = seen.checks.filter(|_| arguments.in_spite).map(preflight::blocking).unwrap_or_default();
    // Between looking and confirming the flag may have moved: the person's word stands, the protocol stops.
    let base = match (confirm.base, seen.flag.map(Base::of)) {
        (Base::Version { version, modified_at: None }, Some(Base::Version { version: read, modified_at }))
            if version == read =>
        {
            Base::Version { version, modified_at }
        }
        (confirmed, _) => confirmed,
    };
    let from = match seen.flag {
        Some(flag) => flag.color().filter(|_| base.version() == flag.version()),
        None => seen.journalled,
    };
    Ok(Plan {
        operation,
        pair: pair.id().clone(),
        kind: kind(arguments, seen.flag),
        from,
        target: arguments.to,
        base,
        actor,
        reason,
        confirmed_at: now,
        expires_at: now + Plan::CONFIRMATION_LIVES,
        preflight: seen.checks.map(preflight::digest),
        approval: None,
        unproven: false,
        change_ref: seen.change_ref,
        overridden,
        reverts: None,
        maintenance: None,
        drill: None,
        flag_only: false,
    })
}

fn ask(target: Color, pair: &Pair, flag: &Flag) -> Result<Confirm, Stop> {
    if !std::io::stdin().is_terminal() {
        let seen = Base::of(flag);
        return Err(Stop::usage(format_args!(
            "nobody is at a terminal to confirm: say what you saw, such as --confirm {target}@{seen}. Now: {}",
            status::said(&Ok(flag.clone()))
        )));
    }
    output::tell!("{}: {}.", pair.config.title, status::said(&Ok(flag.clone())));
    let typed = prompt(&format!("Type {} to make {} live: ", target.title(), target.title()))?;
    if typed.trim().eq_ignore_ascii_case(target.as_str()) {
        Ok(Confirm { target, base: Base::of(flag) })
    } else {
        Err(Stop { message: "teal: not confirmed: nothing was switched".into(), end: End::NotSwitched })
    }
}

fn prompt(question: &str) -> Result<String, Stop> {
    if !std::io::stdin().is_terminal() {
        return Err(Stop::usage("say why with --reason"));
    }
    eprint!("{question}");
    std::io::stderr().flush().map_err(Stop::failed)?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(Stop::failed)?;
    Ok(line)
}
