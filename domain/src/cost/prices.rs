//! The table of list prices: per region and good, each with where it was read and when. The table that comes with Teal is
//! `prices.json`; its form is the one that is read here, so that another file can stand in for it.

use super::{Good, Price};
use serde::Deserialize;
use std::{collections::BTreeMap, sync::LazyLock};

/// List prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prices {
    sources: BTreeMap<String, Source>,
    regions: BTreeMap<String, Region>,
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
    regions: BTreeMap<String, Listed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    name: String,
    /// Another region, whose prices are assumed here …
    like: Option<String>,
    /// … but for those that were looked at and are the same.
    #[serde(default)]
    checked: Vec<String>,
    #[serde(default)]
    prices: BTreeMap<String, Entry>,
}

static BUILT_IN: LazyLock<Result<Prices, String>> = LazyLock::new(|| Prices::parse(include_str!("prices.json")));

impl Prices {
    /// Those that come with Teal.
    ///
    /// # Panics
    /// Never: a test reads the file.
    pub fn built_in() -> &'static Self {
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
        Ok(Self { sources: table.sources, regions })
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
