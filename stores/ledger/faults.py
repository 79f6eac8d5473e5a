"""The seam at which a database's errors become ours, and what is done again after which of them.

    Collided   others' locks were in the way (deadlock, lock wait): the transaction is undone, whole
    Lost       the connection went before COMMIT was sent: the server undoes the transaction
    Unsure     the connection went while COMMIT was under way: kept or undone, nobody told us

After the first two nothing was written, so everything is done again, a few
times, as long as that takes no more than RETRY_FOR_S. What happens after Unsure
is said operation by operation, see the table in engine.py.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from typing import ParamSpec, TypeVar

from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from stores.errors import StoreConflict, StoreCorrupt, StoreError, StoreUnavailable

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 5
RETRY_FOR_S = 10.0  # no new try later than this after the first: whoever waits would rather hear
REST_S = 0.02  # before the second try, twice as long each time, and by chance up to twice that

_CORRUPT = ("malformed", "not a database", "file is encrypted")
_COLLIDED = frozenset({1020, 1205, 1213})
_LOST = frozenset({2006, 2013, 2014, 2045, 2055, 4031})  # SQLAlchemy knows these; the next it does not
_ENDED = frozenset({1053, 1158, 1159, 1160, 1161, 1927})  # shut down, network error, connection killed
_WORDS = {
    1021: "the ledger's server has no room left on its disk: make room",
    1040: "the ledger's server has too many connections: try again, or raise its max_connections",
    1044: "the ledger's server does not let our user into this database: check the user's grants",
    1045: "the ledger's server does not take our user and password: check both",
    1049: "the ledger's server has no such database: create it, or correct its name",
    1114: "the ledger's server has no room left: make room on its disk",
    1142: "the ledger's server does not let our user do this: check the user's grants",
    1153: "the ledger's server does not take so much at once: raise its max_allowed_packet",
    1203: "the ledger's server has too many connections of our user: try again, or raise its max_user_connections",
    1226: "the ledger's server has too many connections of our user: try again, or raise the user's limits",
    1290: "the ledger's server takes no writes, it is read-only: name one that does, or switch read_only off",
    1698: "the ledger's server does not take our user and password: check both",
    1792: "the ledger's server takes no writes, it is read-only: name one that does, or switch read_only off",
    1836: "the ledger's server takes no writes, it is read-only: name one that does, or switch read_only off",
    2003: "the ledger's server cannot be reached: see that it runs, and try again",
}
"""By the number of MySQL's and MariaDB's error."""


class Collided(StoreUnavailable):
    """Others' locks were in the way; nothing was written."""


class Lost(StoreUnavailable):
    """The connection went before COMMIT was sent; nothing was written."""


class Unsure(StoreUnavailable):
    """The connection went while COMMIT was under way: all of it was written, or nothing."""


@contextmanager
def translated() -> Iterator[None]:
    """SQLAlchemy's errors in our own words."""
    try:
        yield
    except PoolTimeout as error:
        raise StoreUnavailable("the ledger is overloaded: all its connections are in use, try again") from error
    except IntegrityError as error:
        raise StoreConflict("somebody else wrote the same row first: read again and decide anew") from error
    except DBAPIError as error:
        raise _in_our_words(error) from error
    except StatementError as error:
        if isinstance(error.orig, ValueError):
            raise error.orig from None  # a value our own column types refuse
        raise StoreError("the ledger was given a value it cannot hold") from error


@contextmanager
def committing() -> Iterator[None]:
    """Around COMMIT: when the connection goes here, nobody knows what became of the transaction."""
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated or _number(error) in _LOST | _ENDED:
            raise Unsure("the ledger's connection was lost at the end of a write, which may have been kept") from error
        raise


def mark_ended(context: ExceptionContext) -> None:
    """A listener: let SQLAlchemy throw a connection away after errors it does not know to end one."""
    if isinstance(context.sqlalchemy_exception, DBAPIError) and _number(context.sqlalchemy_exception) in _ENDED:
        context.is_disconnect = True


def _in_our_words(error: DBAPIError) -> StoreError:
    said, number = str(error.orig), _number(error)
    if isinstance(error, DatabaseError) and any(word in said for word in _CORRUPT):
        return StoreCorrupt(f"the ledger's file is damaged ({said}): stop and restore it from a backup")
    if number in (1054, 1146) or "no such table" in said or "no such column" in said:
        return StoreUnavailable(f"the ledger's tables are not those of this version ({said}): run the migration")
    if number in _COLLIDED:
        return Collided("other writers were in the way for too long: try again")
    if number in _WORDS:
        return StoreUnavailable(_WORDS[number])
    if "timed out" in said:
        return StoreUnavailable("the ledger's server did not answer in time: try again")  # nor would it at once
    if error.connection_invalidated or number in _LOST | _ENDED:
        return Lost("the ledger's connection was lost before anything was written: try again")
    if isinstance(error, OperationalError):
        return StoreUnavailable(f"the ledger did not answer ({said}): try again")
    return StoreError(f"the ledger refused a statement ({type(error.orig).__name__} {number or ''})".replace(" )", ")"))


def _number(error: DBAPIError) -> int | None:
    """The server's or the client's number of an error; SQLite's have none."""
    args = getattr(error.orig, "args", ())
    return args[0] if args and isinstance(args[0], int) else None


def persist(work: Callable[[], T], after_unsure: Callable[[], T] | None = None) -> T:
    """`work()`, done again after Collided and Lost.

    After Unsure `after_unsure` takes its place: it looks whether the work was
    kept, and does it otherwise. Without one Unsure rises.
    """
    until = time.monotonic() + RETRY_FOR_S
    unsure: Unsure | None = None
    for attempt in range(1, TRIES + 1):
        last = attempt == TRIES or time.monotonic() > until
        try:
            return work() if unsure is None or after_unsure is None else after_unsure()
        except Unsure as error:
            unsure = error
            if after_unsure is None or last:
                raise
        except StoreUnavailable as error:
            if unsure is not None and (last or time.monotonic() > until):
                raise unsure from error  # not this one, which says that nothing was written
            if last or (unsure is None and not isinstance(error, Collided | Lost)):
                raise
        if time.monotonic() > until:
            raise unsure or Lost("the ledger's connections were lost, or its locks held, for too long: try again")
        time.sleep(REST_S * 2**attempt * (1 + random.random()))  # no secret
    raise AssertionError("the last try ends by itself")


def repeatable(work: Callable[P, T]) -> Callable[P, T]:
    """For work that may be done twice with the same outcome: done again after Collided, Lost and Unsure."""

    @wraps(work)
    def done(*args: P.args, **kwargs: P.kwargs) -> T:
        once = partial(work, *args, **kwargs)
        return persist(once, once)

    return done


def undone_only(work: Callable[P, T]) -> Callable[P, T]:
    """For work that must not be done twice: done again only when it is certain that nothing was written."""

    @wraps(work)
    def done(*args: P.args, **kwargs: P.kwargs) -> T:
        return persist(partial(work, *args, **kwargs))

    return done
