"""Word documents: the words of each paragraph as they stand in the file, numbers resolved.

    package (zip, bounded)  ->  parts (lxml, hardened)  ->  stories: paragraphs and tables in order
        ->  blocks, one on each line of the canonical text

    story.py       paragraphs, tables, notes and text boxes in order      (walks)
    paragraphs.py  the words of one paragraph; fields in fields.py
    tables.py      cells by column, heads       notes.py      notes and their marks
    numbering.py   第三条, 1.1, (a)              styles.py     what is inherited
    hidden.py      what nobody sees             facts.py      what a person should know
    ../office/           what PowerPoint has as well: formulas, symbols, colours, diagrams, links

Read from the XML itself: asking python-docx for the style of each paragraph is
a hundred times slower. Deletions are dropped and insertions kept, as if all
tracked changes had been accepted; comments are not part of the text.
"""
