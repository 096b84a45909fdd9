//! The table of list prices: per region and good, each with where it was read and when. The table that comes with Teal is
//! `prices.json`; its form is the one that is read here, so that another file can stand in for it. What the AWS Price List tells
//! takes the place of what the file says.

use super::{Good, Price};
use crate::time::Day;
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, LazyLock},
};

/// List prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prices {
    sources: BTreeMap<String, Source>,
    regions: BTreeMap<String, Region>,
    unread: Option<String>,
}

/// What the AWS Price List told of a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The region, by its id.
    pub region: String,
    /// The day on which it was read.
    pub read: Day,
    /// The prices.
    pub prices: Vec<(Good, Price)>,
}

/// Where a price was read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What people call it.
    pub title: String,
    /// Its address.
    pub url: String,
    /// The day on which it was read, like `2026-11-20`.
    pub read: String,
}

/// A region, as far as its prices are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// What AWS calls it.
    pub name: String,
    prices: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    usd: Price,
    source: String,
    /// It was not read for this region: it is that of another one with the same prices as far as was looked, or was told by others.
    #[serde(default)]
    assumed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    sources: BTreeMap<String, Source>,
    regions: BTreeMap<String, InFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InFile {
    name: String,
    /// Another region, whose prices are assumed here …
    like: Option<String>,
    /// … but for those that were looked at and are the same.
    #[serde(default)]
    checked: Vec<String>,
    #[serde(default)]
    prices: BTreeMap<String, Entry>,
}

/// What the AWS Price List is, for people.
const PRICE_LIST: &str = "https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-changes.html";

static BUILT_IN: LazyLock<Result<Arc<Prices>, String>> =
    LazyLock::new(|| Prices::parse(include_str!("prices.json")).map(Arc::new));

impl Prices {
    /// Those that come with Teal.
    ///
    /// # Panics
    /// Never: a test reads the file.
    pub fn built_in() -> &'static Arc<Self> {
        match &*BUILT_IN {
            Ok(prices) => prices,
            Err(wrong) => unreachable!("the prices that come with Teal cannot be read: {wrong}"),
        }
    }

    /// Reads a table.
    ///
    /// # Errors
    /// What is wrong with it, where, and how it is mended.
    pub fn parse(text: &str) -> Result<Self, String> {
        let table: Table = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let mut regions = BTreeMap::new();
        for (id, listed) in &table.regions {
            let mut prices = BTreeMap::new();
            if let Some(like) = &listed.like {
                let Some(other) = table.regions.get(like).filter(|other| other.like.is_none()) else {
                    return Err(format!(
                        "region {id} is like {like}, which lists no prices of its own: name one that does"
                    ));
                };
                let checked = |good: &str| listed.checked.iter().any(|checked| checked == good);
                prices.extend(other.prices.iter().map(|(good, price)| {
                    (good.clone(), Entry { assumed: price.assumed || !checked(good), ..price.clone() })
                }));
            }
            if let Some(unknown) = listed.checked.iter().find(|good| !prices.contains_key(*good)) {
                return Err(format!("region {id} has checked {unknown:?}, of which there is no price to be like"));
            }
            prices.extend(listed.prices.clone());
            for (good, price) in &prices {
                if !table.sources.contains_key(&price.source) {
                    return Err(format!(
                        "region {id}: the price of {good:?} is from {:?}, which is no source",
                        price.source
                    ));
                }
            }
            regions.insert(id.clone(), Region { name: listed.name.clone(), prices });
        }
        Ok(Self { sources: table.sources, regions, unread: None })
    }

    /// The same, with what the AWS Price List told of a region in the place of what stands here. What it did not tell stays.
    #[must_use]
    pub fn with_listed(&self, listed: &Listed) -> Self {
        let mut prices = Self { unread: None, ..self.clone() };
        let source = format!("price-list {} {}", listed.region, listed.read);
        let region = prices.regions.entry(listed.region.clone());
        let region = region.or_insert_with(|| Region { name: listed.region.clone(), prices: BTreeMap::new() });
        for (good, usd) in &listed.prices {
            let entry = Entry { usd: *usd, source: source.clone(), assumed: false };
            region.prices.insert(good.to_string(), entry);
        }
        let (title, url) = (format!("AWS Price List for {}", region.name), PRICE_LIST.to_owned());
        prices.sources.insert(source, Source { title, url, read: listed.read.to_string() });
        // A price that was not told again keeps the day on which it was; a day that nothing is from any more goes.
        let entries = prices.regions.values().flat_map(|region| region.prices.values());
        let used: BTreeSet<&str> = entries.map(|entry| entry.source.as_str()).collect();
        prices.sources.retain(|id, _| !id.starts_with("price-list ") || used.contains(id.as_str()));
        prices
    }

    /// The same, where the AWS Price List was asked and told nothing.
    #[must_use]
    pub fn without_list(&self, because: &str) -> Self {
        Self { unread: Some(because.to_owned()), ..self.clone() }
    }

    /// Why the AWS Price List told nothing when it was asked last, if it did not.
    pub fn unread(&self) -> Option<&str> {
        self.unread.as_deref()
    }

    /// The regions, by id.
    pub fn regions(&self) -> impl Iterator<Item = (&str, &Region)> {
        self.regions.iter().map(|(id, region)| (id.as_str(), region))
    }

    /// The price of a good in a region, where it was read, and whether it is assumed; none where it is not known.
    pub fn of(&self, region: &str, good: &Good) -> Option<(Price, &Source, bool)> {
        let entry = self.regions.get(region)?.prices.get(&good.to_string())?;
        Some((entry.usd, self.sources.get(&entry.source)?, entry.assumed))
    }
}

/// Those that come with Teal.
impl Default for Prices {
    fn default() -> Self {
        Self::clone(Self::built_in())
    }
}
