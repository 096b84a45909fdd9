//! Calls of AWS as a trace tells them: the service, the operation, and how it ended. What was asked and what was answered
//! is no part of it.

use aws_config::Region;
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept,
            context::{BeforeSerializationInterceptorContextRef, FinalizerInterceptorContextRef},
        },
        orchestrator::Metadata,
        retries::RequestAttempts,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};

use crate::traces::{self, About, Open};

/// Where services tell under which id they know a call.
const REQUEST_IDS: [&str; 2] = ["x-amzn-requestid", "x-amz-request-id"];

/// Goes into the clients of the SDK.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traced;

/// The call that is under way.
#[derive(Debug)]
struct UnderWay(Open);

impl Storable for UnderWay {
    type Storer = StoreReplace<Self>;
}

impl Intercept for Traced {
    fn name(&self) -> &'static str {
        "Traced"
    }

    /// Which operation it is, is known from here on.
    fn read_before_serialization(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(metadata) = config.load::<Metadata>() else { return Ok(()) };
        let open = traces::call(metadata.service(), metadata.name());
        open.say(|| {
            config.load::<Region>().map_or_else(About::nothing, |region| About::nothing().region(region.as_ref()))
        });
        config.interceptor_state().store_put(UnderWay(open));
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(UnderWay(open)) = config.load::<UnderWay>() else { return Ok(()) };
        let status = context.response().map(|response| response.status().as_u16());
        open.say(|| {
            let mut about = About::nothing();
            if let Some(response) = context.response() {
                let id = REQUEST_IDS.into_iter().find_map(|name| response.headers().get(name));
                about = about.number("http.response.status_code", response.status().as_u16()).id("aws.request_id", id);
            }
            match config.load::<RequestAttempts>().map(RequestAttempts::attempts) {
                Some(tries @ 2..) => about.number("teal.tries", tries),
                _ => about,
            }
        });
        if let Some(Err(error)) = context.output_or_error() {
            open.fail(how(error.is_timeout_error(), status));
        }
        open.end();
        Ok(())
    }
}

/// How a call failed, in a word.
pub(super) const fn how(timed_out: bool, status: Option<u16>) -> &'static str {
    match (timed_out, status) {
        (true, _) => "no answer in time",
        (false, None) => "not reached",
        (false, Some(400..500)) => "refused",
        (false, Some(_)) => "failed",
    }
}
