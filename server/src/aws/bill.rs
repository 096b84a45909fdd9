//! Cost Explorer: what was paid, and what it expects to be paid. Each call, each page of an answer, costs a cent.
//!
//! <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html>,
//! <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostForecast.html>

mod answers;

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use teal_domain::{
    bill::{DayAhead, Entry, Trouble},
    time::Day,
};

use super::{AwsError, signed};

/// What the call is called in policies that tells what was paid.
pub const PAID: &str = "ce:GetCostAndUsage";
/// The same of the one that tells what is expected.
pub const FORECAST: &str = "ce:GetCostForecast";
/// What stands before the names of operations.
const TARGET: [(&str, &str); 2] =
    [(PAID, "AWSInsightsIndexService.GetCostAndUsage"), (FORECAST, "AWSInsightsIndexService.GetCostForecast")];
/// How sure Cost Explorer is to be of its interval, in a hundred cases.
const SURE: u32 = 80;
/// A year by day and type of usage takes Cost Explorer a while, and nobody waits for it.
const PATIENCE: Duration = Duration::from_secs(60);
/// No page is longer than that.
const MOST: usize = 32 * 1024 * 1024;

/// Cost Explorer, as far as Teal asks it.
#[async_trait]
pub trait BillPort: Send + Sync + std::fmt::Debug {
    /// A page of what was paid; the first one where no mark of another one is given.
    async fn paid(&self, asked: &Asked, mark: Option<&str>) -> Result<Page, NotTold>;

    /// What is expected; none where Cost Explorer has too little to go by.
    async fn forecast(&self, asked: &Ahead) -> Result<Option<Foreseen>, NotTold>;
}

/// What was paid when, and by what it is cut up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Asked {
    /// The first day.
    pub from: Day,
    /// The first day that is no longer asked for.
    pub to: Day,
    /// By what, first and second.
    pub by: [By; 2],
    /// Only what has all these tags: keys and what they say.
    pub tags: Vec<(String, String)>,
}

/// By what amounts are told apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum By {
    /// The service.
    Service,
    /// The type of usage.
    UsageType,
    /// What a tag says, by its key.
    Tag(String),
}

/// What is to be expected when.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ahead {
    /// The first day: today, or a later one.
    pub from: Day,
    /// The first day that is no longer asked for.
    pub to: Day,
    /// Only of what has all these tags.
    pub tags: Vec<(String, String)>,
}

/// A page of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The currency of its amounts; none where there are none.
    pub currency: Option<String>,
    /// The days that it tells of, in order. The last one may go on in the next page.
    pub days: Vec<Day>,
    /// The amounts.
    pub entries: Vec<Entry>,
    /// The mark of the next page.
    pub next: Option<String>,
}

/// What Cost Explorer expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreseen {
    /// In which currency.
    pub currency: String,
    /// The days, in order.
    pub days: Vec<DayAhead>,
}

/// Why it was not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotTold {
    /// What is wrong.
    pub trouble: Trouble,
    /// Whether AWS may charge for the request all the same.
    pub charged: bool,
    /// When it is worth asking again.
    pub again: Again,
}

/// When it is worth asking again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// Soon: somebody may mend it meanwhile, or it mends itself.
    Soon,
    /// Not today: the same question gets the same answer.
    Tomorrow,
}

impl NotTold {
    /// An answer that came and cannot be used.
    fn unusable(trouble: Trouble) -> Self {
        Self { trouble, charged: true, again: Again::Tomorrow }
    }

    fn by(action: &str, error: AwsError) -> Self {
        let code = error.code.as_deref();
        // What was never asked, or turned away, is not charged. Whoever did not answer may have worked all the same.
        let charged = !error.refused;
        let busy = error.throttled() || code == Some("LimitExceededException");
        let again = if error.denied() || busy || charged || code.is_none() { Again::Soon } else { Again::Tomorrow };
        let trouble = match code {
            _ if error.denied() => Trouble::NotAllowed(action.to_owned()),
            Some("DataUnavailableException") => Trouble::NotAvailable,
            _ => Trouble::Other(answers::clean(&error.message)),
        };
        Self { trouble, charged, again }
    }
}

