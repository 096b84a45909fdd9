//! Who is at the command line, and whether they may switch: the caller of AWS, where people sign in.

use teal_app::desk::Identity;
use teal_domain::{Action, Actor, Grants, On, Via, denial::Wanted};
use tokio::time::timeout;

use super::{End, IN_AN_EMERGENCY, Stop, output};
use crate::{
    auth::{self, roles::granted_to_caller},
    aws::{self, AwsError, Place, sts},
    config::{Config, SignInConfig},
    engine::{Engine, Pair},
};

/// Somebody at the command line who may switch.
#[derive(Clone, Debug)]
pub struct Caller {
    /// As the journal names them.
    pub actor: Actor,
    /// What they may do.
    pub grants: Grants,
}

fn silent() -> AwsError {
    AwsError { code: None, message: "STS did not answer within 2 s.".to_owned(), refused: false }
}

/// Who switches. While nobody signs in and no caller is configured, that is the person at this machine.
/// What is refused is written down, where there is a store to do it in.
pub async fn permitted(config: &Config, engine: Option<&Engine>, pair: &Pair, emergency: bool) -> Result<Caller, Stop> {
    let Identity { actor: local, grants: everything, .. } = auth::local(Via::Cli);
    if config.sign_in == SignInConfig::Local && config.callers.is_empty() {
        return Ok(Caller { actor: local, grants: everything });
    }
    // As themselves, not in the role that Teal takes on for the pair.
    let place = Place { region: pair.config.region.clone(), role: None };
    let asked = async {
        let sdk = aws::sdk_config(&place, config.polling.request_timeout).await;
        sts::caller(&sdk).await
    };
    let asked =
        if emergency { timeout(IN_AN_EMERGENCY, asked).await.unwrap_or_else(|_| Err(silent())) } else { asked.await };
    let arn = match asked {
        Ok(caller) => caller.arn,
        // Whoever can put can put by hand: an emergency is recorded rather than refused.
        Err(error) if emergency => {
            output::tell!("warning: {error} So the journal will name {} of this machine.", local.name);
            let actor = Actor::cli(format!("{} (not known to STS)", local.name));
            return Ok(Caller { actor, grants: Grants::default() });
        }
        Err(error) => {
            return Err(Stop::failed(format_args!(
                "who you are could not be found out, so nothing was switched: {error}"
            )));
        }
    };
    let grants = granted_to_caller(&config.callers, &arn);
    match grants.may(Action::Switch, On::Pair(pair.id())) {
        Ok(()) => Ok(Caller { actor: Actor::cli(arn), grants }),
        Err(denied) => {
            if let Some(engine) = engine {
                let wanted = Wanted::ToDo(Action::Switch);
                engine.deny(&Actor::cli(&*arn), wanted, Some(pair.id()), "teal switch", denied.to_string());
                if let Err(error) = engine.denials.flush(&engine.store).await {
                    output::tell!("warning: that you were refused could not be written down: {error}");
                }
            }
            let message = format!(
                "teal: nothing was switched: {denied}\nYou call AWS as {arn}. Whoever runs Teal can give that a role with [[sign_in.caller]]."
            );
            Err(Stop { message, end: End::NotSwitched })
        }
    }
}
