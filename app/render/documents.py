"""Documents, trees and places at a terminal."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from app.diff import Changed, Difference
from app.past import Now
from app.render.words import short
from docs_ingest.lineage import Change
from docs_ingest.quality import Quality
from docs_ingest.sandbox import Box
from docs_ingest.tables import row_reading
from navigators.places import lines_of
from navigators.signposts import breadcrumb, place_label
from stores.records import (
    Document,
    Edge,
    EdgeKind,
    IngestRecord,
    LineageState,
    Node,
    NodeKind,
    Tree,
    Version,
    place_name,
)

_OPENING = 72
_LISTED = 20  # suspicions of one kind
_UNSEEN = (NodeKind.FURNITURE, NodeKind.HIDDEN)


def documents_text(
    rows: Sequence[tuple[Document, Sequence[Version], Version | None]], failed: Sequence[IngestRecord]
) -> str:
    """Documents with their versions, the one in force marked, and uploads that came to nothing."""
    lines = []
    for document, versions, current in rows:
        lines.append(f"{document.id}  “{short(document.title, 80)}”  [{document.collection}]")
        for v in versions:
            mark = "*" if current is not None and v.number == current.number else " "
            since = f"from {v.effective_from}" if v.effective_from else "undated"
            size = f"{v.pages} pages" if v.pages else f"{v.characters:,} characters"
            lines.append(
                f"  {mark} @{v.number}  {since:15}  {v.format:8}  {v.language:5}  {size}, {v.nodes} nodes, "
                f"structure from {v.structure_source} ({v.confidence:.2f})"
            )
    if not rows:
        lines.append("no documents yet: citepath ingest PATH")
    if failed:
        lines.append("\nnot taken in:")
        lines += [f"  {r.file_name}: {r.status.value}: {r.reason}" for r in failed]
    return "\n".join(lines)


def versions_text(history: Sequence[Version], current: Version | None, lineage: Mapping[int, Mapping[str, int]]) -> str:
    """The versions of one document: their days and who said so, what changed from the one before."""
    lines = [f"{history[-1].document}  “{short(history[-1].title, 80)}”"]
    for v in history:
        mark = "*" if current is not None and v.number == current.number else " "
        said = f" ({v.effective_source.value.replace('_', ' ')})" if v.effective_source else ""
        until = f" to {v.effective_to}" if v.effective_to else ""
        days = f"from {v.effective_from}{until}{said}" if v.effective_from else f"undated{until}"
        lines.append(
            f"  {mark} @{v.number}  {days}  {v.file_name}  taken in {v.created_at:%Y-%m-%d %H:%M}  "
            f"derivation {v.derivation}, {v.parser}"
        )
        counts = lineage.get(v.number) or {}
        if counts:
            lines.append(
                f"        against @{v.number - 1}: " + ", ".join(f"{n} {state}" for state, n in counts.items())
            )
        lines += [f"        note: {note}" for note in v.notes]
    return "\n".join(lines)


def tree_text(tree: Tree, depth: int | None) -> str:
    """The tree with addresses, as deep as asked; page furniture and hidden text only counted."""
    version = tree.version
    lines = [
        f"{version.name}  “{short(version.title, 80)}”  {version.characters:,} characters, {version.nodes} nodes",
        f"structure from {version.structure_source}, confidence {version.confidence:.2f}; root {version.root_hash}",
        *(f"note: {note}" for note in version.notes),
    ]
    counts = Counter(n.kind for n in tree.nodes if n.leaf and n.kind in _UNSEEN)
    if counts:
        said = {NodeKind.FURNITURE: "page furniture", NodeKind.HIDDEN: "hidden (citepath tree --hidden)"}
        lines.append("not shown: " + ", ".join(f"{n} {said[kind]}" for kind, n in counts.items()))
    for node in tree.nodes[1:]:
        if (depth is None or node.depth <= depth) and node.kind not in _UNSEEN:
            lines.append(_tree_line(tree, node))
    return "\n".join(lines)


def hidden_text(tree: Tree) -> str:
    """What nobody sees on the page, with its addresses."""
    hidden = [n for n in tree.nodes if n.kind is NodeKind.HIDDEN and n.leaf]
    lines = [f"{tree.version.name}: {len(hidden)} pieces of text that nobody sees; none of them is ever evidence"]
    for node in hidden:
        page = f"  p. {node.page}" if node.page is not None else ""
        lines.append(f"{node.address}{page}  {_visible(tree.text_of(node).strip())}")
    return "\n".join(lines)


def _visible(words: str) -> str:
    """Words with the characters that have no shape written out."""
    return "".join(c if c.isprintable() or c in "\n\t" else f"\\u{ord(c):04x}" for c in words)


def _tree_line(tree: Tree, node: Node) -> str:
    page = f"  p. {node.page}" if node.page is not None else ""
    words = node.title or tree.text[node.start : min(node.end, node.start + _OPENING * 2)]
    label = f"[{node.label}] " if node.label and not words.startswith(node.label) else ""
    below = f"  ({node.children})" if node.children else ""
    return f"{'  ' * (node.depth - 1)}{node.address}  {node.kind.value}  {label}{short(words, _OPENING)}{below}{page}"


def place_text(
    tree: Tree,
    node: Node,
    standing: str,
    became: Now | None = None,
    characters: Sequence[tuple[int, int, Box]] | None = None,
) -> str:
    """One place with its words, and what became of it since."""
    label = place_label(tree, node)
    where = [
        node.kind.value,
        *([label] if label else []),
        *_pages(tree, node),
        f"characters {node.start}–{node.end}",
        f"version {standing}",
    ]
    lines = [
        place_name(tree.version.document, tree.version.number, node.address),
        " › ".join(breadcrumb(tree, node)),
        "  ".join(where),
        f"SHA-256 {node.content_hash}",
        "",
        tree.text_of(node).strip(),
    ]
    reading = row_reading(tree, node.address)
    lines += ["", f"read alone: {reading}"] if reading else []
    lines += ["", *_became(became)] if became is not None else []
    lines += ["", *_characters(tree, characters)] if characters is not None else []
    return "\n".join(lines)


def _pages(tree: Tree, node: Node) -> Iterator[str]:
    pages = sorted({line.page for line in lines_of(tree, node.start, node.end) if line.page is not None})
    if not pages:
        return
    shown = "–".join(str(p) for p in sorted({pages[0], pages[-1]}))
    printed = "–".join(label for p in sorted({pages[0], pages[-1]}) if (label := tree.page_label(p)))
    yield f"page {shown}" + (f" (printed {printed})" if printed and printed != shown else "")


def _became(now: Now) -> list[str]:
    became, version = now.became, now.version
    if became.place is None:
        return [f"in {version.name}, in force now: deleted"]
    place = place_name(version.document, version.number, became.place)
    if became.state in (LineageState.SAME, LineageState.MOVED):
        return [f"in {version.name}, in force now: the same words at {place}"]
    return [f"in {version.name}, in force now: {became.state.value}, at {place}:", changed_text(now.words)]


def _characters(tree: Tree, characters: Sequence[tuple[int, int, Box]]) -> list[str]:
    return [
        f"{offset}  {tree.text[offset]}  page {page}  {', '.join(f'{side:.1f}' for side in box)}"
        for offset, page, box in characters
    ]


def changed_text(words: Sequence[tuple[Change, str]]) -> str:
    """Words that went as [-went-], words that came as {+came+}."""
    marks = {"same": ("", ""), "deleted": ("[-", "-]"), "inserted": ("{+", "+}")}
    return "".join(f"{marks[change][0]}{text}{marks[change][1]}" for change, text in words)


def diff_text(found: Difference) -> str:
    """What changed between two versions, leaf by leaf, with the words."""
    counts = ", ".join(f"{found.counts[state]} {state.value}" for state in LineageState if found.counts.get(state))
    lines = [f"{found.old.version.name} → {found.new.version.name}: {counts or 'no text'}"]
    for one in found.changed:
        lines += ["", _changed_head(found, one), changed_text(one.words)]
    return "\n".join(lines)


def _changed_head(found: Difference, one: Changed) -> str:
    sides = [(found.old, one.old), (found.new, one.new)]
    labels = [next((w for n in nodes if (w := place_label(tree, n))), "") for tree, nodes in sides]
    label = " → ".join(dict.fromkeys(filter(None, labels)))
    places = " → ".join(" + ".join(n.address for n in nodes) for _, nodes in sides if nodes)
    return "  ".join(w for w in (one.state.value, label, f"({places})") if w)


def edges_text(tree: Tree, edges: Sequence[Edge]) -> str:
    """References and definitions in text order, with where they lead."""
    counts = Counter("definitions" if e.kind is EdgeKind.DEFINITION else _resolved(e) for e in edges)
    lines = [f"{tree.version.name}: " + (", ".join(f"{n} {what}" for what, n in counts.items()) or "no references")]
    for edge in edges:
        words = short(tree.text[edge.start : edge.end], 60)
        if edge.kind is EdgeKind.DEFINITION:
            lines.append(f"{edge.source}  defines “{edge.label}”")
        else:
            named = f" ({edge.label})" if edge.label and edge.label != words else ""
            lines.append(f"{edge.source}  “{words}”{named} → {_target(tree, edge)}")
    return "\n".join(lines)


def _resolved(edge: Edge) -> str:
    if edge.document:
        return "to other documents"
    return "resolved" if edge.target is not None and not edge.reason else "unresolved"


def _target(tree: Tree, edge: Edge) -> str:
    if edge.document:
        return f"{edge.document} (another document)"
    if edge.target is None:
        return f"unresolved: {edge.reason}"
    node = tree.by_address[edge.target]
    words = node.title or node.label or tree.text_of(node)
    return f"{edge.target}  {short(words, 60)}" + (f"  ({edge.reason})" if edge.reason else "")


def quality_text(tree: Tree, found: Quality) -> str:
    """Coverage, structure and what a person should look at."""
    v = tree.version
    lines = [
        f"{v.name}  {v.format}, {v.characters:,} characters, {v.nodes} nodes",
        f"structure from {v.structure_source}, confidence {v.confidence:.2f}",
        *(f"note: {note}" for note in v.notes),
    ]
    if found.pages:
        cover = f"{found.cover:.2%} of the file's letters" if found.cover is not None else "no original to compare with"
        least = min((p for p in found.pages if p.share is not None), key=lambda p: p.share or 0.0, default=None)
        worst = f"; least on page {least.page}: {least.share:.1%}" if least is not None and least.share else ""
        lines.append(f"{len(found.pages)} pages; {cover}{worst}")
    if not found.suspicions:
        lines.append("nothing suspicious")
    for concern, count in Counter(s.concern for s in found.suspicions).items():
        lines.append(f"{concern.value.replace('_', ' ')}: {count}")
        for one in [s for s in found.suspicions if s.concern is concern][:_LISTED]:
            where = "  ".join([*([one.address] if one.address else []), *([f"p. {one.page}"] if one.page else [])])
            lines.append(f"  {where}  {short(one.message, 120)}")
        if count > _LISTED:
            lines.append(f"  … and {count - _LISTED} more (--json lists all)")
    return "\n".join(lines)
