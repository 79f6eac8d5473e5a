"""Why a file did not become a document. Messages are for the person who sent it.

IngestError            status `failed`
  NeedsOcr             status `needs_ocr`: pages, but no text on them
  LimitExceeded        too large, too many pages, too slow, too much memory

ReadingStopped         somebody told the reading process to stop: no fault of the file
"""


class IngestError(Exception):
    """This file cannot be read; the message says why and what to do."""


class NeedsOcr(IngestError):
    """The pages hold pictures of text, not text."""


class LimitExceeded(IngestError):
    """Reading would go past a limit; the message names the limit and its setting."""


class ReadingStopped(Exception):
    """Reading was stopped on purpose; nothing is kept on record."""
