"""Excel workbooks: each sheet a section, its tables as rows, values as their cells show them.

    package (zip, bounded)  ->  workbook: sheets, words, styles          workbook, styles
        ->  stored cells of a sheet, row by row, formats applied         sheet, formats, dates
        ->  the grid a person sees, hidden rows and columns set aside    grid
        ->  titles, tables with heads, notes                             tables, heads
        ->  remarks, text boxes, links                                   asides

Read from the XML itself: openpyxl's quick mode knows nothing of hidden rows,
merged cells, remarks and links, its other mode takes half a kilobyte a cell, and
neither applies number formats. Values are the stored ones: nothing is
computed, and a macro or a link to another file is never followed.
"""
