-- The latest switch of a pair that moved DAGs: what it has left paused is not taken for paused on purpose by the next.
-- Written in one transaction with the entry that holds its plan.
CREATE TABLE moved (
    pair TEXT NOT NULL PRIMARY KEY,
    operation TEXT NOT NULL
);
