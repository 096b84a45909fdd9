//! `teal history`: what happened, and the proof that the record of it is whole.

use std::path::PathBuf;

use teal_app::words::{record as words, time};
use teal_domain::{
    history::{HistoryQuery, Record},
    journal::{
        Listed,
        chain::{Hash, Head},
    },
};

use super::{Common, End, Stop, output, setup};
use crate::{engine::spool, store::verify::Verdict};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The pair
    #[arg(long, global = true)]
    pair: Option<String>,
    /// How many records to show
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Only records below this number: the next page
    #[arg(long)]
    before: Option<u64>,
    /// Only this sort: switch, emergency, repair, request, smoke, maintenance, external, imported, incident
    #[arg(long, value_parser = |word: &str| Listed::parse(word).ok_or("one of switch, emergency, repair, request, smoke, maintenance, external, imported, incident"))]
    kind: Option<Listed>,
    /// Only this person
    #[arg(long)]
    actor: Option<String>,
    #[command(subcommand)]
    command: Option<Sub>,
}

#[derive(Debug, clap::Subcommand)]
enum Sub {
    /// Verify the hash chain from its first entry
    Verify {
        /// A head that was kept outside the store: SEQ:HASH, as the log prints it, or the hash alone
        #[arg(long, value_name = "SEQ:HASH")]
        head: Option<String>,
    },
    /// Merge the spool file of an emergency switch
    Merge {
        /// The file
        file: PathBuf,
    },
}

pub async fn run(common: &Common, arguments: Arguments) -> Result<End, Stop> {
    match arguments.command {
        Some(Sub::Verify { head }) => verify(common, head.as_deref()).await,
        Some(Sub::Merge { file }) => merge(common, &file).await,
        None => list(common, arguments).await,
    }
}

async fn list(common: &Common, arguments: Arguments) -> Result<End, Stop> {
    let config = setup::config(common)?;
    let pair = setup::the_pair(&config.pairs, |pair| pair, arguments.pair.as_deref())?;
    let store = setup::open_store(&config).await?;
    let query = HistoryQuery {
        before: arguments.before,
        kind: arguments.kind,
        actor: arguments.actor,
        ..HistoryQuery::default()
    };
    let page = store.history(&pair.id, &query, usize::from(arguments.limit)).await.map_err(Stop::failed)?;
    if common.json {
        output::json(&page);
        return Ok(End::Done);
    }
    for record in &page.records {
        output::say!("{}", line(record));
    }
    if page.records.is_empty() {
        output::say!("Nothing is on record yet.");
    }
    if let Some(older) = page.older {
        output::say!("Older: teal history --pair {} --before {older}", pair.id);
    }
    Ok(End::Done)
}

/// One record as one line.
pub fn line(record: &Record) -> String {
    let version = record.version().map_or_else(|| "-".to_owned(), |version| format!("v{version}"));
    let flip = record.flip().map(|flip| format!("  {}", time::span(flip))).unwrap_or_default();
    let why = words::why(record).map(|why| format!("  \"{why}\"")).unwrap_or_default();
    let change = words::change(record).map(|change| format!("  {change}")).unwrap_or_default();
    let tags: String = words::tags(record).iter().map(|(_, tag)| format!("  [{tag}]")).collect();
    format!(
        "{:>6}  {}  {version:>5}  {}  {}  {}{flip}{why}{change}{tags}",
        record.seq,
        time::stamp(record.happened_at()),
        words::title(record),
        record.actor,
        words::outcome(record).1
    )
}

async fn verify(common: &Common, kept: Option<&str>) -> Result<End, Stop> {
    let config = setup::config(common)?;
    let store = setup::open_store(&config).await?;
    let kept = match kept {
        None => None,
        Some(text) if text.contains(':') => Some(text.parse::<Head>().map_err(Stop::usage)?),
        Some(text) => {
            let hash: Hash = text.parse().map_err(Stop::usage)?;
            // A hash alone says which entry it was, if that entry is still there.
            let seq = store.seq_of(hash).await.map_err(Stop::failed)?;
            let Some(seq) = seq else {
                return Ok(broken(
                    common,
                    "no entry has the hash that you kept: entries were cut off the end, or the journal was rewritten",
                ));
            };
            Some(Head { seq, hash })
        }
    };
    Ok(match store.verify(kept).await.map_err(Stop::failed)? {
        Verdict::Holds(head) => {
            if common.json {
                output::json(
                    &serde_json::json!({ "holds": true, "head": head.to_string(), "entries": head.seq, "kept_head": kept.is_some() }),
                );
            } else {
                output::say!("The journal holds: {} entries, each following from the one before.", head.seq);
                output::say!("Head {head}");
                if kept.is_none() {
                    output::say!(
                        "That nothing was cut off the end is proven only against a head kept elsewhere: teal history verify --head SEQ:HASH"
                    );
                }
            }
            End::Done
        }
        Verdict::Broken(why) => broken(common, &why.to_string()),
    })
}

fn broken(common: &Common, why: &str) -> End {
    if common.json {
        output::json(&serde_json::json!({ "holds": false, "why": why }));
    } else {
        output::say!("The journal is broken: {why}.");
    }
    End::Broken
}

async fn merge(common: &Common, file: &std::path::Path) -> Result<End, Stop> {
    let config = setup::config(common)?;
    let store = setup::open_store(&config).await?;
    let operations = spool::merge(&store, file).await.map_err(Stop::failed)?;
    let ids: Vec<String> = operations.iter().map(ToString::to_string).collect();
    if common.json {
        output::json(&serde_json::json!({ "merged": ids }));
    } else {
        output::say!("Merged {} switch(es): {}. The file is left where it is.", ids.len(), ids.join(", "));
    }
    Ok(End::Done)
}
