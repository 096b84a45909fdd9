//! What a query of the page *Costs* may hold: one other shape of the platform, or two to be laid side by side.

use super::{Query, costs, get};
use teal_domain::{
    PairId,
    cost::{HOURS, Prices, WhatIf},
    topology::Mode,
};

/// The most of a number that is asked for: MWAA takes no more workers, and nobody more gateways.
pub const LARGEST: [(&str, u32); 3] = [("workers", 25), ("standby", HOURS), ("nat", 9)];
/// What the names of the second shape have behind them.
const SECOND: &str = "2";

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CostsQuery {
    /// Another shape, and a second one.
    pub what_if: [WhatIf; 2],
    /// What could not be read, each in a sentence; the rest counts.
    pub wrong: Vec<String>,
}

/// What is asked of each shape.
const FIELDS: [&str; 6] = ["mode", "region", "class", "workers", "standby", "nat"];

impl CostsQuery {
    /// The names of all fields of the form.
    pub fn fields() -> String {
        ["", SECOND].map(|behind| FIELDS.map(|name| format!("{name}{behind}")).join(" ")).join(" ")
    }

    /// Reads a query string.
    pub fn parse(query: &str) -> Self {
        let mut wrong = Vec::new();
        let what_if = ["", SECOND].map(|behind| one(query, behind, &mut wrong));
        Self { what_if, wrong }
    }

    /// The address of the page with it.
    pub fn address(&self, pair: &PairId) -> String {
        let mut out = Query::new(costs(pair));
        for (shape, behind) in self.what_if.iter().zip(["", SECOND]) {
            let number = |number: Option<u32>| number.map(|number| number.to_string());
            let values = [
                shape.mode.map(|mode| mode.as_str().to_owned()),
                shape.region.clone(),
                shape.class.clone(),
                number(shape.workers),
                number(shape.standby_hours),
                number(shape.nat_gateways),
            ];
            for (name, value) in FIELDS.into_iter().zip(values) {
                out.put(&format!("{name}{behind}"), value.as_deref());
            }
        }
        out.0
    }
}

fn one(query: &str, behind: &str, wrong: &mut Vec<String>) -> WhatIf {
    let word = |name: &str| get(query, &format!("{name}{behind}")).filter(|word| !word.is_empty());
    let said = |word: &str| word.chars().take(40).collect::<String>();
    let mut not = |word: &str, what: &str| wrong.push(format!("“{}” is left out: it is no {what}.", said(word)));
    let mode = word("mode").and_then(|word| {
        Mode::parse(&word).or_else(|| {
            not(&word, "mode of deployment");
            None
        })
    });
    let region = word("region").filter(|word| {
        let known = Prices::built_in().regions().any(|(id, _)| id == word);
        if !known {
            not(word, "region whose prices Teal knows");
        }
        known
    });
    let class = word("class").filter(|word| {
        let known = WhatIf::CLASSES.contains(&word.as_str());
        if !known {
            not(word, "class of MWAA");
        }
        known
    });
    let mut number = |name: &str, least: u32| {
        let word = word(name)?;
        let most = LARGEST.iter().find(|(known, _)| *known == name).map_or(0, |(_, most)| *most);
        let number = word.trim().parse().ok().filter(|number| (least..=most).contains(number));
        if number.is_none() {
            not(&word, &format!("number from {least} to {most}"));
        }
        number
    };
    let (workers, standby_hours, nat_gateways) = (number("workers", 1), number("standby", 0), number("nat", 0));
    WhatIf { mode, region, class, workers, standby_hours, nat_gateways }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_shapes_survive_the_way_through_the_address() {
        let one = WhatIf {
            mode: Some(Mode::BlueGreen),
            class: Some("mw1.medium".into()),
            workers: Some(3),
            ..WhatIf::default()
        };
        let other = WhatIf {
            region: Some("sa-east-1".into()),
            standby_hours: Some(0),
            nat_gateways: Some(2),
            ..WhatIf::default()
        };
        let query = CostsQuery { what_if: [one, other], wrong: Vec::new() };
        let address = query.address(&"dev".parse().expect("a pair"));
        assert_eq!(CostsQuery::parse(address.split_once('?').expect("a query").1), query);
        assert_eq!(
            CostsQuery::parse("mode=&class=&workers=&mode2="),
            CostsQuery::default(),
            "an empty field asks for nothing"
        );
    }

    #[test]
    fn what_cannot_be_read_is_left_out_and_said() {
        let query = CostsQuery::parse("mode=half&region=mars&class=mw9&workers=0&standby=731&nat=two&class2=mw1.small");
        assert!(query.what_if[0].is_nothing());
        assert_eq!(query.what_if[1].class.as_deref(), Some("mw1.small"));
        assert_eq!(query.wrong.len(), 6);
        for says in [
            "“half” is left out: it is no mode of deployment.",
            "“0” is left out: it is no number from 1 to 25.",
            "from 0 to 730",
        ] {
            assert!(query.wrong.iter().any(|wrong| wrong.contains(says)), "{says}: {:?}", query.wrong);
        }
        let long = CostsQuery::parse(&format!("class={}", "x".repeat(5_000)));
        assert!(long.wrong[0].chars().count() < 100);
    }
}
