-- Who is signed in. What the browser holds is kept here only as its hash, and the provider's token is sealed
-- with what the browser holds: whoever copies this table is nobody.
CREATE TABLE session (
    id TEXT NOT NULL PRIMARY KEY,
    -- The name by which it is listed and ended; of no use for coming in.
    handle TEXT NOT NULL UNIQUE,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    name TEXT NOT NULL,
    -- A JSON list. What they bring is configured, and looked up at each request.
    groups TEXT NOT NULL,
    authenticated_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    -- When the provider vouched last, and since when it could not be asked.
    vouched_at BIGINT NOT NULL,
    away_since BIGINT,
    refresh TEXT
);
CREATE INDEX session_person ON session (issuer, subject);

-- Browsers on their way to the provider and back.
CREATE TABLE attempt (
    state TEXT NOT NULL PRIMARY KEY,
    browser TEXT NOT NULL,
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    next TEXT NOT NULL,
    at BIGINT NOT NULL
);
