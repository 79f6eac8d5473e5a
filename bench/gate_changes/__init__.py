"""Changes of a sentence made by rule: attacks, which say something else, and rewrites, which say the same.

    english.py, chinese.py   the sentence itself: ATTACKS and REWRITES by name
    citing.py                what is cited: ids, quotes, versions, two sentences put together

A change gives None where the sentence has nothing to change.
"""
