//! Calls of services for which Teal has no crate of the SDK: one call of one operation, made by hand over the SDK's signer,
//! is less to build than a crate that takes minutes.

use std::time::{Duration, SystemTime};

use aws_credential_types::provider::ProvideCredentials as _;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};

use super::AwsError;

/// How long a call may take.
const PATIENCE: Duration = Duration::from_secs(8);
/// No answer is longer than that.
const MOST: usize = 4 * 1024 * 1024;

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
pub(super) fn endpoint(config: &aws_config::SdkConfig, variable: &str, usual: impl FnOnce() -> String) -> String {
    let elsewhere = std::env::var(variable).ok().or_else(|| config.endpoint_url().map(str::to_owned));
    format!("{}/", elsewhere.unwrap_or_else(usual).trim_end_matches('/'))
}

impl Call<'_> {
    /// Makes it, and answers with the status and the body.
    pub(super) async fn make(&self, config: &aws_config::SdkConfig) -> Result<(u16, Vec<u8>), AwsError> {
        let action = self.action;
        let away = |error: reqwest::Error| {
            let how = if error.is_timeout() { "did not answer in time" } else { "could not be reached" };
            AwsError { code: None, message: format!("{action} {how}."), refused: false }
        };
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(PATIENCE)
            .build()
            .map_err(away)?;
        let mut request = client.post(self.endpoint);
        for (name, value) in self.signed(config).await? {
            request = request.header(name, value);
        }
        let mut response = request.body(self.body.to_owned()).send().await.map_err(away)?;
        let status = response.status().as_u16();
        let mut answer = Vec::new();
        while let Some(part) = response.chunk().await.map_err(away)? {
            if answer.len() + part.len() > MOST {
                let message = format!("{action} answered with more than {} MB.", MOST / 1024 / 1024);
                return Err(AwsError { code: None, message, refused: false });
            }
            answer.extend_from_slice(&part);
        }
        Ok((status, answer))
    }

    /// The headers, with the signature.
    async fn signed(&self, config: &aws_config::SdkConfig) -> Result<Vec<(String, String)>, AwsError> {
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
