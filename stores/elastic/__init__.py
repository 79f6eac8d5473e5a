"""What the two Elasticsearch adapters share: `ElasticKeywords` (stores/keywords_elastic.py), `ElasticVectors`.

    server.py    one client and one breaker for each server; its errors in our words
    index.py     one index: an alias in front of generations, writes that cannot be overtaken, paged reading

    ElasticServer(url, user=..., password=...)
        ElasticKeywords(server)                      citepath-keywords-tokens-2-1       -> ...-first or ...-<uuid>
        ElasticVectors(server, model, dimensions)    citepath-vectors-<model>-<dims>-1  -> ...

Only what every edition of servers 8 and 9 has is used, and no plug-in.
"""

from stores.elastic.server import ElasticServer

__all__ = ["ElasticServer"]
