"""References and definitions as edges between places: the graph a question walks from hop to hop.

    chinese.py      依照本法第十二条第二款, 前款, 《公司法》第三条
    english.py      see Section 5.2(a), Notes 1 and 4, paragraph (b) of this Section
    definitions.py  “Affiliate” means ..., 本法所称…，是指…
    resolve.py      what is named -> the address where it stands, or the reason why there is none
    find.py         all of a document, in text order

By rules, at ingest, without a model. What names another document is kept with
that document's title; whether it is here is asked when somebody follows it.
"""

from docs_ingest.references.find import find_edges

__all__ = ["find_edges"]
