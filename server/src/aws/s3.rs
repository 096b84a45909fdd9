//! S3: what lies in the DAG folder, and how a bucket is set up.

use async_trait::async_trait;
use aws_sdk_s3::{
    Client,
    config::Builder,
    types::{BucketVersioningStatus, ExpirationStatus, Object, ServerSideEncryption},
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use teal_domain::{
    platform::Bucket,
    surroundings::{DagFile, Mark},
};

use super::{AwsError, signed, traced::Traced, unless_denied};

const VERSIONING: &str = "s3:GetBucketVersioning";
const ENCRYPTION: &str = "s3:GetEncryptionConfiguration";
const LIFECYCLE: &str = "s3:GetLifecycleConfiguration";
/// What a bucket answers that has no rules of a lifecycle.
const NO_LIFECYCLE: &str = "NoSuchLifecycleConfiguration";
/// What a bucket of before 2023 may answer that never was told to encrypt.
const NO_RULE: &str = "ServerSideEncryptionConfigurationNotFoundError";

/// S3, as far as Teal reads it.
#[async_trait]
pub trait FilePort: Send + Sync + std::fmt::Debug {
    /// The files below a folder of a bucket, by key.
    async fn files(&self, bucket: &str, folder: &str) -> Result<Vec<DagFile>, AwsError>;

    /// One file of a bucket, by its whole key; none where it is not there.
    async fn file(&self, bucket: &str, key: &str) -> Result<Option<DagFile>, AwsError>;
}

/// Buckets, as far as Teal reads them.
#[async_trait]
pub trait BucketPort: Send + Sync + std::fmt::Debug {
    /// Whether a bucket is there, and how it is set up. What Teal is not allowed to ask of it stays unknown.
    async fn bucket(&self, name: &str) -> Result<Bucket, AwsError>;
}

/// S3 through the SDK.
#[derive(Clone, Debug)]
pub struct S3(Client);

impl S3 {
    /// A client for a place. Where the endpoint is overridden, the bucket's name goes into the path: an emulator on
    /// this machine has no names below its own.
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        let elsewhere = config.endpoint_url().is_some() || std::env::var_os("AWS_ENDPOINT_URL_S3").is_some();
        Self(Client::from_conf(Builder::from(config).force_path_style(elsewhere).interceptor(Traced).build()))
    }
}

impl S3 {
    /// Whether what is put into a bucket keeps the hash of its content as its `ETag`: it is encrypted with S3's own keys.
    /// One that does not say so is not taken for one
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketEncryption.html>).
    async fn is_plain(&self, bucket: &str) -> bool {
        let answer = match self.0.get_bucket_encryption().bucket(bucket).send().await {
            Ok(answer) => answer,
            Err(error) => {
                let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
                return code == Some(NO_RULE);
            }
        };
        let rules = answer.server_side_encryption_configuration.map(|found| found.rules).unwrap_or_default();
        rules.into_iter().all(|rule| {
            let by_default = rule.apply_server_side_encryption_by_default;
            by_default.is_some_and(|by| by.sse_algorithm == ServerSideEncryption::Aes256)
        })
    }
}

#[async_trait]
impl FilePort for S3 {
    async fn files(&self, bucket: &str, folder: &str) -> Result<Vec<DagFile>, AwsError> {
        let (folder, plain) = (folder.trim_matches('/'), self.is_plain(bucket).await);
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut pages = self.0.list_objects_v2().bucket(bucket).prefix(&prefix).into_paginator().send();
        let mut files = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::from_sdk("s3:ListBucket", &error).about(bucket))?;
            files.extend(
                page.contents.unwrap_or_default().into_iter().filter_map(|object| file(&prefix, object, plain)),
            );
        }
        files.sort();
        Ok(files)
    }

    async fn file(&self, bucket: &str, key: &str) -> Result<Option<DagFile>, AwsError> {
        // A list, as for folders: to read the object's head would need the right to read its content.
        let asked = self.0.list_objects_v2().bucket(bucket).prefix(key).max_keys(1).send();
        let (found, plain) = tokio::join!(asked, self.is_plain(bucket));
        let found = found.map_err(|error| AwsError::from_sdk("s3:ListBucket", &error).about(bucket))?;
        // Keys come in their order, and a key comes before all that it begins.
        Ok(found
            .contents
            .unwrap_or_default()
            .into_iter()
            .filter_map(|object| file("", object, plain))
            .find(|file| file.key == key))
    }
}

