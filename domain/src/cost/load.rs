//! How much of the environments is used: which series tell it, and what their points come to.

use crate::{
    Color, PairNames,
    metrics::{Answer, Metric, Series, Statistic},
    platform::{Busy, Load, Used},
};

/// The namespace of MWAA's containers.
const MWAA: &str = "AWS/MWAA";
/// The clusters of an environment that are always there.
const CLUSTERS: [&str; 3] = ["Scheduler", "BaseWorker", "WebServer"];
const CPU: &str = "CPUUtilization";
const MEMORY: &str = "MemoryUtilization";

/// The series of both sides; `buckets` are asked for how much is in them.
pub fn series(names: &PairNames, buckets: [Option<&str>; 2]) -> Vec<Series> {
    let mut all = Vec::new();
    for (color, bucket) in Color::BOTH.into_iter().zip(buckets) {
        let environment = names.environment(color);
        for cluster in CLUSTERS {
            all.extend([CPU, MEMORY].map(|name| of_cluster(environment, cluster, name)));
        }
        all.extend(bucket.map(of_bucket));
    }
    all
}

/// What the points of these series come to.
pub fn load(names: &PairNames, buckets: [Option<&str>; 2], answer: &Answer) -> Load {
    let highest = |series: &Series| answer.get(series)?.iter().map(|point| point.value.get()).reduce(f64::max);
    let of = |color: Color, bucket: Option<&str>| {
        let busy = |cluster: &str| {
            let most = |name: &str| highest(&of_cluster(names.environment(color), cluster, name)).map(per_cent);
            Busy { cpu: most(CPU), memory: most(MEMORY) }
        };
        let [schedulers, workers, web_servers] = CLUSTERS.map(busy);
        let last = |bucket: &str| answer.get(&of_bucket(bucket))?.last().map(|point| bytes(point.value.get()));
        Used { schedulers, workers, web_servers, bucket_bytes: bucket.and_then(last) }
    };
    Load { blue: of(Color::Blue, buckets[0]), green: of(Color::Green, buckets[1]) }
}

fn of_cluster(environment: &str, cluster: &str, name: &str) -> Series {
    let metric = Metric::new(MWAA, name, &[("Environment", environment), ("Cluster", cluster)]);
    Series { metric, statistic: Statistic::Average }
}

/// S3 tells it once a day: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html>.
fn of_bucket(bucket: &str) -> Series {
    let dimensions = [("BucketName", bucket), ("StorageType", "StandardStorage")];
    Series { metric: Metric::new("AWS/S3", "BucketSizeBytes", &dimensions), statistic: Statistic::Average }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded before")]
fn per_cent(value: f64) -> u32 {
    value.clamp(0.0, 1000.0).ceil() as u32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "none below nought, and saturating above")]
fn bytes(value: f64) -> u64 {
    value.max(0.0) as u64
}
