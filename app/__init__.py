"""The doors of Citepath, and the one place where everything is wired.

    settings.py    the environment, read once       resources.py   what is opened, pinged, closed
    wiring.py      which engine stands behind each store, by URL
    cli/           the command `citepath`           views.py       the JSON shapes, kept stable
    evaluation.py  retrieval measured beside BM25   render.py      the same for people at a terminal

Rightmost package of the import line `stores <- docs_ingest <- navigators <- app`.
"""
