//! Where the journal is kept: SQLite by default. The SQL is written so that PostgreSQL takes it too.
//!
//! This file opens the store and appends to the chain; [`operations`] knows what may be written about a
//! switch, [`versions`] what is known of a parameter, [`reading`] how history is read, [`lease`] who is
//! switching just now.

pub mod bills;
pub mod denials;
pub mod drills;
pub mod following;
pub mod idempotency;
pub mod lease;
pub mod maintenance;
pub mod observations;
pub mod operations;
pub mod reading;
pub mod requests;
pub mod sessions;
pub mod smoke;
pub mod verify;
pub mod versions;
pub mod watching;

use std::{
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    str::FromStr as _,
    time::Duration,
};

use sqlx::{
    Connection as _, Row as _, SqlStr, Sqlite, SqlitePool, Transaction,
    migrate::{Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use teal_domain::{
    Actor, PairId, Timestamp,
    journal::{
        Body, Entry,
        chain::{Hash, Head, Sealed},
    },
};

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database said no, or said nothing.
    #[error("{0}")]
    Database(#[from] sqlx::Error),
    /// The put of an operation was marked after all, so it cannot be said that it was never sent.
    #[error("the put of operation {0} was about to be sent after all")]
    Sent(teal_domain::OperationId),
    /// It was away when it was needed.
    #[error("{0}")]
    Away(String),
    /// The file is no longer there, or another file is in its place: what is written now would be lost.
    #[error("the file {0} is gone or was replaced while Teal was running: restart Teal, or put the file back")]
    Gone(PathBuf),
    /// A row does not hold what this version of Teal writes.
    #[error("entry {seq} of the journal cannot be read: {why}")]
    Unreadable {
        /// The entry.
        seq: u64,
        /// What is wrong with it.
        why: String,
    },
    /// A plan of a drill does not hold what this version of Teal writes.
    #[error("the plan of a drill cannot be read: {0}")]
    Plan(#[from] serde_json::Error),
    /// The migrations could not be applied.
    #[error("the store {path} cannot be brought up to date: {why}")]
    Migration {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        why: sqlx::migrate::MigrateError,
    },
}

impl StoreError {
    /// What may be told of it to whoever asked. Statements, paths and what the database said are for the log.
    pub fn outside(&self) -> &'static str {
        match self {
            Self::Database(error) if is_busy(error) => {
                "Others hold it and did not let go in time. Try again in a moment."
            }
            Self::Gone(_) => {
                "Its file is gone or was replaced while Teal was running. Restart Teal, or put the file back."
            }
            _ => "What exactly is wrong is in the server's log.",
        }
    }
}

/// All connections are taken, or another process writes and does not end.
fn is_busy(error: &sqlx::Error) -> bool {
    // SQLite's number for "busy"; the extended codes hold it in their last byte.
    const BUSY: i32 = 5;
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    let busy = code.and_then(|code| code.parse::<i32>().ok()).is_some_and(|code| code & 0xff == BUSY);
    matches!(error, sqlx::Error::PoolTimedOut) || busy
}

/// The result of asking the store.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// A transaction that writes.
pub type Write = Transaction<'static, Sqlite>;

/// An entry before it has its place in the chain.
#[derive(Clone, Debug)]
pub struct Draft {
    /// When.
    pub at: Timestamp,
    /// The pair it is about.
    pub pair: PairId,
    /// Who caused it.
    pub actor: Actor,
    /// What it tells.
    pub body: Body,
    /// The parameter that a version belongs to, as [`parameter_key`] spells it.
    pub parameter: Option<String>,
}

/// The key under which a parameter's versions are kept: its region and name.
pub fn parameter_key(region: &str, flag: &str) -> String {
    format!("{region}:{flag}")
}

/// The store.
#[derive(Clone, Debug)]
pub struct Store {
    pool: SqlitePool,
    path: PathBuf,
    /// Device and inode of the file that was opened.
    file: (u64, u64),
}

impl Store {
    /// Opens the store, makes it where it is missing, and brings it up to date.
    pub async fn open(path: &Path) -> Result<Self> {
        Self::open_with(path, |options| options).await
    }

    /// [`Store::open`] with settings of the caller's: tests make a store that is full.
    pub async fn open_with(
        path: &Path,
        settings: impl FnOnce(SqliteConnectOptions) -> SqliteConnectOptions,
    ) -> Result<Self> {
        let options = SqliteConnectOptions::from_str("sqlite:")?
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // An intent must outlive a power cut, not only a crash of the process.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        let options = settings(options);
        let pool = SqlitePoolOptions::new()
            .max_connections(8)
            .acquire_timeout(Duration::from_secs(5))
            // When the disk is full SQLite ends a transaction by itself, and sqlx goes on counting it. Such a
            // connection would refuse all later work: another one takes its place.
            .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
            .connect_with(options.clone())
            .await?;
        // A later connection must not make the file anew where it was deleted: an empty journal would stand in
        // its place, and SQLite would cut off memory that the first connections still share with the lost one.
        pool.set_connect_options(options.create_if_missing(false));
        migrations().run(&pool).await.map_err(|why| StoreError::Migration { path: path.to_owned(), why })?;
        let file = identity(path).ok_or_else(|| StoreError::Gone(path.to_owned()))?;
        Ok(Self { pool, path: path.to_owned(), file })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// For reading.
    pub(crate) fn reading(&self) -> Result<&SqlitePool> {
        // SQLite goes on with a file that was deleted under it: what is written would be lost, and where another
        // file took its place the two would share a log.
        if identity(&self.path) != Some(self.file) {
            return Err(StoreError::Gone(self.path.clone()));
        }
        Ok(&self.pool)
    }

    /// Begins a transaction that writes. It takes the write lock at once, so that the head of the chain
    /// that it reads is the head that it appends to.
    pub(crate) async fn write(&self) -> Result<Write> {
        Ok(self.reading()?.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Whether it can be written to.
    pub async fn probe(&self) -> Result<()> {
        let mut write = self.write().await?;
        sqlx::query("INSERT INTO setting (name, value) VALUES ('probe', '1') ON CONFLICT (name) DO UPDATE SET value = excluded.value")
            .execute(&mut *write)
            .await?;
        Ok(write.commit().await?)
    }

    /// Appends one entry in a transaction of its own.
    pub async fn append(&self, draft: Draft) -> Result<Entry> {
        let mut write = self.write().await?;
        let entry = append(&mut write, draft).await?;
        write.commit().await?;
        Ok(entry)
    }

    /// Appends many entries in one transaction.
    pub async fn append_all(&self, drafts: Vec<Draft>) -> Result<()> {
        let mut write = self.write().await?;
        for draft in drafts {
            append(&mut write, draft).await?;
        }
        Ok(write.commit().await?)
    }

    /// The end of the chain.
    pub async fn head(&self) -> Result<Head> {
        let mut connection = self.reading()?.acquire().await?;
        head(&mut connection).await
    }

    /// A secret that all instances share, made at first use from `fresh`.
    pub async fn shared_key(&self, fresh: [u8; 32]) -> Result<[u8; 32]> {
        let text = crate::hex::encode(&fresh);
        let mut write = self.write().await?;
        sqlx::query("INSERT INTO setting (name, value) VALUES ('confirmation-key', $1) ON CONFLICT (name) DO NOTHING")
            .bind(text)
            .execute(&mut *write)
            .await?;
        let kept: String = sqlx::query_scalar("SELECT value FROM setting WHERE name = 'confirmation-key'")
            .fetch_one(&mut *write)
            .await?;
        write.commit().await?;
        let key = crate::hex::decode(&kept).and_then(|key| key.try_into().ok());
        key.ok_or_else(|| StoreError::Unreadable { seq: 0, why: "the confirmation key is not 32 bytes".into() })
    }

    /// Closes all connections, so that the last of them folds the write-ahead log into the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// The schema, step by step. A step that has been released is never edited.
fn migrations() -> Migrator {
    let step = |version, name: &'static str, sql: &'static str| {
        Migration::new(version, name.into(), MigrationType::Simple, SqlStr::from_static(sql), false)
    };
    Migrator::with_migrations(vec![
        step(1, "journal", include_str!("../migrations/sqlite/0001_journal.sql")),
        step(2, "session", include_str!("../migrations/sqlite/0002_session.sql")),
        step(3, "idempotency", include_str!("../migrations/sqlite/0003_idempotency.sql")),
        step(4, "people", include_str!("../migrations/sqlite/0004_people.sql")),
        step(5, "following", include_str!("../migrations/sqlite/0005_following.sql")),
        step(6, "smoke", include_str!("../migrations/sqlite/0006_smoke.sql")),
        step(7, "maintenance", include_str!("../migrations/sqlite/0007_maintenance.sql")),
        step(8, "moved", include_str!("../migrations/sqlite/0008_moved.sql")),
        step(9, "watching", include_str!("../migrations/sqlite/0009_watching.sql")),
        step(10, "observation", include_str!("../migrations/sqlite/0010_observation.sql")),
        step(11, "bill", include_str!("../migrations/sqlite/0011_bill.sql")),
        step(12, "drill", include_str!("../migrations/sqlite/0012_drill.sql")),
    ])
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(path).ok().map(|meta| (meta.dev(), meta.ino()))
}

async fn head(connection: &mut sqlx::SqliteConnection) -> Result<Head> {
    let row = sqlx::query("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").fetch_optional(connection).await?;
    row.map_or(Ok(Head::EMPTY), |row| {
        let seq = unsigned(row.try_get("seq")?);
        let hash = row.try_get::<&str, _>("hash")?.parse().map_err(|why: teal_domain::journal::chain::NotAHash| {
            StoreError::Unreadable { seq, why: why.to_string() }
        })?;
        Ok(Head { seq, hash })
    })
}

/// Appends an entry to the chain, in a transaction of the caller's.
pub(crate) async fn append(write: &mut Write, draft: Draft) -> Result<Entry> {
    let head = head(write).await?;
    let seq = head.seq + 1;
    let body =
        serde_json::to_string(&draft.body).map_err(|why| StoreError::Unreadable { seq, why: why.to_string() })?;
    let sealed = Sealed {
        seq,
        at: draft.at.0,
        pair: draft.pair.as_str().to_owned(),
        actor: draft.actor.name.clone(),
        via: draft.actor.via.as_str().to_owned(),
        subject: draft.actor.subject.as_ref().map(|subject| subject.as_str().to_owned()),
        body,
        parameter: draft.parameter.clone(),
        prev: head.hash,
        hash: Hash::GENESIS,
    }
    .seal();
    insert(write, &sealed, &Columns::of(&draft.body)).await?;
    Ok(Entry { seq, at: draft.at, pair: draft.pair, actor: draft.actor, body: draft.body, hash: sealed.hash })
}

/// What of a body is repeated in columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Columns {
    pub kind: String,
    pub listed: Option<String>,
    pub color: Option<String>,
    pub operation: Option<String>,
    pub about: Option<i64>,
    pub incarnation: Option<i64>,
    pub version: Option<i64>,
    pub modified_at: Option<i64>,
}

impl Columns {
    pub(crate) fn of(body: &Body) -> Self {
        let (incarnation, version, modified_at) = match body {
            Body::Version { incarnation, record, .. } => {
                (Some(signed(incarnation.0)), Some(signed(record.version.0)), Some(record.modified_at.0))
            }
            Body::MadeAnew { incarnation, .. } | Body::Gap { incarnation, .. } | Body::Gone { incarnation, .. } => {
                (Some(signed(incarnation.0)), None, None)
            }
            _ => (None, None, None),
        };
        Self {
            kind: body.kind().to_owned(),
            listed: body.listed().map(|listed| listed.as_str().to_owned()),
            color: body.color().map(|color| color.as_str().to_owned()),
            operation: body.operation().map(|id| id.to_string()),
            about: match body {
                Body::Note { about, .. } => Some(signed(*about)),
                _ => None,
            },
            incarnation,
            version,
            modified_at,
        }
    }
}

async fn insert(write: &mut Write, sealed: &Sealed, columns: &Columns) -> Result<()> {
    sqlx::query(
        "INSERT INTO journal (seq, at, pair, actor, via, kind, listed, color, operation, about, parameter, incarnation, version, modified_at, body, prev, hash, subject)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
    )
    .bind(signed(sealed.seq))
    .bind(sealed.at)
    .bind(&sealed.pair)
    .bind(&sealed.actor)
    .bind(&sealed.via)
    .bind(&columns.kind)
    .bind(&columns.listed)
    .bind(&columns.color)
    .bind(&columns.operation)
    .bind(columns.about)
    .bind(&sealed.parameter)
    .bind(columns.incarnation)
    .bind(columns.version)
    .bind(columns.modified_at)
    .bind(&sealed.body)
    .bind(sealed.prev.to_string())
    .bind(sealed.hash.to_string())
    .bind(&sealed.subject)
    .execute(&mut **write)
    .await?;
    Ok(())
}

/// SQL knows no unsigned numbers; ours never come near the limit.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The way back from [`signed`].
pub(crate) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
