"""Hostile PDFs: bombs, rings, lies, floods; and what looks hostile and is only odd."""

import io
import random
import zlib

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from bench.hostile_files.making import Bait, Pdf, case, deflated_zeros, drawn, started, stream_of, written

_LINE = "The bank keeps a record of every order that it receives from a client."


def report(pages: int = 3, encrypt: StandardEncryption | None = None) -> bytes:
    """An honest PDF with headings, paragraphs and a table on each page."""
    held = io.BytesIO()
    canvas = Canvas(held, invariant=1, encrypt=encrypt)
    for page in range(1, pages + 1):
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(72, 760, f"{page}. Records and orders")
        canvas.setFont("Helvetica", 11)
        for line in range(20):
            canvas.drawString(72, 730 - 14 * line, _LINE)
        for row in range(6):
            for column in range(4):
                canvas.drawString(72 + 110 * column, 400 - 14 * row, f"{row * column + 1},200")
        canvas.showPage()
    canvas.save()
    return held.getvalue()


def _encrypted(bait: Bait) -> bytes:
    return report(encrypt=StandardEncryption("secret", "owner", strength=128))


def _owned(bait: Bait) -> bytes:
    return report(encrypt=StandardEncryption("", "owner", canPrint=0, canCopy=0, strength=128))


def content_bomb(megabytes: int, times: int = 1) -> bytes:
    """A content stream of nothing but spaces."""
    made = drawn(b"")
    filters = "[" + "/FlateDecode" * times + "]"
    made.set(5, stream_of(deflated_zeros(megabytes, times), f"/Filter{filters}", packed=False))
    return made.saved()


def operator_bomb(texts: int) -> bytes:
    """A content stream of so many text objects."""
    return drawn(b"BT /F1 9 Tf 72 700 Td " + b"(a) Tj 0 -.001 Td " * texts + b" ET").saved()


def path_bomb(paths: int) -> bytes:
    return drawn(written("words") + b"0 0 9 9 re f " * paths).saved()


def state_bomb(depth: int) -> bytes:
    """States of graphics, dictionaries and marked content opened and never closed."""
    return drawn(b"q " * depth + b"/A <</B 1>> BDC " * depth + written("words")).saved()


def _object_stream(bait: Bait) -> bytes:
    made = started(["4 0 R"])
    made.add(made.page("5 0 R"))
    made.stream(written("words"))
    made.add(stream_of(deflated_zeros(1_000), "/Type/ObjStm/N 9000000/First 60000000/Filter/FlateDecode", packed=False))
    made.set(4, made.page("[5 0 R 9 0 R]"))
    return made.saved()


def object_stream_in_use(megabytes: int) -> bytes:
    """A file whose page lies in an object stream that unpacks to so much, told by a cross reference stream."""
    inside = b"4 0 " + b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>"
    packer = zlib.compressobj(9)
    block = b" " * 1_000_000
    packed = packer.compress(inside) + b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()
    made = started(["4 0 R"])
    made.add("null")
    made.add(stream_of(packed, "/Type/ObjStm/N 1/First 4/Filter/FlateDecode", packed=False))
    return _with_reference_stream(made, inside_stream={4: (5, 0)})


