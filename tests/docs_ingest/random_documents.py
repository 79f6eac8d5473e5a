"""Random documents in both languages, as a reader would hand them over."""

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from docs_ingest.parsed import Block, BlockKind, ParsedDocument

_ZH = [
    "客户身份资料应当至少保存十年。",
    "金融机构不得为空壳银行开立账户；",
    "本法所称反洗钱",
    "（见第三条）",
    "自公布之日起施行。",
]
_EN = [
    "The Bank must keep records.",
    "A level D complaint may not be extended.",
    "Section 5 applies",
    "see note 3;",
    "15 per cent",
]
_ODD = ["\ud800", "\u3000\u3000", "x" * 40, "１２３", "𠀋", "—", "A. B. C."]


@dataclass(frozen=True, slots=True)
class Spec:
    """One block to be: its kind and words."""

    kind: BlockKind
    words: str
    level: int | None = None
    group: int | None = None


sentences = st.sampled_from([*_ZH, *_EN, *_ODD])
paragraphs = st.lists(sentences, min_size=1, max_size=4).map(" ".join).filter(str.strip)
long_paragraphs = st.integers(30, 120).flatmap(lambda n: sentences.filter(str.strip).map(lambda s: s * n))
_HAN_LABELS = [
    "第一编 总则",
    "第二章 义务",
    "第三节 保存",
    "第一条 甲应当保存。",
    "第十二条 乙不得。",
    "第二十三条之一 丙。",
]
_WORD_LABELS = ["Part II General", "Article 5 Duties", "Section 2.1 Scope", "§ 106.02 Terms", "Schedule 1"]
_NUMBERS = ["（一）甲；", "一、范围", "1. Purpose", "1.1 The purpose", "2.3.4 Deep", "(a) the report;"]
labels = st.sampled_from([*_HAN_LABELS, *_WORD_LABELS, *_NUMBERS])
blocks = st.one_of(
    paragraphs.map(lambda w: Spec(BlockKind.PARAGRAPH, w)),
    labels.map(lambda w: Spec(BlockKind.PARAGRAPH, w)),
    st.builds(lambda w, level: Spec(BlockKind.HEADING, w, level), paragraphs.map(lambda p: p[:60]), st.integers(1, 6)),
    paragraphs.map(lambda w: Spec(BlockKind.PARAGRAPH, f"{w.rstrip()}：")),
    st.builds(lambda w, level: Spec(BlockKind.ITEM, f"• {w}", level), paragraphs, st.integers(1, 3)),
    st.builds(lambda w, group: Spec(BlockKind.ROW, f"{w} | 1 | 甲", group=group), paragraphs, st.integers(1, 2)),
    paragraphs.map(lambda w: Spec(BlockKind.FOOTNOTE, w)),
    paragraphs.map(lambda w: Spec(BlockKind.FURNITURE, w)),
    paragraphs.map(lambda w: Spec(BlockKind.HIDDEN, w)),
    long_paragraphs.map(lambda w: Spec(BlockKind.PARAGRAPH, w)),
)
many = st.builds(
    lambda spec, n: [spec] * n, paragraphs.map(lambda w: Spec(BlockKind.PARAGRAPH, w)), st.integers(21, 70)
)
documents = st.lists(st.one_of(blocks.map(lambda b: [b]), many), min_size=1, max_size=14).map(
    lambda runs: tuple(spec for run in runs for spec in run)
)


def parsed(specs: tuple[Spec, ...], between: str = "\n") -> ParsedDocument:
    """The blocks one after another, white space between them."""
    text = " "
    made: list[Block] = []
    for spec in specs:
        words = spec.words.strip() or "·"
        made.append(Block(spec.kind, len(text), len(text) + len(words), spec.level, group=spec.group))
        text += words + between
    return ParsedDocument("text", "random", text, tuple(made))


def edited(specs: tuple[Spec, ...], at: int, words: str) -> tuple[Spec, ...]:
    return (*specs[:at], replace(specs[at], words=words), *specs[at + 1 :])
