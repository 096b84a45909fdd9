//! The AWS Price List: what goods cost by the list, in a region. It costs nothing to ask, and knows no resources.
//!
//! <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_GetProducts.html>

mod products;

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde_json::{Value, json};
use teal_domain::cost::{Good, Price};

use super::{AwsError, signed};

/// What the call is called in policies.
pub const PRODUCTS: &str = "pricing:GetProducts";
/// The same in the headers of a call.
const TARGET: &str = "AWSPriceListService.GetProducts";
/// More pages of one answer are not read: what is asked for is narrow.
const MOST_PAGES: usize = 10;

/// The AWS Price List, as far as Teal asks it.
#[async_trait]
pub trait PricePort: Send + Sync + std::fmt::Debug {
    /// What these goods cost in a region. One of which it does not say for certain what it costs is left out.
    async fn prices(&self, region: &str, goods: &[Good]) -> Result<Vec<(Good, Price)>, AwsError>;
}

/// The AWS Price List over the SDK's signer (decision 18).
#[derive(Clone, Debug)]
pub struct PriceList {
    caller: signed::Caller,
    region: &'static str,
    endpoint: String,
}

impl PriceList {
    /// A client for a place. The Price List answers in a few regions, each time for all of its partition.
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        let region = config.region().map_or("", AsRef::as_ref);
        let signs = if region.starts_with("cn-") { "cn-northwest-1" } else { "us-east-1" };
        let endpoint = signed::endpoint(config, "AWS_ENDPOINT_URL_PRICING", || signed::usual("api.pricing", signs));
        Self { caller: signed::Caller::new(config), region: signs, endpoint }
    }

    /// All products of a service that have these attributes.
    async fn products(&self, question: &products::Question, region: &str) -> Result<Vec<Value>, AwsError> {
        let fields =
            [("regionCode", region)].into_iter().chain(question.fields.iter().map(|(field, value)| (*field, &**value)));
        let filters: Vec<Value> =
            fields.map(|(field, value)| json!({"Type": "TERM_MATCH", "Field": field, "Value": value})).collect();
        let (mut found, mut mark) = (Vec::new(), Value::Null);
        for _ in 0..MOST_PAGES {
            let mut body = json!({"ServiceCode": question.service, "FormatVersion": "aws_v1", "Filters": filters, "MaxResults": 100});
            if !mark.is_null() {
                body["NextToken"] = mark;
            }
            let answer = self.ask(&body.to_string()).await?;
            let listed = answer["PriceList"].as_array().map(Vec::as_slice).unwrap_or_default();
            // Each product is a text that is JSON itself.
            found.extend(listed.iter().filter_map(|text| serde_json::from_str(text.as_str()?).ok()));
            mark = answer["NextToken"].clone();
            if mark.as_str().is_none_or(str::is_empty) {
                break;
            }
        }
        Ok(found)
    }

    async fn ask(&self, body: &str) -> Result<Value, AwsError> {
        let call = signed::Call {
            action: PRODUCTS,
            service: "pricing",
            region: self.region,
            endpoint: &self.endpoint,
            headers: &[("content-type", "application/x-amz-json-1.1"), ("x-amz-target", TARGET)],
            body,
        };
        let (status, answer) = self.caller.make(&call).await?;
        let answer: Result<Value, _> = serde_json::from_slice(&answer);
        if status >= 400 {
            return Err(signed::json_refusal(PRODUCTS, status, &answer.unwrap_or_default()));
        }
        answer.map_err(|_| AwsError {
            code: None,
            message: format!("{PRODUCTS} answered with what cannot be read."),
            refused: false,
        })
    }
}

#[async_trait]
impl PricePort for PriceList {
    async fn prices(&self, region: &str, goods: &[Good]) -> Result<Vec<(Good, Price)>, AwsError> {
        let mut asked: BTreeMap<products::Question, Vec<&Good>> = BTreeMap::new();
        for good in goods {
            if let Some(question) = products::question(good) {
                asked.entry(question).or_default().push(good);
            }
        }
        let mut known = Vec::new();
        for (question, goods) in asked {
            let found = self.products(&question, region).await?;
            for good in goods {
                match products::price(&found, good) {
                    Some(price) => known.push((good.clone(), price)),
                    None => {
                        tracing::debug!(%good, region, products = found.len(), "the Price List does not say for certain")
                    }
                }
            }
        }
        Ok(known)
    }
}