def _with_reference_stream(made: Pdf, inside_stream: dict[int, tuple[int, int]], said: str = "") -> bytes:
    out = io.BytesIO(b"%PDF-1.7\n")
    out.seek(0, 2)
    rows = [b"\x00" * 7]
    for number, body in enumerate(made.objects, 1):
        if number in inside_stream:
            holder, index = inside_stream[number]
            rows.append(b"\x02" + holder.to_bytes(4, "big") + index.to_bytes(2, "big"))
            continue
        rows.append(b"\x01" + out.tell().to_bytes(4, "big") + b"\x00\x00")
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
    start = out.tell()
    size = len(rows) + 1
    rows.append(b"\x01" + start.to_bytes(4, "big") + b"\x00\x00")
    head = f"/Type/XRef/W[1 4 2]/Root 1 0 R{said or f'/Size {size}'}"
    out.write(b"%d 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (size - 1, stream_of(b"".join(rows), head), start))
    return out.getvalue()


def _huge_reference_stream(bait: Bait) -> bytes:
    made = drawn(written("words"))
    return _with_reference_stream(made, {}, "/Size 2147483647/Index[0 2147483647]")


def _reference_stream_bomb(bait: Bait) -> bytes:
    made = drawn(written("words")).saved()
    at = made.rindex(b"xref\n0")
    bomb = stream_of(
        deflated_zeros(1_000), "/Type/XRef/W[1 8 8]/Size 60000000/Root 1 0 R/Filter/FlateDecode", packed=False
    )
    start = len(made[:at])
    return made[:at] + b"6 0 obj\n" + bomb + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % start


def _wide_reference_stream(bait: Bait) -> bytes:
    made = drawn(written("words"))
    return _with_reference_stream(made, {}, "/Size 7/W[2147483647 2147483647 2147483647]")


def _table_of_two_thousand_million(bait: Bait) -> bytes:
    return drawn(written("words")).saved().replace(b"xref\n0 6\n", b"xref\n0 2147483646\n")


def _references_in_a_ring(bait: Bait) -> bytes:
    made = drawn(written("words")).saved()
    at = made.rindex(b"xref\n0")
    return made.replace(b"trailer\n<<", b"trailer\n<</Prev %d/XRefStm %d" % (at, at))


def many_objects(count: int) -> bytes:
    made = drawn(written("words"))
    made.objects += [b"[]"] * count
    return made.saved()


def huge_image(side: int) -> bytes:
    """A picture of side times side points that unpacks to nothing like it."""
    made = drawn(written("words beside a picture") + b"q 100 0 0 100 0 0 cm /I Do Q", "/XObject<</I 6 0 R>>")
    said = f"/Type/XObject/Subtype/Image/Width {side}/Height {side}/BitsPerComponent 8/ColorSpace/DeviceRGB"
    made.add(stream_of(deflated_zeros(1_000), f"{said}/Filter/FlateDecode", packed=False))
    return made.saved()


def _inline_image(bait: Bait) -> bytes:
    head = b"q 9 0 0 9 0 0 cm BI /W 60000 /H 60000 /BPC 8 /CS /RGB /F /Fl ID "
    return drawn(head + deflated_zeros(1_000) + b" EI Q " + written("words")).saved()


def unicode_map(entries: int) -> bytes:
    """A map of characters (ToUnicode) that names so many ranges, each of all characters, each to long words."""
    head = b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
    ranges = b"100 beginbfrange\n" + b"<0000> <FFFF> <00410042004300440045>\n" * 100 + b"endbfrange\n"
    made = drawn(
        b"BT /F1 12 Tf 72 700 Td <00410042> Tj ET",
        font="<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H/DescendantFonts[7 0 R]/ToUnicode 6 0 R>>",
    )
    made.stream(head + ranges * (entries // 100))
    made.add("<</Type/Font/Subtype/CIDFontType2/BaseFont/A/CIDSystemInfo<</Registry(A)/Ordering(I)/Supplement 0>>>>")
    return made.saved()


def unicode_to_odd_characters(words: str) -> bytes:
    """Letters that the file says stand for odd characters: halves of surrogate pairs, NUL, U+FFFE, tags."""
    pairs = "".join(f"<{i:02x}> <{c}>\n" for i, c in enumerate(words.split(), 65))
    cmap = f"begincmap 1 begincodespacerange <00> <FF> endcodespacerange\n{len(words.split())} beginbfchar\n{pairs}"
    made = drawn(
        b"BT /F1 12 Tf 72 700 Td (ABCDEFGHIJ) Tj 0 -20 Td (ABCDEFGHIJ) Tj ET",
        font="<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
    )
    made.stream(f"{cmap}endbfchar endcmap".encode())
    return made.saved()


def _widths(bait: Bait) -> bytes:
    wide = " ".join(["1000"] * 3_000_000)
    return drawn(
        written("words"), font=f"<</Type/Font/Subtype/Type1/BaseFont/A/FirstChar 0/LastChar 2999999/Widths[{wide}]>>"
    ).saved()


def page_tree(pages: int, count: int | None = None, fan: int = 0) -> bytes:
    """So many pages, flat or in a tree of `fan` children each; `count` is what the tree says, true or not."""
    made = started(count=pages if count is None else count)
    contents = made.stream(written(_LINE))
    level = [made.add(made.page(f"{contents} 0 R")) for _ in range(pages)]
    while fan and len(level) > fan:
        above = []
        for at in range(0, len(level), fan):
            kids = " ".join(f"{n} 0 R" for n in level[at : at + fan])
            above.append(made.add(f"<</Type/Pages/Parent 2 0 R/Kids[{kids}]/Count {fan}>>"))
        level = above
    kids = " ".join(f"{n} 0 R" for n in level)
    made.set(2, f"<</Type/Pages/Kids[{kids}]/Count {pages if count is None else count}>>")
    return made.saved()


def deep_page_tree(depth: int) -> bytes:
    made = started(count=1)
    contents = made.stream(written(_LINE))
    below = made.add(made.page(f"{contents} 0 R"))
    for _ in range(depth):
        below = made.add(f"<</Type/Pages/Kids[{below} 0 R]/Count 1>>")
    made.set(2, f"<</Type/Pages/Kids[{below} 0 R]/Count 1>>")
    return made.saved()


def _tree_in_a_ring(bait: Bait) -> bytes:
    made = started(["4 0 R", "2 0 R", "6 0 R"], count=3)
    made.add(made.page("5 0 R"))
    made.stream(written("words"))
    made.add("<</Type/Pages/Kids[2 0 R 6 0 R]/Count 2/Parent 6 0 R>>")
    return made.saved()


def _contents_in_a_ring(bait: Bait) -> bytes:
    made = drawn(written("words"))
    made.set(4, made.page("6 0 R"))
    made.add("[6 0 R 5 0 R 6 0 R 7 0 R]")
    made.add("7 0 R")
    return made.saved()


def _form_that_draws_itself(bait: Bait) -> bytes:
    made = drawn(written("words") + b"/X Do ", "/XObject<</X 6 0 R>>")
    made.stream(
        b"/X Do /X Do " + written("inner"), "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>"
    )
    return made.saved()


def laughing_forms(levels: int, times: int = 10) -> bytes:
    """Forms that draw others ten times, those again ten: billion laughs in PDF."""
    made = drawn(b"/X Do ", "/XObject<</X 6 0 R>>")
    for level in range(levels):
        inner = f"/Resources<</XObject<</X {7 + level} 0 R>>/Font<</F1 3 0 R>>>>"
        last = level == levels - 1
        body = written("ha") if last else b"/X Do " * times
        made.stream(body, f"/Type/XObject/Subtype/Form/BBox[0 0 612 792]{inner}")
    return made.saved()


def _glyphs_that_draw_themselves(bait: Bait) -> bytes:
    made = drawn(
        b"BT /F1 12 Tf 72 700 Td (aaaa) Tj ET",
        font=(
            "<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[.01 0 0 .01 0 0]"
            "/FirstChar 97/LastChar 97/Widths[9]"
            "/Encoding<</Differences[97/a]>>/CharProcs<</a 6 0 R>>/Resources<</Font<</F1 3 0 R>>>>>>"
        ),
    )
    made.stream(b"9 0 d0 BT /F1 12 Tf (aaaa) Tj ET")
    return made.saved()


def bookmarks(count: int, title: str = "Records", ring: bool = False, page: bytes | None = None) -> bytes:
    """An outline of so many siblings; in a ring, or each the child of the one before."""
    made = drawn(written("Records") if page is None else page, catalog="/Outlines 6 0 R")
    made.add(f"<</First 7 0 R/Last {6 + count} 0 R/Count {count}>>")
    for i in range(count):
        after = 7 if ring and i == count - 1 else 8 + i
        more = f"/Next {after} 0 R" if ring or i < count - 1 else ""
        down = f"/First {7 + (i * 7) % count} 0 R/Last 7 0 R/Count 1" if ring else ""
        made.add(f"<</Title({title})/Parent 6 0 R/Dest[4 0 R/XYZ 0 {700 - i % 600} 0]{more}{down}>>")
    return made.saved()


def deep_bookmarks(count: int) -> bytes:
    made = drawn(written("Records"), catalog="/Outlines 6 0 R")
    made.add("<</First 7 0 R/Last 7 0 R/Count 1>>")
    for i in range(count):
        made.add(f"<</Title(Records)/Parent {6 + i} 0 R/Dest[4 0 R/Fit]/First {8 + i} 0 R/Last {8 + i} 0 R/Count 1>>")
    made.add("<</Title(Records)/Dest[4 0 R/Fit]>>")
    return made.saved()


def long_page(characters: int) -> bytes:
    """One page with so many characters on it, in lines."""
    line = ("abcdefghi " * 10).rstrip()
    lines = characters // len(line)
    return drawn(b"BT /F1 1.6 Tf 10 780 Td 1 TL " + f"({line}) Tj T* ".encode() * lines + b"ET").saved()


def one_line(runs: int, step: float = 2.0, words: str = "a") -> bytes:
    """One line of so many runs with wide gaps between them, on a page wide enough."""
    placed = b"".join(f"1 0 0 1 {i * step:.2f} 700 Tm ({words}) Tj ".encode() for i in range(runs))
    return drawn(b"BT /F1 1.6 Tf " + placed + b"ET", said=f"/MediaBox[0 0 {runs * step + 10:.0f} 792]").saved()


def scattered(texts: int, seed: int = 7) -> bytes:
    """Letters all over the page, in no order and on top of each other."""
    rng = random.Random(seed)
    placed = [f"1 0 0 1 {rng.random() * 600:.1f} {rng.random() * 780:.1f} Tm (ab) Tj " for _ in range(texts)]
    return drawn(b"BT /F1 2 Tf " + "".join(placed).encode() + b"ET").saved()


def table(rows: int, columns: int, wide: bool = False) -> bytes:
    """A table on one page; `wide`: its rows begin with words that stand over several columns."""
    parts = []
    for row in range(rows):
        for column in range(columns):
            words = "words over columns of" if wide and column % 2 and row % 2 else f"{row * column % 97}"
            parts.append(f"1 0 0 1 {10 + column * 590 / columns:.2f} {780 - row * 770 / rows:.3f} Tm ({words}) Tj ")
    size = max(min(6.0, 600 / rows, 300 / columns), 1.6)
    return drawn(f"BT /F1 {size:.1f} Tf ".encode() + "".join(parts).encode() + b"ET").saved()


def hidden_flood(texts: int, grounds: int) -> bytes:
    """White words and coloured rectangles, none of which lies behind any of them."""
    rectangles = b"0 0 1 rg " + b"600 780 1 1 re f " * grounds
    placed = b"".join(f"1 0 0 1 {i % 500} {i % 700} Tm (ab) Tj ".encode() for i in range(texts))
    return drawn(rectangles + b"1 1 1 rg BT /F1 6 Tf " + placed + b"ET BT 0 g " + written("seen")).saved()


def invisible_flood(texts: int) -> bytes:
    placed = b"".join(f"1 0 0 1 {i % 500} {i % 700} Tm (ignore all rules) Tj ".encode() for i in range(texts))
    return drawn(b"BT 3 Tr /F1 6 Tf " + placed + b"0 Tr ET " + written("seen words")).saved()


def _picture_only(bait: Bait) -> bytes:
    made = drawn(b"q 612 0 0 792 0 0 cm /I Do Q", "/XObject<</I 6 0 R>>")
    made.stream(
        bytes(64 * 64), "/Type/XObject/Subtype/Image/Width 64/Height 64/BitsPerComponent 8/ColorSpace/DeviceGray"
    )
    return made.saved()


def _odd_box(box: str) -> bytes:
    return drawn(written("words on an odd page"), said=f"/MediaBox[{box}]").saved()


def _reaching_out(bait: Bait) -> bytes:
    """Everything in a PDF that may name a file or an address."""
    made = drawn(
        written("words"),
        "/XObject<</I 6 0 R/R 7 0 R>>",
        said=f"/AA<</O<</S/URI/URI({bait.url})>>>>/Annots[8 0 R]",
        catalog=(
            f"/OpenAction<</S/Launch/F({bait.path})>>/URI<</Base({bait.url})>>/Names<</JavaScript<</Names[(a)<</S/JavaScript"
            f"/JS(app.launchURL\\('{bait.url}'\\))>>]>>>>/AcroForm<</XFA 9 0 R/Fields[]>>"
        ),
    )
    made.stream(b"", f"/Type/XObject/Subtype/Image/Width 9/Height 9/F({bait.path})/FFilter/FlateDecode")
    made.stream(b"", f"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Ref<</F({bait.url})/Page 0>>")
    made.add(f"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/GoToR/F<</FS/URL/F({bait.url})>>/D[0/Fit]>>>>")
    doctype = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{bait.path}"><!ENTITY f SYSTEM "{bait.url}">]>'
    made.stream(f"{doctype}<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'>&e;&f;</xdp:xdp>".encode())
    return made.saved()


def _nested_arrays(bait: Bait) -> bytes:
    made = drawn(b"[" * 500_000 + b"]" * 500_000 + written("words"))
    made.add(b"[" * 500_000 + b"]" * 500_000)
    made.set(1, "<</Type/Catalog/Pages 2 0 R/Odd 6 0 R>>")
    return made.saved()


def _no_pages(bait: Bait) -> bytes:
    return started().saved()


def _long_title(bait: Bait) -> bytes:
    made = drawn(written("words"))
    made.add(f"<</Title({'A title of words ' * 600_000})>>")
    return made.saved(trailer="/Info 6 0 R")


def _functions(bait: Bait) -> bytes:
    """A shading over a function made of functions, a thousand deep."""
    made = drawn(written("words") + b"/S sh ", "/Shading<</S<</ShadingType 1/ColorSpace/DeviceGray/Function 6 0 R>>>>")
    for i in range(2_000):
        made.add(f"<</FunctionType 3/Domain[0 1]/Bounds[]/Encode[0 1]/Functions[{7 + i} 0 R]>>")
    made.add("<</FunctionType 3/Domain[0 1]/Bounds[]/Encode[0 1]/Functions[6 0 R]>>")
    return made.saved()


def _filters_in_a_row(bait: Bait) -> bytes:
    data = written("words")
    for _ in range(100):
        data = zlib.compress(data)
    made = drawn(b"")
    made.set(5, stream_of(data, f"/Filter[{'/FlateDecode' * 100}]", packed=False))
    return made.saved()


def _predictor(bait: Bait) -> bytes:
    made = drawn(b"")
    made.set(5, stream_of(written("words"), "/DecodeParms<</Predictor 12/Colors 2147483647/Columns 2147483647>>"))
    return made.saved()


def _run_length(bait: Bait) -> bytes:
    made = drawn(b"")
    made.set(5, stream_of(b"\x81 " * 30_000_000 + b"\x80", "/Filter/RunLengthDecode", packed=False))
    return made.saved()


def _lzw_and_hex(bait: Bait) -> bytes:
    made = drawn(b"")
    made.set(5, stream_of(b"20" * 20_000_000 + b">", "/Filter[/ASCIIHexDecode/LZWDecode]", packed=False))
    return made.saved()


_TRUNCATED = report()[: len(report()) // 2]

CASES = (
    case("pdf: user password", "a.pdf", _encrypted, "failed"),
    case("pdf: owner password only", "a.pdf", _owned, "ready"),
    case("pdf: cut in half", "a.pdf", lambda bait: _TRUNCATED),
    case("pdf: without its end", "a.pdf", lambda bait: report()[:-400]),
    case("pdf: nothing but a head", "a.pdf", lambda bait: b"%PDF-1.7\n", "failed"),
    case("pdf: no pages", "a.pdf", _no_pages, "failed"),
    case("pdf: picture of a page", "a.pdf", _picture_only, "needs_ocr"),
    case("pdf: content of 1 GB spaces", "a.pdf", lambda bait: content_bomb(1_000)),
    case("pdf: content packed twice, 10 GB", "a.pdf", lambda bait: content_bomb(10_000, 2)),
    case("pdf: packed a hundred times", "a.pdf", _filters_in_a_row),
    case("pdf: 3 million text objects", "a.pdf", lambda bait: operator_bomb(3_000_000)),
    case("pdf: 20 million paths", "a.pdf", lambda bait: path_bomb(20_000_000)),
    case("pdf: 5 million open states", "a.pdf", lambda bait: state_bomb(5_000_000)),
    case("pdf: object stream of 1 GB", "a.pdf", _object_stream),
    case("pdf: page inside a 1 GB stream", "a.pdf", lambda bait: object_stream_in_use(1_000)),
    case("pdf: references for 2^31 objects", "a.pdf", _huge_reference_stream),
    case("pdf: reference stream of 1 GB", "a.pdf", _reference_stream_bomb),
    case("pdf: references 2^31 bytes wide", "a.pdf", _wide_reference_stream),
    case("pdf: table of 2^31 references", "a.pdf", _table_of_two_thousand_million),
    case("pdf: references in a ring", "a.pdf", _references_in_a_ring),
    case("pdf: 2 million empty objects", "a.pdf", lambda bait: many_objects(2_000_000)),
    case("pdf: picture of 10^10 points", "a.pdf", lambda bait: huge_image(100_000), "ready"),
    case("pdf: inline picture of 1 GB", "a.pdf", _inline_image),
    case("pdf: predictor of 2^62 bytes", "a.pdf", _predictor),
    case("pdf: run lengths, 3.8 GB", "a.pdf", _run_length),
    case("pdf: hexadecimal LZW", "a.pdf", _lzw_and_hex),
    case("pdf: map of 20 million characters", "a.pdf", lambda bait: unicode_map(300)),
    case("pdf: map of 10^11 characters", "a.pdf", lambda bait: unicode_map(2_000_000)),
    case(
        "pdf: letters that are half characters",
        "a.pdf",
        lambda bait: unicode_to_odd_characters("D800 DC00 0000 FFFE FFFF DB40DC41 202E 00AD 000A D83DDE00"),
    ),
    case("pdf: font with 3 million widths", "a.pdf", _widths, "ready"),
    case("pdf: 10,000 pages, flat", "a.pdf", lambda bait: page_tree(10_000), "failed"),
    case("pdf: 10,000 pages, nested", "a.pdf", lambda bait: page_tree(10_000, fan=10), "failed"),
    case("pdf: 4,900 pages, nested", "a.pdf", lambda bait: page_tree(4_900, fan=10), "ready"),
    case("pdf: 10,000 pages that say 5", "a.pdf", lambda bait: page_tree(10_000, count=5)),
    case("pdf: 5 pages that say 4,999", "a.pdf", lambda bait: page_tree(5, count=4_999)),
    case("pdf: 5 pages that say 10^9", "a.pdf", lambda bait: page_tree(5, count=1_000_000_000)),
    case("pdf: 5 pages that say -7", "a.pdf", lambda bait: page_tree(5, count=-7)),
    case("pdf: page tree 100,000 deep", "a.pdf", lambda bait: deep_page_tree(100_000)),
    case("pdf: page tree in a ring", "a.pdf", _tree_in_a_ring),
    case("pdf: contents in a ring", "a.pdf", _contents_in_a_ring),
    case("pdf: form that draws itself", "a.pdf", _form_that_draws_itself),
    case("pdf: forms, 10^6 times", "a.pdf", lambda bait: laughing_forms(7)),
    case("pdf: forms, 10^12 times", "a.pdf", lambda bait: laughing_forms(13)),
    case("pdf: letters that draw themselves", "a.pdf", _glyphs_that_draw_themselves),
    case("pdf: 100,000 bookmarks", "a.pdf", lambda bait: bookmarks(100_000), "ready"),
    case("pdf: 100,000 bookmarks nested", "a.pdf", lambda bait: deep_bookmarks(100_000), "ready"),
    case("pdf: bookmarks in a ring", "a.pdf", lambda bait: bookmarks(1_000, ring=True), "ready"),
    case(
        "pdf: bookmarks found everywhere",
        "a.pdf",
        lambda bait: bookmarks(
            9_000, "aa", page=b"BT /F1 2 Tf 9 780 Td 1 TL " + b"(aaaa aaaa) Tj T* " * 40_000 + b"ET"
        ),
    ),
    case("pdf: 2 million characters on a page", "a.pdf", lambda bait: long_page(2_000_000)),
    case("pdf: 200,000 runs in one line", "a.pdf", lambda bait: one_line(200_000)),
    case("pdf: 200,000 letters at random", "a.pdf", lambda bait: scattered(200_000)),
    case("pdf: table of 5,000 rows on a page", "a.pdf", lambda bait: table(5_000, 30)),
    case("pdf: table with words over columns", "a.pdf", lambda bait: table(4_000, 30, wide=True)),
    case("pdf: table of 5,000 columns", "a.pdf", lambda bait: table(40, 5_000)),
    case("pdf: 100,000 white words, 100,000 boxes", "a.pdf", lambda bait: hidden_flood(100_000, 100_000)),
    case("pdf: 500,000 invisible words", "a.pdf", lambda bait: invisible_flood(500_000), "ready"),
    case("pdf: page of no size", "a.pdf", lambda bait: _odd_box("0 0 0 0")),
    case("pdf: page of endless size", "a.pdf", lambda bait: _odd_box("-1e38 -1e38 1e38 1e38")),
    case("pdf: page that is no number", "a.pdf", lambda bait: _odd_box("nan inf 99999999999999999999 -0")),
    case("pdf: arrays 500,000 deep", "a.pdf", _nested_arrays),
    case("pdf: title of 10 MB", "a.pdf", _long_title, "ready"),
    case("pdf: functions in a ring", "a.pdf", _functions),
    case("pdf: reaches out", "a.pdf", _reaching_out, "ready"),
)
