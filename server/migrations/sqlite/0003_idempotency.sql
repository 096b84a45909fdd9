-- What was answered to requests with an idempotency key, so that a repeat gets the same answer. Kept for a day.
CREATE TABLE idempotency (
    -- The hash of the person and the key: the key itself is nobody's business.
    id TEXT NOT NULL PRIMARY KEY,
    -- The hash of what was asked for: the same key for something else is a mistake.
    asked TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    -- Until when whoever began is believed to be at it. After that somebody else may.
    held_until BIGINT NOT NULL,
    -- The answer; none yet while it is worked on, or if the process died over it.
    status BIGINT,
    location TEXT,
    body TEXT
);
CREATE INDEX idempotency_age ON idempotency (began_at);
