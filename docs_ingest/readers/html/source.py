"""The source of a web page: its encoding, and how many letters a reader of it must give back."""

import html
import re

from docs_ingest.errors import IngestError
from docs_ingest.readers.text.reader import decode

_META = re.compile(rb"<meta[^>]{1,300}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_XML = re.compile(rb"<\?xml[^>]{1,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})", re.IGNORECASE)
_CODECS = {  # names pages use -> what browsers take them for
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "x-gbk", "gb_2312-80"), "gb18030"),
    **dict.fromkeys(("iso-8859-1", "latin1", "us-ascii", "ascii", "windows-1252"), "cp1252"),
    **dict.fromkeys(("big5", "big5-hkscs", "x-x-big5"), "big5hkscs"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "windows-31j"), "cp932"),
    **{name: name for name in ("utf-8", "euc-jp", "euc-kr", "koi8-r", "iso-8859-2", "iso-8859-15")},
    **{f"windows-{n}": f"cp{n}" for n in (1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258)},
}
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def decoded(data: bytes) -> str:
    """The page as text: by its byte order mark, what it declares, or what fits."""
    if data.startswith(_MARKS):
        return decode(data)[0]
    declared = _META.search(data[:4096]) or _XML.match(data[:256])
    name = declared[1].decode("ascii", "replace").lower() if declared else ""
    codec = _CODECS.get(name)
    if codec is None:
        return decode(data)[0]
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        broken = error
    try:
        return data.decode("utf-8")  # converted, with the old declaration left in
    except UnicodeDecodeError:
        raise IngestError(
            f"the page says it is {name}, but byte {broken.start:,} does not fit: save it as UTF-8 and send it again"
        ) from broken


_OPENING = re.compile(r"<(?:(?P<comment>!--)|(?P<other>[!?]|/[^A-Za-z])|(?P<end>/?)(?P<name>[A-Za-z][^\s/>]*))")
_TAG_REST = re.compile(r"(?:[^\"'>]++|\"[^\"]*+\"|'[^']*+')*+>")
_COMMENT_END = re.compile(r"--!?>")
_RAW = frozenset({"script", "style", "title", "iframe", "noembed", "noframes"})
_RAW_ENDS = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in _RAW}


def source_letters(source: str) -> int:
    """Letters outside tags, comments and dropped elements: a rough count without a tree, in one pass."""
    letters = 0
    inside = {"template": 0, "noscript": 0}
    at = 0
    while (opening := _OPENING.search(source, at)) is not None:
        if not any(inside.values()):
            letters += count_letters(html.unescape(source[at : opening.start()]))
        at = _after(source, opening)
        if at < 0:
            return letters  # a tag or comment that is never closed: browsers drop the rest as well
        name = (opening["name"] or "").lower()
        if name in inside:
            inside[name] = max(inside[name] + (-1 if opening["end"] else 1), 0)
        if name in _RAW and not opening["end"]:
            close = _RAW_ENDS[name].search(source, at)
            if close is None:
                return letters
            at = close.start()
    return letters if any(inside.values()) else letters + count_letters(html.unescape(source[at:]))


def _after(source: str, opening: re.Match[str]) -> int:
    """The end of a tag or comment; -1 where it has none."""
    if opening["comment"]:
        close = _COMMENT_END.search(source, opening.end() - 2)
    elif opening["other"]:
        close = re.compile(">").search(source, opening.start() + 2)
    else:
        close = _TAG_REST.match(source, opening.end())
    return close.end() if close else -1


def count_letters(words: str) -> int:
    return sum(map(str.isalpha, words))
