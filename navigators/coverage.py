"""Coverage: what of each document was read in full, judged by signpost, or not looked at.

“Not found” carries the same certificate as an answer. The counts can be checked
later against the tree's root hash: which passages a version has is a function
of its bytes.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from navigators.shelf import OpenVersion
from stores.records import Coverage, DocumentCoverage, Passage, ancestors


def coverage_of(
    opened: Sequence[OpenVersion],
    passages: Iterable[Passage],
    judged: Mapping[str, frozenset[str]],
    considered: int,
    dropped: Mapping[str, int],
) -> Coverage:
    """`judged`: version id -> addresses whose signposts a judge has seen."""
    read: dict[str, set[str]] = {}
    for passage in passages:
        read.setdefault(passage.version_id, set()).add(passage.address)
    documents = tuple(
        _of_one(one, read.get(one.tree.version.id, set()), judged.get(one.tree.version.id, frozenset()))
        for one in opened
    )
    return Coverage(documents, considered, len(documents), dict(dropped))


def _of_one(opened: OpenVersion, read: set[str], judged: frozenset[str]) -> DocumentCoverage:
    version = opened.tree.version
    seen = 0
    digest = hashlib.sha256()
    for node in opened.statistics.passages:
        if node.address in read:
            digest.update(f"{node.address} {node.content_hash}\n".encode())
        elif node.address in judged or any(a in judged for a in ancestors(node.address)):
            seen += 1
    total = len(opened.statistics.passages)
    return DocumentCoverage(
        document=version.document,
        version=version.number,
        root_hash=version.root_hash,
        passages=total,
        read=len(read),
        judged=seen,
        unseen=total - len(read) - seen,
        read_hash=digest.hexdigest() if read else "",
    )
