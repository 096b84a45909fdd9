//! The Query protocol, in which Auto Scaling, RDS, EC2 and IAM speak: a form asks, XML answers.
//! <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>

use aws_config::SdkConfig;

use super::{AwsError, signed};

/// Nothing that Teal asks for fills so many pages.
const PAGES: usize = 20;

/// A service that speaks it.
#[derive(Clone, Debug)]
pub(super) struct Query {
    caller: signed::Caller,
    service: &'static str,
    version: &'static str,
    region: String,
    endpoint: String,
}

/// What is asked for beside the action: names of fields and their values.
pub(super) type Fields = Vec<(String, String)>;

/// How a service names the mark of the next page: where it is asked for, and where it is told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark(pub &'static str, pub &'static str);

/// Fields of a list, such as `DBClusterIdentifier.1`.
pub(super) fn list<'a>(name: &str, values: impl IntoIterator<Item = &'a str>) -> Fields {
    values.into_iter().enumerate().map(|(at, value)| (format!("{name}.{}", at + 1), value.to_owned())).collect()
}

impl Query {
    /// A service of a region, at its usual place unless `variable` of the environment says otherwise.
    pub(super) fn new(config: &SdkConfig, service: &'static str, version: &'static str, variable: &str) -> Self {
        let region = config.region().map_or("", AsRef::as_ref);
        let endpoint = signed::endpoint(config, variable, || signed::usual(service, region));
        Self { caller: signed::Caller::new(config), service, version, region: region.to_owned(), endpoint }
    }

    /// The same at another place, which signs with a region of its own.
    pub(super) fn at(mut self, endpoint: String, region: &str) -> Self {
        (self.endpoint, self.region) = (endpoint, region.to_owned());
        self
    }

    /// Asks, and reads the answer. `action` is what policies call it.
    pub(super) async fn ask<T>(
        &self,
        action: &'static str,
        fields: &Fields,
        read: impl FnOnce(Element<'_, '_>) -> T,
    ) -> Result<T, AwsError> {
        let operation = action.rsplit(':').next().unwrap_or(action);
        let body = form(&[("Action", operation), ("Version", self.version)], fields);
        let call = signed::Call {
            action,
            service: self.service,
            region: &self.region,
            endpoint: &self.endpoint,
            headers: &[("content-type", "application/x-www-form-urlencoded")],
            body: &body,
        };
        let (status, answer) = self.caller.make(&call).await?;
        let answer = String::from_utf8_lossy(&answer);
        if status >= 400 {
            return Err(refusal(action, status, &answer));
        }
        let no_answer = |what: &str| AwsError {
            code: None,
            message: format!("{action} answered with what cannot be read: {what}"),
            refused: false,
        };
        let document = roxmltree::Document::parse(&answer).map_err(|error| no_answer(&error.to_string()))?;
        let root = Element(document.root_element());
        if !root.0.tag_name().name().ends_with("Response") {
            return Err(no_answer(&format!("<{}> is no answer to it.", root.0.tag_name().name())));
        }
        // EC2 has no element around what it answers.
        Ok(read(root.child(&format!("{operation}Result")).unwrap_or(root)))
    }

    /// Asks page by page, and collects what is read of each.
    pub(super) async fn pages<T>(
        &self,
        action: &'static str,
        fields: &Fields,
        mark: Mark,
        read: impl Fn(Element<'_, '_>) -> Vec<T>,
    ) -> Result<Vec<T>, AwsError> {
        let (mut found, mut fields) = (Vec::new(), fields.clone());
        for _ in 0..PAGES {
            let (some, next) = self.ask(action, &fields, |answer| (read(answer), answer.text(mark.1))).await?;
            found.extend(some);
            let Some(next) = next else { return Ok(found) };
            fields.retain(|(name, _)| name != mark.0);
            fields.push((mark.0.to_owned(), next));
        }
        let message = format!("{action} answered with more than {PAGES} pages.");
        Err(AwsError { code: None, message, refused: false })
    }
}

fn form(first: &[(&str, &str)], fields: &Fields) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(first).extend_pairs(fields).finish()
}

fn refusal(action: &str, status: u16, xml: &str) -> AwsError {
    let document = roxmltree::Document::parse(xml);
    let said = |name: &str| {
        let document = document.as_ref().ok()?;
        let found = document.descendants().find(|node| node.has_tag_name(name))?;
        found.text().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    };
    signed::refusal(action, status, said("Code").as_deref(), said("Message").unwrap_or_default().as_str())
}

