-- The declared maintenance of a pair: at most one stands. Written in one transaction with the entries that say so; one
-- that ran out stays here until the next takes its place.
CREATE TABLE open_maintenance (
    pair TEXT NOT NULL PRIMARY KEY,
    declared TEXT NOT NULL
);

-- It is declared and lifted once at the most.
CREATE UNIQUE INDEX journal_maintenance_once ON journal (operation, kind) WHERE kind IN ('declared', 'lifted');
