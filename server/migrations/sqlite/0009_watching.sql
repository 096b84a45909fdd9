-- When each thing that a watch reads was last read, by whichever instance looked last, as JSON. It changes with every
-- look, so it stands beside the journal; what it is found to lack is an entry there.
CREATE TABLE watching (
    operation TEXT NOT NULL PRIMARY KEY,
    pair TEXT NOT NULL,
    ledger TEXT NOT NULL
);
