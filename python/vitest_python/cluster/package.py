"""This package as bytes, so that nothing has to be installed on the nodes of a cluster."""

from __future__ import annotations

import io
import os
import zipfile

import vitest_python

# Any fixed date: the same package gives the same bytes.
_DATE = (1980, 1, 1, 0, 0, 0)


def pack() -> bytes:
    """Return an archive with `__main__.py` and the package."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for path, data in sorted(_files().items()):
            out.writestr(zipfile.ZipInfo(path, _DATE), data, zipfile.ZIP_DEFLATED)
    return archive.getvalue()


def _files() -> dict[str, bytes]:
    """The files of the package. The rooms that are no directories here come from the archive of the npm package."""
    home, *archives = (os.path.dirname(path) for path in vitest_python.__path__)
    found = {path: _read(f"{home}/{path}") for path in ["__main__.py", *_paths(home, "vitest_python")]}
    for path in filter(os.path.isfile, archives):
        with zipfile.ZipFile(path) as archive:
            found.update({name: archive.read(name) for name in archive.namelist() if name not in found})
    return found


def _paths(home: str, directory: str) -> list[str]:
    found: list[str] = []
    for entry in os.scandir(f"{home}/{directory}"):
        path = f"{directory}/{entry.name}"
        if entry.is_dir() and entry.name != "__pycache__":
            found += _paths(home, path)
        elif entry.is_file() and not entry.name.endswith((".pyc", ".pyi")):
            found.append(path)
    return found


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
