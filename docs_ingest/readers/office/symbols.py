"""Letters of symbol fonts: Word and PowerPoint keep them as numbers that mean something in their font alone.

What texts use: the Greek and the signs of Symbol, and of Wingdings and Webdings
bullets, check marks, boxes, arrows and circled numbers. Characters that draw the
same are preferred to rare ones that fonts lack and nobody would search for.
"""

_PRIVATE = range(0xF000, 0xF100)  # where Word keeps the 256 places of a symbol font


def _places(first: int, signs: str) -> dict[int, str]:
    return {first + i: sign for i, sign in enumerate(signs) if sign != " "}


_SYMBOL = {
    **_places(0x20, "\xa0!∀#∃%&∍()*+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾"),
    **_places(0x61, "αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}~"),
    **_places(0xA0, "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪"),
    **_places(0xF1, "〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"),
}
_WINGDINGS = {
    **_places(0x20, "\xa0✏✂"),
    **_places(0x28, "☎✆✉"),
    **_places(0x36, "⌛"),
    **_places(0x3E, "✇✍"),
    **_places(0x41, "✌"),
    **_places(0x45, "☜☞☝☟ ☺ ☹"),
    **_places(0x51, "✈☼"),
    **_places(0x6C, "●❍■□□❑❒◆◆◆❖◆☒"),
    **_places(0x80, "⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿"),
    **_places(0x9E, "·•▪○○○◉◎○▪□ ✦★✶✴✹✵"),
    **_places(0xD8, "➢"),
    **_places(0xDC, "➲"),
    **_places(0xDF, "←→↑↓↖↗↙↘←→↑↓↖↗↙↘⇦⇨⇧⇩⇔⇕"),
    **_places(0xFB, "✗✓☒☑"),
}
_WINGDINGS_2 = {
    **_places(0x20, "\xa0"),
    **_places(0x4F, "✗✓☒☑☒☒"),
    **_places(0x69, "⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿"),
    **_places(0x95, "·•●●○○◉◎⊙◉▪■□□□□□▣"),
    **_places(0xAF, "◆◇◇◆◆◇◇◇◈◇"),
}
_WINGDINGS_3 = {
    **_places(0x20, "\xa0←→↑↓↖↗↙↘"),
    **_places(0x66, "←→↑↓↖↗↙↘↔↕▲▼△▽◀▶◁▷◣◢◤◥"),
}
_WEBDINGS = {
    **_places(0x20, "\xa0"),
    **_places(0x33, "◀▶▲▼"),
    **_places(0x61, "✔ □   ■"),
    **_places(0x6E, "●"),
    **_places(0x72, "✗"),
}
_FONTS = {
    "symbol": _SYMBOL,
    "wingdings": _WINGDINGS,
    "wingdings 2": _WINGDINGS_2,
    "wingdings 3": _WINGDINGS_3,
    "webdings": _WEBDINGS,
}


def is_symbol_font(font: str) -> bool:
    return font.lower() in _FONTS


def symbol(font: str, place: int) -> str | None:
    """The character drawn at a place (0x20..0xff, or the same in Word's private range) of a font; None if unknown."""
    return _FONTS.get(font.lower(), {}).get(place - _PRIVATE.start if place in _PRIVATE else place)


def in_font(words: str, font: str, *, private_only: bool = False) -> tuple[str, int]:
    """Words as a symbol font draws them, and how many of their characters are not known.

    Letters that no symbol font holds, Chinese ones say, come from another font
    and stay; with `private_only` all but those of Word's private range do.
    """
    drawn: list[str] = []
    unknown = 0
    for char in words:
        place = ord(char)
        if place not in _PRIVATE and (place > 0xFF or private_only or char.isspace()):
            drawn.append(char)
            continue
        sign = symbol(font, place)
        unknown += sign is None
        drawn.append(sign or "")
    return "".join(drawn), unknown
