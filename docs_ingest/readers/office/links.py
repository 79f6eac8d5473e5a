"""Where the links of a part lead: its relationships, those out of the package included."""

import posixpath

from docs_ingest.readers.package import Package

R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_LONGEST = 2_000  # characters of a target: longer ones are data, not places


def outward(package: Package, part: str) -> dict[str, str]:
    """Relationship id -> target outside the package, as written."""
    folder, name = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    if path not in package:
        return {}
    found = {}
    for element in package.xml(path).iter(_RELATIONSHIP):
        target = element.get("Target", "").strip()
        if element.get("TargetMode") == "External" and target and len(target) <= _LONGEST:
            found[element.get("Id", "")] = target
    return found


def inward(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Relationship id -> (kind, path) of parts inside the package."""
    return {key: (kind, path) for kind, key, path in package.relations(part) if path in package}
