"""Web pages: what a browser would show, one block on each line of the canonical text.

    bytes -> text (declared encoding, strict) -> tree (lxml) -> survey -> walk -> blocks

    source.py     encodings; letters of the source, counted without a tree
    survey.py     which tables only arrange text; what frames the content
    furniture.py  names and phrases of such frames
    style.py      style sheets        look.py, colours.py  how text looks
    walk.py       element by element  frame.py  text, frame or hidden
    blocks.py     words to blocks     words.py, lists.py, table.py
    contents.py   lists of contents inside pages

Navigation, page headers and footers, asides and form controls are furniture;
text the page hides (attribute, style, simple rules of its style sheets) is kept
as hidden. Parsers of broken HTML can lose text without a word: letters are
counted in the source, in the tree and in the blocks, and a page that lost more
than one in a hundred is refused.
"""
