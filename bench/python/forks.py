"""Forks bare children of an image with numpy, each of which answers with one byte. Prints how many a second."""

import os
import sys
import time

import work  # noqa: F401  # the image of the workers that are compared with it


def fork() -> tuple[int, int]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writing, b"1")
        os._exit(0)
    os.close(writing)
    return pid, reading


def finish(pid: int, reading: int) -> None:
    os.read(reading, 1)
    os.close(reading)
    os.waitpid(pid, 0)


count, at_once = int(sys.argv[1]), int(sys.argv[2])
began = time.perf_counter()
for _ in range(count // at_once):
    for child in [fork() for _ in range(at_once)]:
        finish(*child)
print(count / (time.perf_counter() - began))
