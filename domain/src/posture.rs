//! How the platform is prepared for what may fail, judged by answers that are in hand anyway. Nothing is asked for it; what
//! was not read, or not lately, is told as not checked. Nothing here says that something fails now: that is `topology`.

#[cfg(test)]
mod tests;

use crate::{
    Color, Flag, Millis, PairSnapshot, Reading, Timestamp,
    platform::{Bucket, Found},
    preflight::FLAG_IS_STALE_AFTER,
    topology::{
        BUCKETS, ENVIRONMENT_IS_OLD_AFTER, KEYS, PLATFORM_IS_OLD_AFTER, Part, ROLES, Topology, Verdict as Shared, fresh,
    },
};

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// What lies on disks is encrypted.
    Encryption,
    /// What is lost can be brought back.
    Backups,
    /// Nobody deletes it by mistake.
    Deletion,
    /// What happens to one side does not happen to the other.
    Separation,
    /// Secrets do not stay the same for ever.
    Secrets,
    /// From where it is reached.
    Reach,
}

impl Group {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 6] =
        [Self::Encryption, Self::Backups, Self::Deletion, Self::Separation, Self::Secrets, Self::Reach];

    /// What people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Encryption => "Encryption",
            Self::Backups => "Backups",
            Self::Deletion => "Deletion protection",
            Self::Separation => "The two sides apart",
            Self::Secrets => "Secrets",
            Self::Reach => "Reached from",
        }
    }
}

/// Whether it is as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Met,
    /// It is not.
    NotMet {
        /// What mends it.
        mend: &'static str,
    },
    /// It could not be told.
    NotChecked,
}

/// Something that was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub group: Group,
    /// Of what.
    pub what: &'static str,
    /// Whether it is as it should be.
    pub verdict: Verdict,
    /// Why, by what was found; or why it cannot be told.
    pub because: String,
    /// When that was read.
    pub read_at: Option<Timestamp>,
}

/// A verdict with its reason.
type Judged = (Verdict, String);

fn met(because: impl Into<String>) -> Judged {
    (Verdict::Met, because.into())
}

fn not_met(because: impl Into<String>, mend: &'static str) -> Judged {
    (Verdict::NotMet { mend }, because.into())
}

fn not_checked(because: impl Into<String>) -> Judged {
    (Verdict::NotChecked, because.into())
}

/// All that can be judged, by group; within each in the order of the parts.
pub fn of(pair: &PairSnapshot, topology: &Topology, now: Timestamp) -> Vec<Finding> {
    let judge = Judge { pair, topology, now };
    let mut found: Vec<Finding> = [
        judge.environments(),
        judge.buckets(),
        judge.database(),
        vec![judge.history()],
        judge.apart(),
        judge.secret(),
        judge.balancer(),
    ]
    .concat();
    found.sort_by_key(|finding| finding.group);
    found
}

struct Judge<'a> {
    pair: &'a PairSnapshot,
    topology: &'a Topology,
    now: Timestamp,
}

