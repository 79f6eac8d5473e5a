"""What `bench/fuzz.py` is made of.

seeds.py     files to begin with: those the readers' own tests make, and the samples
fragments.py words, marks and values that readers look for
bend.py      bytes, text, XML parts, packages and PDF bent by rule
promises.py  what must hold of whatever was read
targets.py   one target for each reader, for the structure, for dates and for lineage
"""
