"""Two writers of one document and a reader, at once, each with connections of its own."""

import threading
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine, func, select

from stores.errors import StoreConflict
from stores.ids import SystemClock
from stores.ledger import SqlIntake, tables
from tests.stores.samples import new_version, record_of


def two_writers_and_a_reader(first: Engine, second: Engine, third: Engine, *, each: int) -> None:
    """Both write until `each` of their versions are in; afterwards all are there, in a row, and counted once.

    The reader reads the latest tree all the while: `latest_tree` raises unless
    all its nodes are there and its text has its hash.
    """
    clock, barrier, done = SystemClock(), threading.Barrier(3), threading.Event()

    def write(name: str, engine: Engine) -> int:
        intake, refused = SqlIntake(engine, clock), 0
        barrier.wait()
        for number in range(each):
            while True:
                new = new_version(clock, (f"{name} {number}", "第二条"), before=intake.latest_tree("default", "policy"))
                try:
                    intake.save(new, record_of(clock, new))
                except StoreConflict:
                    refused += 1
                    continue
                break
        return refused

    def read(engine: Engine) -> list[int]:
        intake, numbers = SqlIntake(engine, clock), [0]
        barrier.wait()
        while not done.is_set():
            tree = intake.latest_tree("default", "policy")
            if tree is not None:
                assert tree.text == "".join(tree.text[n.start : n.end] for n in tree.nodes[1:])
                numbers.append(tree.version.number)
        return numbers

    with ThreadPoolExecutor(3) as threads:
        reading = threads.submit(read, third)
        writing = [threads.submit(write, name, engine) for name, engine in (("a", first), ("b", second))]
        try:
            refused = sum(one.result() for one in writing)
        finally:
            done.set()
        numbers = reading.result()
    assert refused > 0  # they did meet
    assert numbers == sorted(numbers)
    trees = SqlIntake(third, clock).trees("default", "policy")
    assert [tree.version.number for tree in trees] == list(range(1, 2 * each + 1))
    assert {tree.text for tree in trees} == {f"{name} {n}第二条" for name in "ab" for n in range(each)}
    with third.connect() as connection:
        assert connection.execute(select(func.count()).select_from(tables.ingests)).scalar_one() == 2 * each
        assert set(connection.execute(select(tables.revisions.c.number)).scalars()) == {2 * each}
