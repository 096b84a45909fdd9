//! Where the lineage service is opened, and the addresses of what it shows.

use super::{Dataset, Name};
use crate::console::encoded;
use std::fmt;

/// The address of a web site: `http` or `https`, a host, perhaps a port and a path. Nothing else can be one, so a page may
/// make links of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WebAddress(String);

impl WebAddress {
    /// Reads an address; none where it is none, or holds more than where something is: a name, a password, a query.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
        let (place, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (host, port) = match place.rfind(':') {
            Some(colon) if !place.ends_with(']') => (&place[..colon], Some(&place[colon + 1..])),
            _ => (place, None),
        };
        let port_is_one =
            port.is_none_or(|port| !port.starts_with('+') && port.parse::<u16>().is_ok_and(|port| port > 0));
        let in_path = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte);
        let stays = path.split('/').all(|part| !is_dots(&part.to_ascii_lowercase().replace("%2e", ".")));
        (is_host(host) && port_is_one && path.bytes().all(in_path) && stays)
            .then(|| Self(text.trim_end_matches('/').to_owned()))
    }

    /// A host that was found in AWS, on a port.
    pub fn of_host(host: &str, port: u16) -> Option<Self> {
        Self::parse(&format!("http://{host}:{port}"))
    }

    /// The address, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The page of a job; none where its name cannot stand in an address.
    pub fn job(&self, namespace: &str, job: &Name) -> Option<String> {
        self.page("job", namespace, job.raw())
    }

    /// The page of a dataset; none where its name cannot stand in an address.
    pub fn dataset(&self, dataset: &Dataset) -> Option<String> {
        self.page("dataset", dataset.namespace.raw(), dataset.name.raw())
    }

    fn page(&self, kind: &str, namespace: &str, name: &str) -> Option<String> {
        // A browser takes `.` and `..` for steps and would leave the path; no encoding keeps it from that.
        let stays = !is_dots(namespace) && !is_dots(name) && !namespace.is_empty() && !name.is_empty();
        stays.then(|| format!("{}/lineage/{kind}/{}/{}", self.0, encoded(namespace), encoded(name)))
    }
}

impl fmt::Display for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_dots(part: &str) -> bool {
    matches!(part, "." | "..")
}

fn is_host(text: &str) -> bool {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    if let Some(six) = bare {
        return six.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let in_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
    text.len() <= 253 && text.bytes().any(|byte| byte.is_ascii_alphanumeric()) && text.bytes().all(in_host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn home() -> WebAddress {
        WebAddress::parse("https://marquez.example.com/ui/").expect("an address")
    }

    fn name(text: &str) -> Name {
        Name::of(text).expect("a name")
    }

    #[test]
    fn row_13_only_addresses_of_the_web_are_addresses() {
        for good in
            ["http://marquez.internal:3000", "https://a.example/", "http://127.0.0.1:5000", "http://[::1]:3000/x"]
        {
            assert!(WebAddress::parse(good).is_some(), "{good}");
        }
        for wrong in [
            "javascript:alert(1)",
            "data:text/html,x",
            "//marquez.example",
            "marquez.example",
            "https://",
            "https:///x",
            "https://me:secret@marquez.example",
            "https://marquez.example:port",
            "https://marquez.example:0",
            "https://marquez.example:+80",
            "https://marquez.example/?q=1",
            "https://marquez.example/#x",
            "https://marquez.example/a/../b",
            "https://marquez.example/%2e%2E/b",
            "https://marquez.example/\"onclick=",
            "https://marquez.example/ü",
            "https://[::1",
            " https://marquez.example",
            "HTTPS://marquez.example\n",
        ] {
            assert_eq!(WebAddress::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_job_and_a_dataset_have_a_page_below_the_configured_address() {
        assert_eq!(
            home().job("mwaa-openlineage-blue-dev", &name("orders.load")).as_deref(),
            Some("https://marquez.example.com/ui/lineage/job/mwaa-openlineage-blue-dev/orders.load")
        );
        let dataset = Dataset { namespace: name("s3://lake"), name: name("raw/orders 1") };
        assert_eq!(
            home().dataset(&dataset).as_deref(),
            Some("https://marquez.example.com/ui/lineage/dataset/s3%3A%2F%2Flake/raw%2Forders%201")
        );
    }

    #[test]
    fn row_13_no_name_leads_anywhere_else() {
        for hostile in
            ["../../admin", "//evil.example", "a\"><script>", "a?b#c", "javascript:alert(1)", "\\evil", "%2e%2e"]
        {
            let address = home().job("ns", &name(hostile)).expect("an address");
            let rest = address.strip_prefix("https://marquez.example.com/ui/lineage/job/ns/").expect("the same place");
            assert!(rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)), "{address}");
        }
        for dots in [".", ".."] {
            assert_eq!(home().job("ns", &name(dots)), None);
            assert_eq!(home().job(dots, &name("orders")), None);
        }
    }

    proptest! {
        #[test]
        fn row_13_whatever_a_job_is_called_its_page_is_two_steps_below(job in "[./%\\\\a-z:@?#\t\n\\PC]{1,12}") {
            let Some(address) = home().job("ns", &name(&job)) else { return Ok(()) };
            let rest = address.strip_prefix("https://marquez.example.com/ui/lineage/job/ns/").expect("the same place");
            prop_assert!(!rest.contains('/') && rest != "." && rest != "..", "{}", address);
        }
    }

    #[test]
    fn of_a_load_balancer_only_a_plain_name_becomes_an_address() {
        let found = WebAddress::of_host("internal-marquez-1.us-east-2.elb.amazonaws.com", 3000);
        assert_eq!(found.expect("one").as_str(), "http://internal-marquez-1.us-east-2.elb.amazonaws.com:3000");
        assert_eq!(WebAddress::of_host("a.example/x@evil", 3000), None);
    }
}
