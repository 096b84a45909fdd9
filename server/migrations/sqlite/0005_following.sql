-- The latest switch of a pair that landed, as long as something follows it: its DAGs, its watch. Written in one
-- transaction with the entry that says that it landed. Whoever drives it holds it for a while, so that instances do
-- not do the same twice.
CREATE TABLE following (
    pair TEXT NOT NULL PRIMARY KEY,
    operation TEXT NOT NULL,
    holder TEXT,
    until BIGINT
);
