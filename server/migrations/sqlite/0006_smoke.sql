-- The smoke test of a pair that is under way. Written in one transaction with the entry that says that it began, and
-- gone with the one that says how it ended. Whoever drives it holds it for a while, as with what follows a switch.
CREATE TABLE smoke_run (
    pair TEXT NOT NULL PRIMARY KEY,
    run TEXT NOT NULL,
    holder TEXT,
    until BIGINT
);

-- A smoke test begins once and ends once.
CREATE UNIQUE INDEX journal_smoke_once ON journal (operation, kind) WHERE kind IN ('smoke_begun', 'smoke_ended');
