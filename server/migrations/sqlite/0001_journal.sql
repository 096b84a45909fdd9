-- The journal is append-only: the triggers below refuse anything else, for everybody who opens the file.
-- The hash covers seq, at, pair, actor, via, parameter, body and prev; the others repeat something of the body, for
-- indices, and `teal history verify` compares them.
CREATE TABLE journal (
    seq BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    pair TEXT NOT NULL,
    actor TEXT NOT NULL,
    via TEXT NOT NULL,
    kind TEXT NOT NULL,
    listed TEXT,
    color TEXT,
    operation TEXT,
    about BIGINT,
    parameter TEXT,
    incarnation BIGINT,
    version BIGINT,
    modified_at BIGINT,
    body TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL
);

CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

-- Each of these things happens to an operation once at the most, whichever instance says so first.
CREATE UNIQUE INDEX journal_once ON journal (operation, kind) WHERE kind IN ('intent', 'put', 'outcome', 'correction');
-- Each version of each life of a parameter is in the journal exactly once.
CREATE UNIQUE INDEX journal_version ON journal (parameter, incarnation, version) WHERE kind = 'version';

CREATE INDEX journal_operation ON journal (operation, seq) WHERE operation IS NOT NULL;
CREATE INDEX journal_about ON journal (about, seq) WHERE about IS NOT NULL;
CREATE INDEX journal_parameter ON journal (parameter, seq) WHERE parameter IS NOT NULL;
CREATE INDEX journal_list ON journal (pair, seq) WHERE listed IS NOT NULL;
CREATE INDEX journal_list_sort ON journal (pair, listed, seq) WHERE listed IS NOT NULL;
CREATE INDEX journal_list_actor ON journal (pair, actor, seq) WHERE listed IS NOT NULL;
CREATE INDEX journal_list_color ON journal (pair, color, seq) WHERE listed IS NOT NULL;
CREATE INDEX journal_list_at ON journal (pair, COALESCE(modified_at, at), seq) WHERE listed IS NOT NULL;

-- Operations that are still looked for in the parameter's history: those without an outcome, and those that
-- were given up after their put was sent, since it may land all the same. Written in one transaction with the
-- entries that say so.
CREATE TABLE open_operation (
    operation TEXT NOT NULL PRIMARY KEY,
    pair TEXT NOT NULL,
    given_up BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX open_operation_pair ON open_operation (pair, given_up);

-- Who is switching a pair just now. A courtesy between instances, not the guarantee.
CREATE TABLE lease (
    pair TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    until BIGINT NOT NULL
);

-- Settings that all instances share, such as the key that seals confirmations.
CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
