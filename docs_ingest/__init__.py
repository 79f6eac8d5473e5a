"""Documents become trees.

    bytes -> reader (in a killable child) -> canonical text, blocks, lines
          -> structure (cascade)          -> pieces
          -> tree                         -> nodes with addresses, labels, hashes
          -> changes                      -> lineage against the version before, index operations
          -> Intake.save                  -> one SQL transaction: answerable from here on
          -> sync                         -> the outbox reaches the indexes

`ingest.py` is that walk, one function whose lines are its steps. `reconcile.py`
holds an index against the ledger, mends it, or builds it anew.
"""
