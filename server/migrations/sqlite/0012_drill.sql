-- What is rehearsed, as it was written last. Each writing is in the journal too.
CREATE TABLE drill_plan (
    id TEXT NOT NULL PRIMARY KEY,
    pair TEXT NOT NULL,
    plan TEXT NOT NULL,
    -- It was taken away: what was run of it stays in the journal.
    gone INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX drill_plan_pair ON drill_plan (pair);

-- The run of a drill that is under way: one a pair. Written in one transaction with the entry that says that it began, and gone
-- with the one that says how it ended. Whoever drives it holds it for a while, as with what follows a switch.
CREATE TABLE drill_run (
    pair TEXT NOT NULL PRIMARY KEY,
    run TEXT NOT NULL,
    holder TEXT,
    until BIGINT
);

-- The dates that have had their run, begun or skipped: one each, whichever instance is quicker.
CREATE TABLE drill_due (
    plan TEXT NOT NULL,
    due BIGINT NOT NULL,
    run TEXT NOT NULL,
    PRIMARY KEY (plan, due)
);

-- A run begins once and ends once.
CREATE UNIQUE INDEX journal_drill_once ON journal (operation, kind) WHERE kind IN ('drill_begun', 'drill_ended');
