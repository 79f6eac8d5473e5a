"""What every `Originals` promises. A test module runs these claims by giving an `originals` fixture."""

import threading
from hashlib import sha256

import pytest

from stores.errors import NotFound, StoreCorrupt
from stores.ports import Originals

SAMPLES = {
    "zh": "第一条 客户身份资料应当至少保存十年。".encode("gb18030"),
    "en": b"%PDF-1.7 Section 1. Records are kept for ten years.",
    "mixed": "KYC（know your customer）资料 \r\n\x00\xff".encode(),
    "binary": bytes(range(256)) * 5_000,
    "nothing": b"",
}


def hash_of(data: bytes) -> str:
    return sha256(data).hexdigest()


class OriginalsContract:
    @pytest.mark.parametrize("data", SAMPLES.values(), ids=SAMPLES)
    def test_bytes_come_back_as_they_were_put(self, originals: Originals, data: bytes) -> None:
        originals.put("default", hash_of(data), data)
        assert originals.get("default", hash_of(data)) == data

    def test_bytes_may_be_put_again(self, originals: Originals) -> None:
        data = SAMPLES["mixed"]
        for _ in range(3):
            originals.put("default", hash_of(data), data)
        assert originals.get("default", hash_of(data)) == data

    def test_each_hash_has_its_own_bytes(self, originals: Originals) -> None:
        for data in SAMPLES.values():
            originals.put("default", hash_of(data), data)
        assert [originals.get("default", hash_of(data)) for data in SAMPLES.values()] == list(SAMPLES.values())

    @pytest.mark.parametrize("said", [hash_of(b"other bytes"), hash_of(SAMPLES["zh"]).upper(), "0" * 64, "", "../../x"])
    def test_bytes_under_another_hash_are_refused_and_nothing_is_kept(self, originals: Originals, said: str) -> None:
        data = SAMPLES["zh"]
        with pytest.raises(StoreCorrupt, match="nothing was kept"):
            originals.put("default", said, data)
        for asked in (said, hash_of(data)):
            with pytest.raises(NotFound):
                originals.get("default", asked)

    @pytest.mark.parametrize(
        "asked",
        [
            hash_of(b"never put"),
            hash_of(SAMPLES["zh"])[:-1],
            "",
            ".",
            "../" * 30,
            "/etc/passwd",
            "第" * 64,
            "\x00" * 64,
        ],
    )
    def test_a_hash_that_was_never_put_is_not_found(self, originals: Originals, asked: str) -> None:
        originals.put("default", hash_of(SAMPLES["zh"]), SAMPLES["zh"])
        with pytest.raises(NotFound):
            originals.get("default", asked)

    @pytest.mark.parametrize("other", ["other-bank", "", "Default", "default ", "../default", "另一家银行", "\ud800"])
    def test_tenants_do_not_see_each_others_bytes(self, originals: Originals, other: str) -> None:
        ours, theirs = SAMPLES["zh"], SAMPLES["en"]
        originals.put("default", hash_of(ours), ours)
        originals.put(other, hash_of(theirs), theirs)
        assert originals.get(other, hash_of(theirs)) == theirs
        for tenant, data in ((other, ours), ("default", theirs)):
            with pytest.raises(NotFound):
                originals.get(tenant, hash_of(data))

    def test_writers_and_readers_at_once_see_the_whole_or_nothing(self, originals: Originals) -> None:
        data = SAMPLES["binary"]
        seen: list[bytes] = []

        def write() -> None:
            for _ in range(5):
                originals.put("default", hash_of(data), data)

        def read() -> None:
            while len(seen) < 5:
                try:
                    seen.append(originals.get("default", hash_of(data)))
                except NotFound:
                    continue

        threads = [threading.Thread(target=target) for target in (read, write, write, write, read)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(seen) == {data}
