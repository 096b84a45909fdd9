//! Ways into the console of AWS: each page of it in the region that it is about, in all of AWS's partitions.

/// A page of the console, by its path behind the region's own host. The path is made of [`encoded`] parts.
pub fn page(region: &str, path: &str) -> String {
    let region = encoded(region);
    let home = match region.split('-').next() {
        Some("cn") => "console.amazonaws.cn",
        Some("us") if region.starts_with("us-gov-") => "console.amazonaws-us-gov.com",
        _ => "console.aws.amazon.com",
    };
    format!("https://{region}.{home}/{path}")
}

/// A page of one service, with what follows its `#`.
pub fn home(region: &str, service: &str, fragment: &str) -> String {
    page(region, &format!("{service}/home?region={}#{fragment}", encoded(region)))
}

/// A name as it may stand in an address.
pub fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_has_a_console_of_its_own() {
        assert_eq!(
            home("us-east-2", "vpcconsole", "NatGateways:"),
            "https://us-east-2.console.aws.amazon.com/vpcconsole/home?region=us-east-2#NatGateways:"
        );
        assert!(home("cn-north-1", "rds", "").starts_with("https://cn-north-1.console.amazonaws.cn/rds/"));
        assert!(page("us-gov-west-1", "s3").starts_with("https://us-gov-west-1.console.amazonaws-us-gov.com/"));
    }

    #[test]
    fn no_region_leaves_its_place_in_the_address() {
        let odd = home("evil.example/\"><x", "rds", "");
        assert!(odd.starts_with("https://evil.example%2F%22%3E%3Cx.console.aws.amazon.com/"), "{odd}");
    }
}
