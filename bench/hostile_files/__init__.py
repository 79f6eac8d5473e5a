"""Files that were made to do harm, built in memory with fixed seeds: nothing is downloaded, nothing is kept.

making.py  the fewest parts of each format    pdfs.py    packages.py (DOCX, XLSX, PPTX, EPUB)    texts.py
"""

from bench.hostile_files import packages, pdfs, texts
from bench.hostile_files.making import Bait, Case

__all__ = ["CASES", "Bait", "Case"]

CASES: tuple[Case, ...] = (*pdfs.CASES, *packages.CASES, *texts.CASES)
