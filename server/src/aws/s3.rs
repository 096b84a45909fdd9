//! S3: what lies in the DAG folder.

use async_trait::async_trait;
use teal_domain::surroundings::DagFile;

use super::AwsError;

/// S3, as far as Teal reads it.
#[async_trait]
pub trait FilePort: Send + Sync + std::fmt::Debug {
    /// The files below a folder of a bucket, by key.
    async fn files(&self, bucket: &str, folder: &str) -> Result<Vec<DagFile>, AwsError>;
}
