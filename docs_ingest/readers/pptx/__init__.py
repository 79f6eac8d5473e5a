"""PowerPoint decks: slide after slide, one block on each line of the canonical text; pages are slides.

    presentation  ->  slides in order, with their sections  ->  shapes as a person reads them
        ->  titles are headings, then text, tables, charts and diagrams, then the speaker's notes

    masters.py  what slides inherit             shapes.py  places and reading order
    text.py     paragraphs, bullets, links      tables.py  tables and charts
    ground.py   what is behind words            (all read the XML itself)

What the audience cannot see (hidden slides and shapes, words off the slide or of
the colour of their ground) is hidden; what repeats on slides is furniture. Notes
are footnotes: who has the file can read them.
"""
