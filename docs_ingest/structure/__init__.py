"""What the blocks of a document mean: headings, labels, order of sections.

labels.py      第十二条, Section 2.1, (a): labels and numbers at the start of a block
numbering.py   2.1 after 2, 3 after 2.7: numbers that count sections, run-in headings
items.py       how deep list items are nested, by their marks; paragraphs counted A., B., C.
contents.py    printed lists of contents: furniture that announces headings
anchors.py     headings announced by an outline or contents, found in the text
typography.py  headings by their looks
nesting.py     where these stand among numbered ones
framing.py     openings and signatures of contracts, beside the numbered sections
cascade.py     one decision per block, best source first
pieces.py      what comes out: pieces in order, for `docs_ingest.tree`
"""

from docs_ingest.structure.cascade import find_structure
from docs_ingest.structure.contents import Contents, read_contents
from docs_ingest.structure.pieces import Piece, Structure

__all__ = ["Contents", "Piece", "Structure", "find_structure", "read_contents"]
