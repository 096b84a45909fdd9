//! Calls of services for which Teal has no crate of the SDK: a few operations, made by hand over the SDK's signer, are
//! less to build than a crate that takes minutes (decision 18).

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, SystemTime},
};

use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};

use super::{AwsError, counted, traced};
use crate::traces::{self, About};

/// How long a call may take.
const PATIENCE: Duration = Duration::from_secs(8);
/// No answer is longer than that.
const MOST: usize = 4 * 1024 * 1024;

/// Makes calls with the credentials of a place, over connections that it keeps.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    config: SdkConfig,
    http: Arc<OnceLock<reqwest::Client>>,
    patience: Duration,
    most: usize,
}

/// A call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call<'a> {
    /// What it is called in policies.
    pub(super) action: &'static str,
    /// The name of the service in signatures.
    pub(super) service: &'static str,
    /// The region that signs.
    pub(super) region: &'a str,
    /// Where to.
    pub(super) endpoint: &'a str,
    /// The headers that say what is asked.
    pub(super) headers: &'a [(&'static str, &'static str)],
    /// The body.
    pub(super) body: &'a str,
}

/// Where a service is asked: where the environment says so, or at its usual place.
pub(super) fn endpoint(config: &SdkConfig, variable: &str, usual: impl FnOnce() -> String) -> String {
    let elsewhere = std::env::var(variable).ok().or_else(|| config.endpoint_url().map(str::to_owned));
    format!("{}/", elsewhere.unwrap_or_else(usual).trim_end_matches('/'))
}

/// The usual place of a service of a region.
pub(super) fn usual(service: &str, region: &str) -> String {
    let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    format!("https://{service}.{region}.{domain}")
}

/// What a refusal says: by its code and its words, where it has any.
pub(super) fn refusal(action: &str, status: u16, code: Option<&str>, said: &str) -> AwsError {
    let message = match code {
        Some(code) if code.contains("AccessDenied") || code == "UnauthorizedOperation" => not_allowed(action),
        Some(code) => format!("{action} answered {code}: {said}"),
        None => format!("{action} answered HTTP {status}."),
    };
    AwsError { code: code.map(str::to_owned), message, refused: (400..500).contains(&status) && status != 408 }
}

/// The same, of an answer in JSON.
pub(super) fn json_refusal(action: &str, status: u16, answer: &serde_json::Value) -> AwsError {
    let kind = answer["__type"].as_str().unwrap_or_default();
    let code = kind.rsplit('#').next().filter(|code| !code.is_empty());
    let said = answer["message"].as_str().or_else(|| answer["Message"].as_str()).unwrap_or_default();
    refusal(action, status, code, said)
}

/// What is said where a permission is missing.
pub(super) fn not_allowed(action: &str) -> String {
    format!("{action} is not allowed for these credentials: add it to Teal's policy.")
}

impl Caller {
    /// Whoever calls as the configuration says.
    pub(super) fn new(config: &SdkConfig) -> Self {
        Self { config: config.clone(), http: Arc::default(), patience: PATIENCE, most: MOST }
    }

    /// The same, of a service that takes its time and has much to say.
    pub(super) const fn patient(mut self, patience: Duration, most: usize) -> Self {
        (self.patience, self.most) = (patience, most);
        self
    }

    /// Makes a call, and answers with the status and the body.
    pub(super) async fn make(&self, call: &Call<'_>) -> Result<(u16, Vec<u8>), AwsError> {
        let operation = call.action.rsplit(':').next().unwrap_or(call.action);
        let open = traces::call(call.service, operation);
        open.say(|| About::nothing().region(call.region));
        open.around(self.made(call)).await
    }

    async fn made(&self, call: &Call<'_>) -> Result<(u16, Vec<u8>), AwsError> {
        let action = call.action;
        let away = |error: reqwest::Error| {
            traces::failed(traced::how(error.is_timeout(), None));
            let how = if error.is_timeout() { "did not answer in time" } else { "could not be reached" };
            // Whoever could not be connected to was never asked.
            AwsError { code: None, message: format!("{action} {how}."), refused: error.is_connect() }
        };
        let mut request = self.http().map_err(away)?.post(call.endpoint);
        for (name, value) in call.signed(&self.config).await? {
            request = request.header(name, value);
        }
        counted::count(call.service, "");
        let mut response = request.body(call.body.to_owned()).send().await.map_err(away)?;
        let status = response.status().as_u16();
        traces::say(|| About::nothing().number("http.response.status_code", status));
        if status >= 400 {
            traces::failed(traced::how(false, Some(status)));
        }
        let mut answer = Vec::new();
        while let Some(part) = response.chunk().await.map_err(away)? {
            if answer.len() + part.len() > self.most {
                let message = format!("{action} answered with more than {} MB.", self.most / 1024 / 1024);
                return Err(AwsError { code: None, message, refused: false });
            }
            answer.extend_from_slice(&part);
        }
        Ok((status, answer))
    }

    fn http(&self) -> Result<&reqwest::Client, reqwest::Error> {
        if let Some(client) = self.http.get() {
            return Ok(client);
        }
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(self.patience)
            .build()?;
        Ok(self.http.get_or_init(|| client))
    }
}

impl Call<'_> {
    /// The headers, with the signature.
    async fn signed(&self, config: &SdkConfig) -> Result<Vec<(String, String)>, AwsError> {
        let failed = |what: String| AwsError {
            code: None,
            message: format!("{} could not be signed: {what}", self.action),
            refused: true,
        };
        let provider = config.credentials_provider().ok_or_else(|| failed("there are no credentials".into()))?;
        let credentials = provider.provide_credentials().await.map_err(|error| failed(error.to_string()))?;
        let identity = credentials.into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| failed(error.to_string()))?
            .into();
        let body = SignableBody::Bytes(self.body.as_bytes());
        let request = SignableRequest::new("POST", self.endpoint, self.headers.iter().copied(), body)
            .map_err(|error| failed(error.to_string()))?;
        let (signature, _) = sign(request, &params).map_err(|error| failed(error.to_string()))?.into_parts();
        let (signature, _) = signature.into_parts();
        let said = self.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let added = signature.iter().map(|header| (header.name().to_owned(), header.value().to_owned()));
        Ok(said.chain(added).collect())
    }
}