/// An element of an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'a, 'input>(roxmltree::Node<'a, 'input>);

impl<'a, 'input: 'a> Element<'a, 'input> {
    /// The first element of that name in it.
    pub(super) fn child(self, name: &str) -> Option<Self> {
        self.0.children().find(|node| node.has_tag_name(name)).map(Self)
    }

    /// What the element of that name says; none where it is missing or empty.
    pub(super) fn text(self, name: &str) -> Option<String> {
        self.child(name)?.says()
    }

    /// What it says itself.
    pub(super) fn says(self) -> Option<String> {
        self.0.text().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// The number that the element of that name says.
    pub(super) fn number(self, name: &str) -> Option<u32> {
        self.text(name)?.parse().ok()
    }

    /// Whether the element of that name says `true`; none where it says neither.
    pub(super) fn truth(self, name: &str) -> Option<bool> {
        self.text(name)?.parse().ok()
    }

    /// The elements of the list of that name, whatever each is called.
    pub(super) fn each(self, list: &str) -> impl Iterator<Item = Self> + use<'a, 'input> {
        let list = self.child(list).map(|list| list.0);
        list.into_iter().flat_map(|list| list.children()).filter(roxmltree::Node::is_element).map(Self)
    }

    /// What a tag of it says, where tags stand in the list of that name as EC2 writes them.
    pub(super) fn tag(self, list: &str, key: &str) -> Option<String> {
        self.each(list).find(|tag| tag.text("key").as_deref() == Some(key))?.text("value")
    }
}

/// Reads an answer that stands in a test.
#[cfg(test)]
pub(super) fn reading<T>(xml: &str, read: impl FnOnce(Element<'_, '_>) -> T) -> T {
    let document = roxmltree::Document::parse(xml).expect("a document");
    read(Element(document.root_element()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_read_as_each_service_writes_it_and_names_the_action_to_add() {
        let query = "<ErrorResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><Error><Type>Sender</Type>\
                     <Code>AccessDenied</Code><Message>no</Message></Error><RequestId>1</RequestId></ErrorResponse>";
        let ec2 = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error>\
                   <Code>UnauthorizedOperation</Code><Message>You are not authorized</Message></Error></Errors>\
                   <RequestID>1</RequestID></Response>";
        for (action, xml) in [("rds:DescribeDBClusters", query), ("ec2:DescribeSubnets", ec2)] {
            let error = refusal(action, 403, xml);
            assert!(error.refused && error.denied(), "{error:?}");
            assert_eq!(
                error.message,
                format!("{action} is not allowed for these credentials: add it to Teal's policy.")
            );
        }
        let other = query.replace("AccessDenied", "Throttling").replace("no", "Rate &amp; more");
        assert_eq!(refusal("rds:X", 400, &other).message, "rds:X answered Throttling: Rate & more");
        assert!(refusal("rds:X", 400, &other).throttled());
        let proxy = refusal("rds:X", 502, "<html><br>a proxy");
        assert_eq!((proxy.message.as_str(), proxy.refused), ("rds:X answered HTTP 502.", false));
    }

    #[test]
    fn lists_are_read_whatever_their_elements_are_called_and_what_is_empty_is_not_said() {
        let xml = "<A xmlns=\"urn:a\"><Zones><member>a</member>\n <AvailabilityZone> b </AvailabilityZone></Zones>\
                   <Empty/><Two>2</Two><Yes>true</Yes><Odd>maybe</Odd><!-- a remark --></A>";
        reading(xml, |root| {
            assert_eq!(root.each("Zones").filter_map(Element::says).collect::<Vec<_>>(), ["a", "b"]);
            assert_eq!((root.text("Empty"), root.text("None"), root.number("Two")), (None, None, Some(2)));
            assert_eq!((root.truth("Yes"), root.truth("Odd"), root.truth("None")), (Some(true), None, None));
            assert_eq!(root.each("None").count(), 0);
        });
    }

    #[test]
    fn lists_are_asked_for_by_number() {
        let fields = list("Names.member", ["a", "b"]);
        assert_eq!(
            fields,
            [("Names.member.1", "a"), ("Names.member.2", "b")].map(|(n, v)| (n.to_owned(), v.to_owned()))
        );
    }
}
