//! How the platform is deployed: by what exists, by its tag and by config, and where these disagree.

use super::{Mode, counted, listed};
use crate::{Color, Environment, PairSnapshot, Reading, Timestamp, environment::NO_SUCH};

impl Mode {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Standard, Self::BlueGreen, Self::HaMarquez, Self::FullHa];

    /// The word in config and on pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::BlueGreen => "blue-green",
            Self::HaMarquez => "ha-marquez",
            Self::FullHa => "full-ha",
        }
    }

    /// The word in the tag `DeploymentMode`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Standard => "Standard",
            Self::BlueGreen => "BlueGreen",
            Self::HaMarquez => "HAMarquez",
            Self::FullHa => "FullHA",
        }
    }

    /// What it means, in a few words.
    pub const fn means(self) -> &'static str {
        match self {
            Self::Standard => "one environment, one instance of the lineage service",
            Self::BlueGreen => "two environments, one instance of the lineage service",
            Self::HaMarquez => "one environment, the lineage service over several zones",
            Self::FullHa => "two environments, the lineage service over several zones",
        }
    }

    /// The mode of a word of config.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == word)
    }

    /// The mode that a tag names. How it is written in capitals and small letters is not what it says.
    pub fn of_tag(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.tag().eq_ignore_ascii_case(word.trim()))
    }

    /// Whether it has two environments, and a flag that says which is live.
    pub const fn has_two_sides(self) -> bool {
        matches!(self, Self::BlueGreen | Self::FullHa)
    }

    /// Whether it runs the lineage service over several zones, behind a load balancer and with a database of its own.
    pub const fn has_group(self) -> bool {
        matches!(self, Self::HaMarquez | Self::FullHa)
    }

    /// The mode with or without a second side, and with or without a group for the lineage service.
    pub const fn of(two_sides: bool, group: bool) -> Self {
        match (two_sides, group) {
            (false, false) => Self::Standard,
            (true, false) => Self::BlueGreen,
            (false, true) => Self::HaMarquez,
            (true, true) => Self::FullHa,
        }
    }
}

impl std::fmt::Display for Mode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether something is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum There {
    Yes,
    No,
    NotRead,
}

/// What runs the lineage service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runs {
    Group,
    Instance,
    Nothing,
    NotRead,
}

/// How it is deployed, by whoever says so.
#[derive(Debug)]
pub(super) struct Deployed {
    pub found: Option<Mode>,
    pub by_tag: Option<Mode>,
    pub by_config: Option<Mode>,
    sides: [There; 2],
    pub runs: Runs,
    /// When that was read which was read longest ago of what was found.
    pub read_at: Option<Timestamp>,
}

impl Deployed {
    pub fn of(pair: &PairSnapshot) -> Self {
        let one_name = pair.names.blue == pair.names.green;
        let sides = Color::BOTH.map(|color| match color {
            // One environment under both names is one.
            Color::Green if one_name => There::No,
            _ => there(pair.side(color)),
        });
        let runs = runs(pair);
        let two_sides = match sides {
            [There::Yes, There::Yes] => Some(true),
            [There::Yes, There::No] | [There::No, There::Yes] => Some(false),
            _ => None,
        };
        let group = match runs {
            Runs::Group => Some(true),
            Runs::Instance | Runs::Nothing => Some(false),
            Runs::NotRead => None,
        };
        let found = two_sides.zip(group).map(|(two_sides, group)| Mode::of(two_sides, group));
        let mut tags = tags(pair).map(|(_, tag)| Mode::of_tag(tag));
        let (group, instance) = (&pair.platform.group, &pair.platform.instance);
        let by = match runs {
            Runs::Group => [group.read_at(), None],
            Runs::Instance | Runs::Nothing => [group.read_at(), instance.read_at()],
            Runs::NotRead => [None, None],
        };
        let sides_read =
            Color::BOTH.map(|color| pair.side(color).read_at().filter(|_| there(pair.side(color)) == There::Yes));
        let read_at = sides_read.into_iter().chain(by).flatten().min();
        Self { found, by_tag: tags.find_map(|mode| mode), by_config: pair.mode, sides, runs, read_at }
    }

    /// Whether an environment is there.
    pub fn side(&self, color: Color) -> There {
        match color {
            Color::Blue => self.sides[0],
            Color::Green => self.sides[1],
        }
    }

    /// How somebody said that it is deployed.
    pub fn said(&self) -> Option<Mode> {
        self.by_config.or(self.by_tag)
    }

    /// Whether it has one environment only, by what exists or else by what was said.
    pub fn one_sided(&self) -> bool {
        match self.sides {
            [There::Yes, There::Yes] => false,
            [There::Yes, There::No] | [There::No, There::Yes] => true,
            _ => self.said().is_some_and(|mode| !mode.has_two_sides()),
        }
    }

