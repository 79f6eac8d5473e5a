"""Small trees for tests, made the way the product makes them."""

from datetime import UTC, date, datetime

from docs_ingest.parsed import Block, BlockKind, ParsedDocument
from docs_ingest.structure import find_structure
from docs_ingest.tree import build_nodes
from stores.records import Line, Tree, Version

STATUTE = """\
# 反洗钱法
## 第三章 反洗钱义务
第二十九条 金融机构应当建立客户尽职调查制度。
第三十四条 客户身份资料在业务关系结束后、客户交易信息在交易结束后，应当至少保存十年。
## 第六章 法律责任
第五十二条 未按照规定保存客户身份资料的，处二百万元以下罚款。
"""

POLICY = """\
# Record keeping policy
## 1. Scope
This policy applies to all branches of the Bank.
## 2. Retention
2.1 Customer records are kept for 7 years after the end of the relationship.
2.2 Telephone recordings are kept for 180 days where nobody complains.
"""

GLOSSARY = """\
# Glossary 术语表
## 1. Reports 报告
A suspicious transaction report (STR) is filed within 3 days. 可疑交易报告应当在3个工作日内提交。
## 2. Sanctions 制裁
对名单人员的资产应当立即冻结 (frozen at once)。
"""


def parsed_lines(text: str) -> ParsedDocument:
    """A line is a block; lines with `#` marks are headings."""
    blocks = []
    at = 0
    for line in text.split("\n"):
        if line.strip():
            marks = len(line) - len(line.lstrip("#"))
            kind = BlockKind.HEADING if marks else BlockKind.PARAGRAPH
            blocks.append(Block(kind, at, at + len(line), level=marks or None))
        at += len(line) + 1
    return ParsedDocument("text", "test", text, tuple(blocks))


def tree_of(
    text: str,
    document: str = "doc",
    number: int = 1,
    *,
    title: str | None = None,
    effective_from: date | None = None,
    lines: tuple[Line, ...] = (),
) -> Tree:
    parsed = parsed_lines(text)
    structure = find_structure(parsed)
    nodes = build_nodes(parsed, structure, document)
    version = Version(
        document=document,
        number=number,
        id=f"{document}-{number}",
        title=title or document,
        collection="default",
        file_name=f"{document}.txt",
        format="text",
        source_hash="0" * 64,
        source_bytes=len(text.encode()),
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        effective_from=effective_from,
        effective_to=None,
        effective_source=None,
        derivation=1,
        parser="test",
        text_hash="0" * 64,
        root_hash=nodes[0].subtree_hash,
        characters=len(text),
        pages=None,
        language="mixed",
        structure_source=structure.source,
        confidence=structure.confidence,
        nodes=len(nodes),
    )
    return Tree(version, text, nodes, lines)
