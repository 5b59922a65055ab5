"""This package as bytes, so that nothing has to be installed on the nodes of a cluster."""

from __future__ import annotations

import io
import os
import zipfile

_PACKAGE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
# Any fixed date: the same package gives the same bytes.
_DATE = (1980, 1, 1, 0, 0, 0)


def pack() -> bytes:
    """Return an archive with `__main__.py` and the package."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for path in ["__main__.py", *_files("vitest_python")]:
            with open(os.path.join(_PACKAGE, path), "rb") as file:
                out.writestr(zipfile.ZipInfo(path, _DATE), file.read(), zipfile.ZIP_DEFLATED)
    return archive.getvalue()


def _files(directory: str) -> list[str]:
    found: list[str] = []
    for entry in sorted(os.scandir(os.path.join(_PACKAGE, directory)), key=lambda entry: entry.name):
        path = f"{directory}/{entry.name}"
        if entry.is_dir() and entry.name != "__pycache__":
            found += _files(path)
        elif entry.is_file() and not entry.name.endswith((".pyc", ".pyi")):
            found.append(path)
    return found
