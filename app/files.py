"""Which files a command takes in, and what documents they are called."""

from collections.abc import Sequence
from pathlib import Path

from app.errors import CommandError
from docs_ingest.names import document_id, read_name
from docs_ingest.readers.detect import SUFFIXES


def find_files(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Files to take in, and files in folders that are of no kind we read. Raises CommandError for a missing path.

    Folders are searched for files with an ending we know; a file that is named is always tried.
    """
    files: list[Path] = []
    passed_over: list[Path] = []
    for path in paths:
        if path.is_dir():
            for file in sorted(p for p in path.rglob("*") if p.is_file()):
                hidden = any(part.startswith((".", "~$")) for part in file.relative_to(path).parts)
                (files if file.suffix.lower() in SUFFIXES and not hidden else passed_over).append(file)
        elif path.exists():
            files.append(path)
        else:
            raise CommandError(f"{path} does not exist")
    if not files:
        raise CommandError(f"no file to take in: folders are searched for {', '.join(sorted(SUFFIXES))}")
    return list(dict.fromkeys(files)), passed_over


def ids_of(files: Sequence[Path]) -> dict[Path, str]:
    """Document ids from the files' names; where two files would get the same, their folder or ending goes with it.

    Dated files (`NAME.YYYY-MM-DD.ext`) of one name are versions of one document.
    """
    names = {f: read_name(f.name) for f in files}
    rivals: dict[tuple[str, str], list[Path]] = {}
    for file, name in names.items():
        rivals.setdefault((name.document, str(name.effective_from)), []).append(file)
    made = {}
    for file, name in names.items():
        others = [f for f in rivals[name.document, str(name.effective_from)] if f != file]
        folder = f"{file.parent.name}-" if any(f.parent != file.parent for f in others) else ""
        ending = f"-{file.suffix[1:]}" if any(f.parent == file.parent for f in others) else ""
        made[file] = document_id(f"{folder}{name.document}{ending}")
    return made
