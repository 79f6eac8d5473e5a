"""The shelf: what was opened lately is kept, within bounds."""

from navigators.shelf import Shelf
from stores.records import Reader
from tests.navigators.house import SmallHouse
from tests.navigators.trees import GLOSSARY, POLICY, STATUTE


async def test_a_version_is_opened_once_and_the_oldest_goes_when_there_is_too_much_text() -> None:
    house = SmallHouse()
    for name, text in (("law.md", STATUTE), ("policy.md", POLICY), ("glossary.md", GLOSSARY)):
        await house.take_in(name, text)
    glossary, law, policy = await house.ledger.library.versions(Reader())
    shelf = Shelf(len((STATUTE + POLICY).encode()) + 10)

    async def open_(version: object) -> object:
        return await shelf.open(house.ledger.library, Reader(), version)  # type: ignore[arg-type]

    first, second = await open_(law), await open_(policy)
    assert (await open_(law), await open_(policy)) == (first, second)
    await open_(law)
    await open_(glossary)  # the policy was used longest ago
    assert await open_(law) is first
    assert await open_(policy) is not second
    assert shelf.size <= len((STATUTE + POLICY).encode()) + 10


async def test_one_version_is_kept_however_long() -> None:
    house = SmallHouse()
    await house.take_in("law.md", STATUTE)
    (law,) = await house.ledger.library.versions(Reader())
    shelf = Shelf(1)
    first = await shelf.open(house.ledger.library, Reader(), law)
    assert await shelf.open(house.ledger.library, Reader(), law) is first
