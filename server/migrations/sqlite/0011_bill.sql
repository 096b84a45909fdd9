-- What Cost Explorer told. Each request of it costs money, so what it told is kept for all instances, and so is each request.
-- Beside the journal: it is swept when it is old, and can be asked for again.

-- What was paid on a day, as JSON: what is read again takes the place of what was read before. A scope is what was asked for,
-- such as all that has the tags of a pair. The revision is the number of the last writing.
CREATE TABLE bill_day (
    account TEXT NOT NULL,
    scope TEXT NOT NULL,
    cut TEXT NOT NULL,
    day BIGINT NOT NULL,
    currency TEXT,
    entries TEXT NOT NULL,
    read_at BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    PRIMARY KEY (account, scope, cut, day)
);
CREATE INDEX bill_day_revision ON bill_day (account, scope, revision);

-- What it expects, as JSON.
CREATE TABLE bill_forecast (
    account TEXT NOT NULL,
    scope TEXT NOT NULL,
    at BIGINT NOT NULL,
    forecast TEXT NOT NULL,
    PRIMARY KEY (account, scope)
);

-- Each request: it is written down before it is made, so that all instances together make no more than they may. `rest` is the
-- first day that a further page would have told of.
CREATE TABLE bill_request (
    seq BIGINT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    day BIGINT NOT NULL,
    at BIGINT NOT NULL,
    action TEXT NOT NULL,
    question TEXT NOT NULL,
    page BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    charged BIGINT NOT NULL,
    rest BIGINT,
    trouble TEXT
);
CREATE INDEX bill_request_of ON bill_request (account, day);
CREATE INDEX bill_request_asked ON bill_request (account, question, seq);
