"""The stores, and the words everyone shares.

    records/   the values: documents, trees, runs        errors.py   what can go wrong
    ports.py   what the product needs of its stores      events.py   the one stream of progress
    tokens.py  words of both languages for all indexes   ids.py      time and ids, passed in
    ledger/    SQL: the only truth                       memory/     every port in memory
    breaker.py whoever does not answer is left alone     pool.py     threads for engines that only speak sync
    loops.py   one client for each event loop

    role       embedded                servers
    ledger     ledger/ on SQLite       ledger/ on MySQL or MariaDB
    keywords   keywords_tantivy.py     keywords_elastic.py (with elastic/)
    vectors    vectors_exact.py,       vectors_milvus.py, vectors_elastic.py
               vectors_milvus.py (Lite)
    meaning    semantic.py: an embedder (embeddings/) over vectors
    cache      cache_sqlite.py         cache_redis.py
    originals  originals_folder.py

Leftmost package of the import line `stores <- docs_ingest <- navigators <- app`:
nothing here imports from the others.
"""
