from __future__ import annotations

import re

from .running import Runner

TALKS = """
import logging, os, sys
def talk(file):
    print("out")
    print("err", file=sys.stderr)
    os.write(1, b"native\\n")
    logger = logging.getLogger("app")
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    logger.addHandler(logging.StreamHandler())
    logger.addHandler(logging.StreamHandler(sys.stdout))
    logger.addHandler(logging.FileHandler(file))
    for level in (10, 20, 30, 40, 50):
        logger.log(level, "record %d", level)
    logging.getLogger("silent").info("nobody wants to know")
"""


def test_each_text_is_marked_once_with_its_kind(runner: Runner) -> None:
    forkserver = runner.start(runner.write("talks.py", TALKS))
    assert forkserver.until("ready")["event"] == "ready"
    file = runner.root / "app.log"
    runner.worker(forkserver).call("talks.talk", str(file))
    kinds = re.sub(r"\x1b_vp;(\w)\x1b\\", lambda mark: f"<{mark[1]}>", runner.log("w1")).replace("<o>", "")
    # `print` writes its end by itself.
    head, _, records = kinds.partition("native\n")
    assert head.replace("<e>", "") == "out\nerr\n"
    assert head.startswith("out\n<e>err")
    expected = [("d", 10), ("i", 20), ("w", 30), ("e", 40), ("e", 50)]
    assert records == "".join(f"<{kind}>record {level}\n" * 2 for kind, level in expected)
    assert file.read_text() == "".join(f"record {level}\n" for _, level in expected)