    /// The only environment, where there is one only.
    pub fn only(&self) -> Option<Color> {
        match self.sides {
            [There::Yes, There::No] => Some(Color::Blue),
            [There::No, There::Yes] => Some(Color::Green),
            [There::Yes, There::NotRead] if self.one_sided() => Some(Color::Blue),
            [There::NotRead, There::Yes] if self.one_sided() => Some(Color::Green),
            _ => None,
        }
    }

    fn environments(&self) -> usize {
        self.sides.iter().filter(|side| **side == There::Yes).count()
    }

    /// What was found, in a sentence.
    pub fn seen(&self) -> String {
        let sides = match (self.environments(), self.sides.contains(&There::NotRead)) {
            (count, true) => format!("{count} of 2 environments could be read"),
            (2, _) => "There are two environments".to_owned(),
            (1, _) => "There is one environment".to_owned(),
            _ => "There is no environment".to_owned(),
        };
        let lineage = match self.runs {
            Runs::Group => "a group of instances runs the lineage service",
            Runs::Instance => "one instance runs the lineage service",
            Runs::Nothing => "no lineage service was found",
            Runs::NotRead => "what runs the lineage service could not be read",
        };
        format!("{sides}, and {lineage}.")
    }

    /// Where what exists, the tag and config disagree.
    pub fn differences(&self, pair: &PairSnapshot) -> Vec<String> {
        let unknown = tags(pair).filter(|(_, tag)| Mode::of_tag(tag).is_none()).map(|(color, tag)| {
            let names = Mode::ALL.map(Mode::tag).join(", ");
            format!("The tag DeploymentMode of {} says {tag}, which is none of {names}.", color.title())
        });
        let mut told: Vec<String> = unknown.collect();
        let known: Vec<(Color, Mode)> =
            tags(pair).filter_map(|(color, tag)| Some((color, Mode::of_tag(tag)?))).collect();
        if let [(one, a), (other, b)] = known.as_slice()
            && a != b
        {
            let (one, other) = (one.title(), other.title());
            told.push(format!("The tag DeploymentMode says {} on {one} and {} on {other}.", a.tag(), b.tag()));
        }
        let said = [("Config", self.by_config), ("The tag DeploymentMode", self.by_tag)];
        for (who, said) in said.into_iter().filter_map(|(who, mode)| Some((who, mode?))) {
            match self.found {
                Some(found) if found != said => {
                    told.push(format!("{who} says {said}, and what exists is {found}: {}.", self.instead(said, found)));
                }
                _ => {}
            }
        }
        if let (None, Some(config), Some(tag)) = (self.found, self.by_config, self.by_tag)
            && config != tag
        {
            told.push(format!("Config says {config}, and the tag DeploymentMode says {tag}."));
        }
        told
    }

    /// In what two modes differ, as it was found.
    fn instead(&self, said: Mode, found: Mode) -> String {
        let mut ways = Vec::new();
        if said.has_two_sides() != found.has_two_sides() {
            ways.push(counted(self.environments(), "environment"));
        }
        if said.has_group() != found.has_group() {
            ways.push(match self.runs {
                Runs::Group => "a group of instances for the lineage service".to_owned(),
                Runs::Instance => "one instance for the lineage service, and no group".to_owned(),
                _ => "no lineage service by any of its names".to_owned(),
            });
        }
        listed(&ways)
    }
}

fn there(side: &Reading<Environment>) -> There {
    match (side.error(), side.value()) {
        (Some(error), _) if error.message.starts_with(NO_SUCH) => There::No,
        (_, Some(_)) => There::Yes,
        _ => There::NotRead,
    }
}

/// An instance of a group may bear the name that a single one would have, so the group decides.
fn runs(pair: &PairSnapshot) -> Runs {
    let (group, instance) = (pair.platform.group.value(), pair.platform.instance.value());
    match (group.map(|found| found.it().is_some()), instance.map(|found| found.it().is_some())) {
        (Some(true), _) => Runs::Group,
        (Some(false), Some(true)) => Runs::Instance,
        (Some(false), Some(false)) => Runs::Nothing,
        _ => Runs::NotRead,
    }
}

/// The tags of the environments, of the live one first.
fn tags(pair: &PairSnapshot) -> impl Iterator<Item = (Color, &str)> {
    let first = pair.live().unwrap_or(Color::Blue);
    [first, first.other()]
        .into_iter()
        .filter_map(|color| Some((color, pair.side(color).value()?.setup.deployment_mode.as_deref()?)))
}
