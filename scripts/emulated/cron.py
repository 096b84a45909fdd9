"""When a DAG is due: cron patterns of five fields, in UTC, and the presets that DAGs use."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

PRESETS = {"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *"}
RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
MINUTE = timedelta(minutes=1)
# A pattern that names no day that exists is due on no day.
AT_MOST = timedelta(days=370)


@lru_cache
def fields(pattern: str) -> tuple[frozenset[int], ...]:
    """The numbers that each field allows."""
    words = PRESETS.get(pattern, pattern).split()
    if len(words) != len(RANGES):
        raise ValueError(f"{pattern!r} has {len(words)} fields; cron has five")
    return tuple(frozenset(numbers(word, *bounds)) for word, bounds in zip(words, RANGES))


def numbers(word: str, low: int, high: int) -> set[int]:
    found: set[int] = set()
    for part in word.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        begin, end = (low, high) if span == "*" else (int(first), int(last or first))
        found |= set(range(begin, end + 1, int(step or 1)))
    return found


def is_due(pattern: str, at: datetime) -> bool:
    minutes, hours, days, months, weekdays = fields(pattern)
    # Cron's Sunday is 0 and 7.
    weekday = at.isoweekday() % 7
    return (
        at.minute in minutes
        and at.hour in hours
        and at.day in days
        and at.month in months
        and (weekday in weekdays or (weekday == 0 and 7 in weekdays))
    )


def step(pattern: str, at: datetime, by: timedelta) -> datetime:
    """The next tick in that direction, never `at` itself."""
    minutes, hours, *_ = fields(pattern)
    moment = at.replace(second=0, microsecond=0)
    if by < timedelta(0) and moment < at:
        moment += MINUTE
    until = moment + AT_MOST if by > timedelta(0) else moment - AT_MOST
    while (moment < until) if by > timedelta(0) else (moment > until):
        moment += by
        # Whole hours without a tick are passed over.
        if moment.hour not in hours:
            edge = moment.replace(minute=59 if by > timedelta(0) else 0)
            moment = edge
            continue
        if moment.minute in minutes and is_due(pattern, moment):
            return moment
    raise ValueError(f"{pattern!r} is never due")


def after(pattern: str, at: datetime) -> datetime:
    """The first tick after a moment."""
    return step(pattern, at, MINUTE)


def before(pattern: str, at: datetime) -> datetime:
    """The last tick before a moment."""
    return step(pattern, at, -MINUTE)
