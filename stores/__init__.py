"""The stores, and the words everyone shares.

    records/   the values: documents, trees, runs        errors.py   what can go wrong
    ports.py   what the product needs of its stores      events.py   the one stream of progress
    tokens.py  words of both languages for all indexes   ids.py      time and ids, passed in
    ledger/    SQL: the only truth                       memory.py   every port in memory
    keywords_tantivy.py, cache_sqlite.py: projections and ballast

Leftmost package of the import line `stores <- docs_ingest <- navigators <- app`:
nothing here imports from the others.
"""
