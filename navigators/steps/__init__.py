"""The steps of a walk, each a function `(state, walk) -> update`.

    find.py     propose -> choose
    narrow.py   plan -> judge (one branch per open node) -> gather -> plan ...
    answer.py   read -> write -> check -> [write once more] -> [widen -> plan ...] -> conclude

Decisions are pure functions (`frontier`, `routes`, `checks`); here they meet the
ports. `graph.py` joins the steps.
"""
