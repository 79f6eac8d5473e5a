"""The gates: a claim is shown only if it passes, whoever wrote it.

    G0  drafts.py     the reply parses and fits the schema          -> one re-ask
    G1  gates.py      every id is a passage opened in this run      -> repair; counted as a ghost id
    G2  citations.py  the quote stands in that passage              -> repair
    G3  gates.py      every factual sentence has a citation         -> repair, then drop
    G4  facts.py      numbers, dates, labels, names of the claim stand in the cited sentences
        following.py  a claim that follows a sentence changes no number, name or direction in it
        polarity.py   not, must and may, at most and at least agree -> repair, then drop
    G6  agreement.py  two documents that contradict one another     -> both are shown, with a warning
        (steps/answer.py) facets covered or named; versions still current -> dropped

    folding, quantities, names, alignment, contrasts   how texts are read and compared
    wording                                             what a failed check says, zh and en

Code only, in both languages; what is shown as a quote is always sliced from the
store. G5, a second model as judge, comes with the models.
"""

from navigators.checks.gates import Checked, Repair, check_draft

__all__ = ["Checked", "Repair", "check_draft"]