impl Judge<'_> {
    /// A reading, judged; where it is missing or old that is the finding.
    fn on<T>(
        &self,
        (group, part): (Group, Part),
        (reading, old_after): (&Reading<T>, Millis),
        judge: impl FnOnce(&T) -> Judged,
    ) -> Finding {
        let (verdict, because) = fresh(reading, old_after, self.now).map_or_else(not_checked, judge);
        Finding { group, what: part.title(), verdict, because, read_at: reading.read_at() }
    }

    /// A part that is looked for by its names.
    fn on_found<T>(
        &self,
        group: Group,
        part: Part,
        reading: &Reading<Found<T>>,
        judge: impl FnOnce(&T) -> Judged,
    ) -> Finding {
        self.on((group, part), (reading, PLATFORM_IS_OLD_AFTER), |found| {
            found.it().map_or_else(|| not_checked("There is none by any of its names."), judge)
        })
    }

    fn has(&self, part: Part) -> bool {
        self.topology.node(part).is_some()
    }

    fn environments(&self) -> Vec<Finding> {
        let there = Color::BOTH.into_iter().filter(|color| self.has(Part::Environment(*color)));
        there
            .flat_map(|color| {
                let (part, read) = (Part::Environment(color), (self.pair.side(color), ENVIRONMENT_IS_OLD_AFTER));
                [
                    self.on((Group::Encryption, part), read, |side| match &side.setup.kms_key {
                        Some(key) => met(format!("It encrypts with {key}.")),
                        None => met("It encrypts with a key that AWS owns."),
                    }),
                    self.on((Group::Reach, part), read, |side| web(side.setup.web_access.as_deref())),
                ]
            })
            .collect()
    }

    fn buckets(&self) -> Vec<Finding> {
        let there = Color::BOTH.into_iter().filter(|color| self.has(Part::Bucket(*color)));
        there
            .flat_map(|color| {
                let (part, read) = (Part::Bucket(color), (self.pair.platform.bucket(color), PLATFORM_IS_OLD_AFTER));
                [
                    self.on((Group::Encryption, part), read, |bucket| match bucket {
                        Bucket { exists: false, .. } => not_checked("The bucket does not exist."),
                        Bucket { encrypted: Some(with), .. } => met(format!("It encrypts with {with}.")),
                        Bucket { encrypted: None, .. } => not_checked("With what it encrypts could not be read."),
                    }),
                    self.on((Group::Backups, part), read, |bucket| match bucket {
                        Bucket { exists: false, .. } => not_checked("The bucket does not exist."),
                        Bucket { versioned: Some(true), .. } => {
                            met("It keeps versions: what is overwritten or deleted there can be brought back.")
                        }
                        Bucket { versioned: Some(false), .. } => not_met(
                            "It keeps no versions: what is overwritten there is lost.",
                            "Switch versioning on: MWAA asks for it.",
                        ),
                        Bucket { versioned: None, .. } => not_checked("Whether it keeps versions could not be read."),
                    }),
                ]
            })
            .collect()
    }

    fn database(&self) -> Vec<Finding> {
        let (part, reading) = (Part::Database, &self.pair.platform.database);
        if !self.has(part) {
            return Vec::new();
        }
        let untold = || not_checked("RDS does not tell it.");
        vec![
            self.on_found(Group::Encryption, part, reading, |database| match database.encrypted {
                Some(true) => met("Its storage is encrypted."),
                Some(false) => not_met(
                    "Its storage is not encrypted.",
                    "It cannot be encrypted where it is: restore an encrypted copy of a snapshot, and move over to it.",
                ),
                None => untold(),
            }),
            self.on_found(Group::Backups, part, reading, |database| match database.backup_days {
                Some(0) => not_met("No backups are made.", "Let RDS keep backups for some days."),
                Some(1) => met("Backups are kept for 1 day."),
                Some(days) => met(format!("Backups are kept for {days} days.")),
                None => untold(),
            }),
            self.on_found(Group::Deletion, part, reading, |database| match database.protected {
                Some(true) => met("RDS refuses to delete it."),
                Some(false) => not_met("One call deletes it.", "Switch deletion protection on."),
                None => untold(),
            }),
        ]
    }

    /// What the flag said before, and who moved it: SSM keeps the last hundred versions, the journal keeps all.
    fn history(&self) -> Finding {
        let pair = self.pair;
        let kept = "SSM keeps the last 100 versions, and none once the parameter is deleted; the journal keeps every \
                    version that Teal has read.";
        let (verdict, because) = match (pair.store.error(), fresh(&pair.flag, FLAG_IS_STALE_AFTER, self.now)) {
            (Some(error), _) => not_met(
                format!(
                    "The journal cannot be written. {} Until it can, SSM alone keeps the flag's history.",
                    error.message
                ),
                "Mend the store: the journal takes up what it missed from SSM.",
            ),
            (None, Err(why)) => not_checked(why),
            (None, Ok(Flag::Missing)) => {
                not_checked("There is no parameter whose history could be kept; what was, stands in the journal.")
            }
            (None, Ok(Flag::Present { version, .. })) => match pair.origin() {
                Some(_) => met(format!("Version {version} stands in the journal. {kept}")),
                None => not_checked(format!("Version {version} does not stand in the journal yet. {kept}")),
            },
        };
        Finding { group: Group::Backups, what: "The flag's history", verdict, because, read_at: pair.flag.read_at() }
    }

    /// What `topology` judged, told once more where it belongs.
    fn apart(&self) -> Vec<Finding> {
        let sides = Color::BOTH.map(|color| self.pair.side(color).read_at());
        let read_at = sides.into_iter().min().flatten();
        let judged = [ROLES, BUCKETS, KEYS].into_iter().filter_map(|what| self.topology.risk(what));
        judged
            .map(|risk| Finding {
                group: Group::Separation,
                what: risk.what,
                verdict: match risk.verdict {
                    Shared::Fine => Verdict::Met,
                    Shared::Risk { mend } => Verdict::NotMet { mend },
                    Shared::NotChecked => Verdict::NotChecked,
                },
                because: risk.because.clone(),
                read_at,
            })
            .collect()
    }

    fn secret(&self) -> Vec<Finding> {
        let there = self.has(Part::Secret).then(|| {
            self.on_found(Group::Secrets, Part::Secret, &self.pair.platform.secret, |secret| match secret.rotates {
                Some(true) => met("Secrets Manager rotates it."),
                Some(false) => not_met(
                    "Nothing rotates it.",
                    "Let Secrets Manager rotate it; the instances of the lineage service must read it anew then.",
                ),
                None => not_checked("Secrets Manager does not tell whether it is rotated."),
            })
        });
        there.into_iter().collect()
    }

    fn balancer(&self) -> Vec<Finding> {
        let there = self.has(Part::Balancer).then(|| {
            self.on_found(Group::Reach, Part::Balancer, &self.pair.platform.balancer, |balancer| {
                if balancer.internal {
                    met("It is reached from inside its network only.")
                } else {
                    not_met(
                        "It is reached from the internet, and Marquez asks nobody who they are.",
                        "Make it internal, or let it ask people to sign in.",
                    )
                }
            })
        });
        there.into_iter().collect()
    }
}

/// From where a web server is reached, in the words of MWAA
/// (<https://docs.aws.amazon.com/mwaa/latest/userguide/configuring-networking.html>).
fn web(mode: Option<&str>) -> Judged {
    match mode {
        Some("PRIVATE_ONLY") => met("Its web server is reached from inside its network only."),
        Some("PUBLIC_ONLY" | "PUBLIC_AND_PRIVATE") => not_met(
            "Its web server is reached from the internet, by whoever AWS lets sign in there.",
            "Where people come through a VPN, make it PRIVATE_ONLY.",
        ),
        Some(_) => not_checked("MWAA tells it in a word that this version of Teal does not know."),
        None => not_checked("MWAA does not tell from where its web server is reached."),
    }
}