/// Cost Explorer over the SDK's signer.
#[derive(Clone, Debug)]
pub struct CostExplorer {
    caller: signed::Caller,
    region: &'static str,
    endpoint: String,
}

impl CostExplorer {
    /// A client for a place. Cost Explorer is one for a partition, and signs in one of its regions.
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        let region = config.region().map_or("", AsRef::as_ref);
        let signs = if region.starts_with("cn-") { "cn-northwest-1" } else { "us-east-1" };
        let endpoint = signed::endpoint(config, "AWS_ENDPOINT_URL_COST_EXPLORER", || signed::usual("ce", signs));
        Self { caller: signed::Caller::new(config).patient(PATIENCE, MOST), region: signs, endpoint }
    }

    async fn ask(&self, action: &'static str, body: Value) -> Result<Value, AwsError> {
        let target = TARGET.iter().find(|(known, _)| *known == action).map_or("", |(_, target)| *target);
        let body = body.to_string();
        let call = signed::Call {
            action,
            service: "ce",
            region: self.region,
            endpoint: &self.endpoint,
            headers: &[("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)],
            body: &body,
        };
        let (status, answer) = self.caller.make(&call).await?;
        let answer: Result<Value, _> = serde_json::from_slice(&answer);
        if status >= 400 {
            return Err(signed::json_refusal(action, status, &answer.unwrap_or_default()));
        }
        answer.map_err(|_| AwsError {
            code: None,
            message: format!("{action} answered with what cannot be read."),
            refused: false,
        })
    }
}

#[async_trait]
impl BillPort for CostExplorer {
    async fn paid(&self, asked: &Asked, mark: Option<&str>) -> Result<Page, NotTold> {
        let group = |by: &By| match by {
            By::Service => json!({"Type": "DIMENSION", "Key": "SERVICE"}),
            By::UsageType => json!({"Type": "DIMENSION", "Key": "USAGE_TYPE"}),
            By::Tag(key) => json!({"Type": "TAG", "Key": key}),
        };
        let mut body = json!({
            "TimePeriod": period(asked.from, asked.to),
            "Granularity": "DAILY",
            "Metrics": ["UnblendedCost"],
            "GroupBy": asked.by.iter().map(group).collect::<Vec<_>>(),
        });
        if let Some(filter) = filter(&asked.tags) {
            body["Filter"] = filter;
        }
        if let Some(mark) = mark {
            body["NextPageToken"] = mark.into();
        }
        let answer = self.ask(PAID, body).await.map_err(|error| NotTold::by(PAID, error))?;
        answers::page(&answer, asked).map_err(NotTold::unusable)
    }

    async fn forecast(&self, asked: &Ahead) -> Result<Option<Foreseen>, NotTold> {
        let mut body = json!({
            "TimePeriod": period(asked.from, asked.to),
            "Granularity": "DAILY",
            "Metric": "UNBLENDED_COST",
            "PredictionIntervalLevel": SURE,
        });
        if let Some(filter) = filter(&asked.tags) {
            body["Filter"] = filter;
        }
        match self.ask(FORECAST, body).await {
            Ok(answer) => answers::foreseen(&answer).map(Some).map_err(NotTold::unusable),
            Err(error) if too_little(&error) => Ok(None),
            Err(error) => Err(NotTold::by(FORECAST, error)),
        }
    }
}

fn period(from: Day, to: Day) -> Value {
    json!({"Start": from.to_string(), "End": to.to_string()})
}

fn filter(tags: &[(String, String)]) -> Option<Value> {
    let one =
        |(key, says): &(String, String)| json!({"Tags": {"Key": key, "Values": [says], "MatchOptions": ["EQUALS"]}});
    match tags {
        [] => None,
        [only] => Some(one(only)),
        several => Some(json!({"And": several.iter().map(one).collect::<Vec<_>>()})),
    }
}

/// A young account, or a young tag: a forecast wants some weeks to go by.
fn too_little(error: &AwsError) -> bool {
    match error.code.as_deref() {
        Some("DataUnavailableException") => true,
        Some("ValidationException") => error.message.contains("Insufficient amount of historical data"),
        _ => false,
    }
}
