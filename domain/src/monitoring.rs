//! What is known of a pair's alarms and metrics. It is read while somebody looks at the page of it, and not otherwise:
//! CloudWatch charges for each metric that is asked for.

#[cfg(test)]
pub(crate) mod fixture;

use crate::{Millis, Reading, alarms::Alarms, metrics::Drawn, platform::Found, reason};
use std::sync::Arc;

/// How far back the charts go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Span {
    /// An hour, by the minute.
    Hour,
    /// A day, by five minutes.
    #[default]
    Day,
    /// A week, by the hour.
    Week,
}

impl Span {
    /// All of them, the shortest first.
    pub const ALL: [Self; 3] = [Self::Hour, Self::Day, Self::Week];

    /// The word in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
        }
    }

    /// Parses the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.as_str() == word)
    }

    /// As people say it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Hour => "1 hour",
            Self::Day => "24 hours",
            Self::Week => "7 days",
        }
    }

    /// How long it is.
    pub const fn length(self) -> Millis {
        match self {
            Self::Hour => Millis::from_secs(3600),
            Self::Day => Millis::from_secs(86_400),
            Self::Week => Millis::from_secs(7 * 86_400),
        }
    }

    /// How much time one point stands for.
    pub const fn period(self) -> Millis {
        match self {
            Self::Hour => Millis::from_secs(60),
            Self::Day => Millis::from_secs(300),
            Self::Week => Millis::from_secs(3600),
        }
    }

    /// How long what was read serves everybody who looks.
    pub const fn keeps(self) -> Millis {
        match self {
            Self::Hour => Millis::from_secs(60),
            Self::Day => Millis::from_secs(300),
            Self::Week => Millis::from_secs(1800),
        }
    }

    /// For what one point of a sum counts, in words.
    pub const fn each(self) -> &'static str {
        match self {
            Self::Hour => "a minute",
            Self::Day => "in 5 minutes",
            Self::Week => "an hour",
        }
    }

    const fn index(self) -> usize {
        match self {
            Self::Hour => 0,
            Self::Day => 1,
            Self::Week => 2,
        }
    }
}

/// What was read for whoever looked last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Monitoring {
    /// The alarms of the account over the metrics that matter here.
    pub alarms: Reading<Arc<Alarms>>,
    /// The charts of each span.
    charts: [Reading<Arc<Drawn>>; 3],
}

impl Monitoring {
    /// The charts of a span.
    pub const fn charts(&self, span: Span) -> &Reading<Arc<Drawn>> {
        &self.charts[span.index()]
    }

    /// The charts of a span, to be written.
    pub const fn charts_mut(&mut self, span: Span) -> &mut Reading<Arc<Drawn>> {
        &mut self.charts[span.index()]
    }

    /// Whether both say the same, whenever it was read. A chart that was read anew goes further than the last.
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.alarms.says_the_same(&other.alarms)
            && Span::ALL.into_iter().all(|span| self.charts(span).alike(other.charts(span), Arc::ptr_eq))
    }
}

/// Whether a part of the platform is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a, T> {
    /// It is: its name, and what it is.
    There(&'a str, &'a T),
    /// Nothing has any of the names that were tried.
    Absent(&'a [String]),
    /// It could not be read, or has not been yet.
    Unread(Option<&'a str>),
}

impl<'a, T> Part<'a, T> {
    /// What a reading says.
    pub fn of(reading: &'a Reading<Found<T>>) -> Self {
        match reading.value() {
            Some(Found { found: Some((name, it)), .. }) => Self::There(name, it),
            Some(Found { tried, .. }) => Self::Absent(tried),
            None => Self::Unread(reading.error().map(|error| error.message.as_str())),
        }
    }

    /// What it is, where it is there.
    pub const fn it(&self) -> Option<&'a T> {
        match self {
            Self::There(_, it) => Some(it),
            Self::Absent(_) | Self::Unread(_) => None,
        }
    }

    /// Why there is nothing to say of it, where it is called `what`.
    pub fn why_not(&self, what: &str) -> Option<Why> {
        match self {
            Self::There(..) => None,
            Self::Absent([]) => Some(Why::NotApplicable(format!("There is no {what}."))),
            Self::Absent(tried) => {
                Some(Why::NotApplicable(format!("There is no {what} by the name of {}.", tried.join(" or "))))
            }
            Self::Unread(None) => Some(Why::Unread(format!("The {what} has not been read yet."))),
            Self::Unread(Some(said)) => {
                Some(Why::Unread(format!("The {what} could not be read: {}", reason::plain(said))))
            }
        }
    }
}

/// Why there is nothing to say of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It does not exist here.
    NotApplicable(String),
    /// It could not be read.
    Unread(String),
}

impl Why {
    /// The sentence.
    pub fn says(&self) -> &str {
        match self {
            Self::NotApplicable(says) | Self::Unread(says) => says,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    #[test]
    fn a_span_is_found_by_its_word_and_holds_at_most_three_hundred_points() {
        for span in Span::ALL {
            assert_eq!(Span::parse(span.as_str()), Some(span));
            assert!(span.length().0 / span.period().0 <= 300);
            assert!(span.keeps() >= span.period() || span == Span::Week);
        }
        assert_eq!(Span::parse("30d"), None);
    }

    #[test]
    fn what_does_not_exist_is_told_apart_from_what_could_not_be_read() {
        let says = |reading: &Reading<Found<u8>>| Part::of(reading).why_not("load balancer");
        let mut reading = Reading::default();
        assert_eq!(says(&reading), Some(Why::Unread("The load balancer has not been read yet.".into())));
        reading.fail("not allowed: add elasticloadbalancing:DescribeLoadBalancers.", Timestamp(1));
        assert!(says(&reading).is_some_and(|why| why.says().contains("DescribeLoadBalancers")));
        reading.succeed(Found { tried: vec!["a".into(), "b".into()], found: None }, Timestamp(2));
        assert_eq!(says(&reading), Some(Why::NotApplicable("There is no load balancer by the name of a or b.".into())));
        reading.succeed(Found { tried: vec!["a".into()], found: Some(("a".into(), 7)) }, Timestamp(3));
        assert_eq!((says(&reading), Part::of(&reading).it()), (None, Some(&7)));
    }

    #[test]
    fn a_chart_that_was_read_anew_is_another_one() {
        let drawn = Arc::new(Drawn::default());
        let mut one = Monitoring::default();
        one.charts_mut(Span::Day).succeed(drawn.clone(), Timestamp(1));
        let mut other = one.clone();
        other.charts_mut(Span::Day).refresh(Timestamp(2));
        assert!(one.says_the_same(&other));
        other.charts_mut(Span::Day).succeed(Arc::new(Drawn::default()), Timestamp(2));
        assert!(!one.says_the_same(&other));
    }
}
