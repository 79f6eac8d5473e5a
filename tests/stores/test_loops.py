"""Clients that belong to an event loop: one for each, closed when its loop ends."""

import asyncio

import pytest

from stores.errors import StoreUnavailable
from stores.loops import PerLoop


class Client:
    """What is kept: it knows whether it was closed, and that its loop still ran then."""

    def __init__(self) -> None:
        self.closed = 0

    async def close(self) -> None:
        await asyncio.sleep(0)
        self.closed += 1


def kept() -> tuple[PerLoop[Client], list[Client]]:
    made: list[Client] = []

    def make() -> Client:
        made.append(Client())
        return made[-1]

    return PerLoop("the client", make, Client.close), made


def test_every_loop_has_its_own_and_its_end_closes_it() -> None:
    clients, made = kept()

    async def ask() -> list[Client]:
        return await asyncio.gather(*(clients.get() for _ in range(10)))

    found = [asyncio.run(ask()) for _ in range(3)]
    assert [len(set(map(id, of_one_loop))) for of_one_loop in found] == [1, 1, 1]
    assert [client.closed for client in made] == [1, 1, 1]


def test_loops_in_several_threads_do_not_share() -> None:
    clients, made = kept()

    async def both() -> None:
        async def ask(n: int) -> Client:
            client = await clients.get()
            await asyncio.sleep(0.01)
            assert client is await clients.get()
            return client

        threads = [asyncio.to_thread(asyncio.run, ask(n)) for n in range(5)]
        assert len({id(client) for client in await asyncio.gather(*threads, ask(5))}) == 6

    asyncio.run(both())
    assert [client.closed for client in made] == [1] * 6


def test_closing_closes_the_running_loops_own_once_and_makes_no_more() -> None:
    clients, made = kept()

    async def use_and_close() -> None:
        await clients.get()
        await clients.close()
        await clients.close()
        assert made[0].closed == 1
        with pytest.raises(StoreUnavailable, match="the client is closed"):
            await clients.get()

    asyncio.run(use_and_close())
    assert [client.closed for client in made] == [1]


def test_closing_what_was_never_used_makes_nothing() -> None:
    clients, made = kept()
    asyncio.run(clients.close())
    assert made == []


def test_a_loop_that_ended_without_a_word_does_not_stand_in_the_way() -> None:
    clients, made = kept()
    loop = asyncio.new_event_loop()
    first = loop.run_until_complete(clients.get())
    loop.close()  # without shutdown_asyncgens
    assert asyncio.run(clients.get()) is not first
    assert made[1].closed == 1