#[async_trait]
impl BucketPort for S3 {
    async fn bucket(&self, name: &str) -> Result<Bucket, AwsError> {
        let mut bucket = Bucket { name: name.to_owned(), ..Bucket::default() };
        if let Err(error) = self.0.head_bucket().bucket(name).send().await {
            // The answer to a HEAD has no body that could say more.
            return match error.raw_response().map(|response| response.status().as_u16()) {
                Some(404) => Ok(bucket),
                Some(403) => Err(AwsError {
                    code: Some("AccessDenied".into()),
                    message: format!("{name}: {}", signed::not_allowed("s3:ListBucket")),
                    refused: true,
                }),
                _ => Err(AwsError::from_sdk("s3:ListBucket", &error).about(name)),
            };
        }
        bucket.exists = true;
        let (versioned, encrypted, lifecycle) =
            tokio::join!(self.versioned(name), self.encrypted(name), self.lifecycle(name));
        bucket.versioned = unless_denied(versioned, VERSIONING, &mut bucket.denied)?;
        // Nothing but a finding about costs needs it: without the permission there is no such finding.
        bucket.lifecycle = unless_denied(lifecycle, LIFECYCLE, &mut Vec::new())?;
        bucket.encrypted = unless_denied(encrypted, ENCRYPTION, &mut bucket.denied)?;
        Ok(bucket)
    }
}

impl S3 {
    async fn versioned(&self, bucket: &str) -> Result<bool, AwsError> {
        let asked = self.0.get_bucket_versioning().bucket(bucket).send().await;
        let answer = asked.map_err(|error| AwsError::from_sdk(VERSIONING, &error).about(bucket))?;
        Ok(answer.status == Some(BucketVersioningStatus::Enabled))
    }

    /// Whether a rule of it is in force.
    async fn lifecycle(&self, bucket: &str) -> Result<bool, AwsError> {
        match self.0.get_bucket_lifecycle_configuration().bucket(bucket).send().await {
            Ok(answer) => Ok(answer.rules().iter().any(|rule| *rule.status() == ExpirationStatus::Enabled)),
            Err(error) => {
                let error = AwsError::from_sdk(LIFECYCLE, &error).about(bucket);
                if error.code.as_deref() == Some(NO_LIFECYCLE) { Ok(false) } else { Err(error) }
            }
        }
    }

    /// With what it encrypts; `none` where an old bucket says that it has no rule.
    async fn encrypted(&self, bucket: &str) -> Result<String, AwsError> {
        let none = || "none".to_owned();
        let answer = match self.0.get_bucket_encryption().bucket(bucket).send().await {
            Ok(answer) => answer,
            Err(error) => {
                let error = AwsError::from_sdk(ENCRYPTION, &error).about(bucket);
                return if error.code.as_deref() == Some(NO_RULE) { Ok(none()) } else { Err(error) };
            }
        };
        let rules = answer.server_side_encryption_configuration.map(|found| found.rules).unwrap_or_default();
        let mut by_default = rules.into_iter().filter_map(|rule| rule.apply_server_side_encryption_by_default);
        Ok(by_default.next().map_or_else(none, |by| by.sse_algorithm.as_str().to_owned()))
    }
}

/// An object as a file of the folder; nothing, if it is a marker of a folder or what Python leaves behind.
fn file(prefix: &str, object: Object, plain: bool) -> Option<DagFile> {
    let key = object.key?;
    let key = key.strip_prefix(prefix)?;
    let left_behind = key.split('/').any(|part| part == "__pycache__");
    if key.is_empty() || key.ends_with('/') || left_behind {
        return None;
    }
    let etag = object.e_tag.unwrap_or_default().trim_matches('"').to_owned();
    // The ETag of an upload in parts ends with their number.
    let mark = if etag.contains('-') {
        Mark::Parts
    } else if plain {
        Mark::Content
    } else {
        Mark::Encrypted
    };
    Some(DagFile {
        key: key.to_owned(),
        etag,
        mark,
        bytes: object.size.and_then(|size| u64::try_from(size).ok()).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_of(key: &str) -> Option<String> {
        file("dags/", Object::builder().key(key).e_tag("\"abc\"").size(7).build(), true).map(|file| file.key)
    }

    #[test]
    fn markers_of_folders_and_what_python_leaves_behind_are_no_files() {
        for key in ["dags/", "dags/sub/", "dags/__pycache__/a.pyc", "dags/sub/__pycache__/a.pyc"] {
            assert_eq!(key_of(key), None, "{key}");
        }
        assert_eq!(key_of("dags/a.py").as_deref(), Some("a.py"));
        assert_eq!(key_of("dags/sub/a.py").as_deref(), Some("sub/a.py"));
    }

    #[test]
    fn a_hash_stands_there_without_its_quotes() {
        let object = Object::builder().key("dags/a.py").e_tag("\"abc\"").size(7).build();
        let expected = DagFile { key: "a.py".into(), etag: "abc".into(), bytes: 7, mark: Mark::Content };
        assert_eq!(file("dags/", object, true), Some(expected));
    }

    #[test]
    fn an_etag_is_no_hash_where_it_was_made_of_parts_or_under_another_key() {
        let mark = |etag: &str, plain| {
            let object = Object::builder().key("dags/a.py").e_tag(etag).size(7).build();
            file("dags/", object, plain).map(|file| file.mark)
        };
        assert_eq!(mark("\"abc-2\"", true), Some(Mark::Parts));
        assert_eq!(mark("\"abc-2\"", false), Some(Mark::Parts));
        assert_eq!(mark("\"abc\"", false), Some(Mark::Encrypted));
    }
}
