//! Where traces go: whether the collector takes some.

use super::{Findings, Verdict};
use crate::{
    config::TracesConfig,
    traces::{Collector, NotTaken},
};

const ABOUT: &str = "traces";

/// Asks the collector of the config, if it names one, by sending it no trace.
pub(super) async fn look(findings: &mut Findings, config: Option<&TracesConfig>) {
    let Some(config) = config else {
        let says = "nothing is traced: config names no collector";
        return findings.add(ABOUT, "collector", Verdict::NotTried, says, "");
    };
    let asked = match Collector::new(config) {
        Ok(collector) => collector.probe().await,
        Err(error) => Err(error),
    };
    let (verdict, says, mend) = match &asked {
        Ok(()) => (Verdict::Good, "takes traces".to_owned(), ""),
        Err(error) => (Verdict::Warning, format!("does not take traces: {error}"), mend(error)),
    };
    findings.add(ABOUT, "collector", verdict, format!("{} {says}", config.address), mend);
}

fn mend(error: &NotTaken) -> &'static str {
    match error {
        NotTaken::Away(_) => {
            "Start it, or correct `endpoint` in [traces]. Most collectors take OTLP over HTTP on port 4318; 4317 is for gRPC, which Teal does not speak."
        }
        NotTaken::Busy(_) => "It says that it cannot just now: see its own log.",
        NotTaken::Refused(401 | 403) => {
            "It does not let Teal in: correct the headers, in `headers_file` of [traces] or in TEAL_TRACES_HEADERS."
        }
        NotTaken::Refused(_) => {
            "Correct `endpoint` in [traces]: it is what stands before `/v1/traces`, and takes OTLP over HTTP in protobuf."
        }
    }
}
