-- Whom an actor's name means, where an identity provider said so. Part of the entry's hash where it is there.
ALTER TABLE journal ADD COLUMN subject TEXT;

-- What somebody wanted and did not get. Beside the journal, not in it: whoever may do nothing must not be able to
-- write there. The same by the same person within a while is one row that counts.
CREATE TABLE denial (
    seq BIGINT NOT NULL PRIMARY KEY,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    times BIGINT NOT NULL,
    who TEXT NOT NULL,
    via TEXT NOT NULL,
    subject TEXT,
    wanted TEXT NOT NULL,
    pair TEXT,
    -- Where it was tried last, why it was refused then, and the id of that request.
    place TEXT NOT NULL,
    why TEXT NOT NULL,
    request TEXT
);
CREATE INDEX denial_last ON denial (last_at);

-- A request for approval is asked, decided and taken back once at the most.
CREATE UNIQUE INDEX journal_request_once ON journal (operation, kind) WHERE kind IN ('asked', 'decided', 'withdrawn');

-- The request that stands for a pair. Written in one transaction with the entries that say so.
CREATE TABLE open_request (
    pair TEXT NOT NULL PRIMARY KEY,
    request TEXT NOT NULL
);

-- Those who set out first and never came back are forgotten first.
CREATE INDEX attempt_at ON attempt (at);
