-- For how long the same was observed of a pair without a gap: which side its flag made live, and whether each side and the
-- lineage service were up. The latest span of a subject grows with each look. Beside the journal: it is swept when it is
-- old, and nothing else rests on it.
CREATE TABLE observation (
    pair TEXT NOT NULL,
    subject TEXT NOT NULL,
    begun BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    state TEXT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (pair, subject, begun)
);
CREATE INDEX observation_ended ON observation (ended);
