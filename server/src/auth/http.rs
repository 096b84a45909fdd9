//! The HTTP client for the provider and for a load balancer's keys: no redirects, an end to waiting and to reading,
//! and an error that tells a provider that is away from one that says no.

use std::{future::Future, pin::Pin, time::Duration};

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

use super::provider::Failed;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Answers of a provider are short.
const MOST: usize = 1024 * 1024;

/// The client.
#[derive(Debug)]
pub(super) struct Http(reqwest::Client);

impl Http {
    pub fn new() -> Result<Self, String> {
        let client = reqwest::Client::builder()
            // A provider that redirects its token endpoint is none.
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build();
        client.map(Self).map_err(|error| error.to_string())
    }

    /// What is there.
    pub async fn get(&self, address: &str) -> Result<Vec<u8>, Failed> {
        let (status, body) = self.ask(address).await?;
        if status.is_success() { Ok(body) } else { Err(answered(address, status)) }
    }

    /// What is there, if anything is: a server that is well and says no is no outage.
    pub async fn find(&self, address: &str) -> Result<Option<Vec<u8>>, Failed> {
        let (status, body) = self.ask(address).await?;
        match () {
            () if status.is_success() => Ok(Some(body)),
            () if status.is_client_error() => Ok(None),
            () => Err(answered(address, status)),
        }
    }

    async fn ask(&self, address: &str) -> Result<(reqwest::StatusCode, Vec<u8>), Failed> {
        let response = self.0.get(address).send().await.map_err(unreachable)?;
        Ok((response.status(), body(response).await?))
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = Failed;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Failed>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (parts, sent) = request.into_parts();
            let request = self.0.request(parts.method, parts.uri.to_string()).headers(parts.headers).body(sent);
            let mut response = request.send().await.map_err(unreachable)?;
            if response.status().is_server_error() {
                return Err(Failed::Unreachable(format!("it answered HTTP {}", response.status().as_u16())));
            }
            let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
            let mut answer = HttpResponse::new(body(response).await?);
            (*answer.status_mut(), *answer.headers_mut()) = (status, headers);
            Ok(answer)
        })
    }
}

async fn body(mut response: reqwest::Response) -> Result<Vec<u8>, Failed> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > MOST {
            return Err(Failed::Unreachable("its answer does not end".into()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn answered(address: &str, status: reqwest::StatusCode) -> Failed {
    Failed::Unreachable(format!("{address} answered HTTP {}", status.as_u16()))
}

fn unreachable(error: reqwest::Error) -> Failed {
    // The address may hold a code; the cause says enough.
    Failed::Unreachable(error.without_url().to_string())
}
