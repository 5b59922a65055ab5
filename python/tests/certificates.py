"""Certificates as those of a run."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

NAME = "abc1234.vitest-python"

Pair = tuple[str, str]
"""A key and its certificate, as PEM."""

MakePair = Callable[[str], Pair]


def make_pair(directory: Path, name: str) -> Pair:
    key, certificate = directory / f"{name}.key", directory / f"{name}.pem"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command = ["openssl", "req", "-x509", *curve, "-nodes", "-days", "1"]
    name_of_run = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command, *name_of_run, *files], check=True, capture_output=True)
    return key.read_text(), certificate.read_text()
