"""From a question to a cited answer.

    question ── answer cache ──> (a checked answer, served again)
        │
        ├─ propose   the keyword index names passages: the second road     steps/find.py
        ├─ choose    which documents to open                               steps/find.py
        │
        ├─ plan ──> judge (one branch per open node) ──> gather ──┐        steps/narrow.py
        │    └──────────────<── rounds, best first ──<────────────┘        frontier.py, judges.py
        │
        ├─ read      the best passages within the budget, document order   steps/answer.py
        ├─ write     claims with ids and quotes: untrusted                 writers.py, drafts.py
        ├─ check     the gates G1 to G4; one repair round                  checks/
        ├─ widen     while a facet is open and budget is left
        ├─ fall_back all indexes at once, by words and by meaning          steps/fall_back.py, hybrid.py
        │            where that was asked for, or a facet is still open; then read, write and check again
        └─ conclude  the final gate in the ledger, facets, outcome, run

Many who ask the same new question cause one run (`flights.py`). Every decision
is a `Note` in the run (the scratchpad), so a run can be replayed without a
model: `navigator.Navigator` has `ask`, `retrieve` and `replay`. Decisions are
pure functions; the steps are where they meet the ports; `graph.py` joins the
steps on LangGraph.
"""
