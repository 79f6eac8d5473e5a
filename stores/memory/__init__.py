"""Every port in memory: for tests, demonstrations and questions about a handful of files.

    ledger.py     Library, Intake, Outbox, Runs      keywords.py    BM25
    cache.py      bytes with an expiry               originals.py   the uploaded bytes

Not mocks but small stores that keep the same promises as the real ones
(`tests/stores/contract_*.py` holds both to them); what they lack is durability
and size. Each store has one lock and is safe to use from many threads.
"""

from stores.memory.cache import MemoryCache
from stores.memory.keywords import MemoryKeywords
from stores.memory.ledger import MemoryLedger
from stores.memory.originals import MemoryOriginals

__all__ = ["MemoryCache", "MemoryKeywords", "MemoryLedger", "MemoryOriginals"]
