"""Makes `vitest_python/_gen` from `../proto`, the same on every machine.

    python generate.py [directory]

Needs grpcio-tools 1.62 (protobuf 4.25): what it generates runs on protobuf 4.25 and everything after it,
whereas newer generators demand their own protobuf or a newer one at run time.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from grpc_tools import protoc  # type: ignore[import-untyped,unused-ignore]

HERE = Path(__file__).resolve().parent
PROTO = HERE.parent / "proto"
PROTOS = ["vitest_python/v1/bridge.proto"]
# A proto's package is its import path, which would meet our own package's name: the files are laid flat instead.
IMPORT = re.compile(r"^from vitest_python\.v1 import", re.MULTILINE)


def main(out: Path) -> None:
    """Writes the generated package into `out`, which is emptied first."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    status = protoc.main(["protoc", f"-I{PROTO}", f"--python_out={out}", f"--pyi_out={out}", *PROTOS])
    if status != 0:
        sys.exit(status)
    for file in sorted((out / "vitest_python" / "v1").iterdir()):
        (out / file.name).write_text(IMPORT.sub("from . import", file.read_text()))
    shutil.rmtree(out / "vitest_python")
    (out / "__init__.py").write_text('"""Generated from proto/ by generate.py; not written by hand."""\n')


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "vitest_python" / "_gen")
