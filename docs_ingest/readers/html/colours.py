"""Colours as pages write them: #fff, rgb(), hsl() and names, so that text in the colour of its ground is found."""

import re
from colorsys import hls_to_rgb

Colour = tuple[int, int, int]  # red, green, blue: 0..255

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)
LINK: Colour = (0, 0, 238)  # what browsers draw a link in
MARKED: Colour = (255, 255, 0)  # and behind <mark>

_ALIKE = 8  # of 255, in each of red, green and blue: nobody sees the difference
_CLEAR = 0.05  # opacity below which nothing is seen
_NAMED = """
    aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff aquamarine 7fffd4 azure f0ffff beige f5f5dc bisque ffe4c4 black
    000000 blanchedalmond ffebcd blue 0000ff blueviolet 8a2be2 brown a52a2a burlywood deb887 cadetblue 5f9ea0
    chartreuse 7fff00 chocolate d2691e coral ff7f50 cornflowerblue 6495ed cornsilk fff8dc crimson dc143c cyan 00ffff
    darkblue 00008b darkcyan 008b8b darkgoldenrod b8860b darkgray a9a9a9 darkgreen 006400 darkgrey a9a9a9 darkkhaki
    bdb76b darkmagenta 8b008b darkolivegreen 556b2f darkorange ff8c00 darkorchid 9932cc darkred 8b0000 darksalmon
    e9967a darkseagreen 8fbc8b darkslateblue 483d8b darkslategray 2f4f4f darkslategrey 2f4f4f darkturquoise 00ced1
    darkviolet 9400d3 deeppink ff1493 deepskyblue 00bfff dimgray 696969 dimgrey 696969 dodgerblue 1e90ff firebrick
    b22222 floralwhite fffaf0 forestgreen 228b22 fuchsia ff00ff gainsboro dcdcdc ghostwhite f8f8ff gold ffd700
    goldenrod daa520 gray 808080 green 008000 greenyellow adff2f grey 808080 honeydew f0fff0 hotpink ff69b4 indianred
    cd5c5c indigo 4b0082 ivory fffff0 khaki f0e68c lavender e6e6fa lavenderblush fff0f5 lawngreen 7cfc00 lemonchiffon
    fffacd lightblue add8e6 lightcoral f08080 lightcyan e0ffff lightgoldenrodyellow fafad2 lightgray d3d3d3 lightgreen
    90ee90 lightgrey d3d3d3 lightpink ffb6c1 lightsalmon ffa07a lightseagreen 20b2aa lightskyblue 87cefa
    lightslategray 778899 lightslategrey 778899 lightsteelblue b0c4de lightyellow ffffe0 lime 00ff00 limegreen 32cd32
    linen faf0e6 magenta ff00ff maroon 800000 mediumaquamarine 66cdaa mediumblue 0000cd mediumorchid ba55d3
    mediumpurple 9370db mediumseagreen 3cb371 mediumslateblue 7b68ee mediumspringgreen 00fa9a mediumturquoise 48d1cc
    mediumvioletred c71585 midnightblue 191970 mintcream f5fffa mistyrose ffe4e1 moccasin ffe4b5 navajowhite ffdead
    navy 000080 oldlace fdf5e6 olive 808000 olivedrab 6b8e23 orange ffa500 orangered ff4500 orchid da70d6
    palegoldenrod eee8aa palegreen 98fb98 paleturquoise afeeee palevioletred db7093 papayawhip ffefd5 peachpuff ffdab9
    peru cd853f pink ffc0cb plum dda0dd powderblue b0e0e6 purple 800080 rebeccapurple 663399 red ff0000 rosybrown
    bc8f8f royalblue 4169e1 saddlebrown 8b4513 salmon fa8072 sandybrown f4a460 seagreen 2e8b57 seashell fff5ee sienna
    a0522d silver c0c0c0 skyblue 87ceeb slateblue 6a5acd slategray 708090 slategrey 708090 snow fffafa springgreen
    00ff7f steelblue 4682b4 tan d2b48c teal 008080 thistle d8bfd8 tomato ff6347 turquoise 40e0d0 violet ee82ee wheat
    f5deb3 white ffffff whitesmoke f5f5f5 yellow ffff00 yellowgreen 9acd32
"""  # CSS Color 4, 6.1
_LIST = _NAMED.split()
_NAMES = {name: bytes.fromhex(code) for name, code in zip(_LIST[::2], _LIST[1::2], strict=True)}
_HEX = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_CALL = re.compile(r"(rgb|hsl)a?\(([^()]{1,80})\)")
_NUMBER = re.compile(r"([+-]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9}))(%|deg)?")


def colour(value: str) -> tuple[Colour, float] | None:
    """Red, green and blue with the opacity (0..1) of a colour in small letters; None where it is not known."""
    value = value.strip()
    if value == "transparent":
        return BLACK, 0.0
    if value in _NAMES:
        return _triple(*_NAMES[value]), 1.0
    if _HEX.fullmatch(value):
        code = value[1:] if len(value) > 5 else "".join(c + c for c in value[1:])
        digits = bytes.fromhex(code)
        return _triple(*digits[:3]), digits[3] / 255 if len(digits) == 4 else 1.0
    call = _CALL.fullmatch(value)
    return None if call is None else _called(call[1], _NUMBER.findall(call[2]))


def _called(kind: str, parts: list[tuple[str, str]]) -> tuple[Colour, float] | None:
    """`rgb(255 255 255 / 50%)`, `hsl(120, 100%, 50%)` and the like by their numbers."""
    if len(parts) not in (3, 4):
        return None
    numbers = [float(number) for number, _ in parts]
    opacity = 1.0 if len(parts) == 3 else numbers[3] / (100 if parts[3][1] == "%" else 1)
    if kind == "hsl":
        red, green, blue = hls_to_rgb(numbers[0] % 360 / 360, _share(numbers[2]), _share(numbers[1]))
        return _triple(red * 255, green * 255, blue * 255), opacity
    scaled = [n * 2.55 if unit == "%" else n for n, (_, unit) in zip(numbers, parts, strict=True)]
    return _triple(*scaled[:3]), opacity


def _share(percent: float) -> float:
    return min(max(percent / 100, 0.0), 1.0)


def _triple(red: float, green: float, blue: float) -> Colour:
    return _byte(red), _byte(green), _byte(blue)


def _byte(value: float) -> int:
    return min(max(round(value), 0), 255)


def seen(ink: tuple[Colour, float] | None, ground: Colour | None) -> bool:
    """Whether letters of a colour stand out from what is behind them; yes where either is not known."""
    if ink is None:
        return True
    if ink[1] < _CLEAR:
        return False
    return ground is None or any(abs(a - b) > _ALIKE for a, b in zip(ink[0], ground, strict=True))
