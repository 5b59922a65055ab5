"""Descriptors that imports have left open. Some can be reopened in each forked worker, and the others are shared."""

from __future__ import annotations

import fcntl
import os
import socket
import stat
import sys
from typing import NamedTuple

_KEPT_FLAGS = os.O_ACCMODE | os.O_APPEND | os.O_NONBLOCK | os.O_SYNC | os.O_DSYNC | getattr(os, "O_DIRECT", 0)
_PATH_ONLY = getattr(os, "O_PATH", 0)
# null, zero, full, random, urandom; terminals.
_STATELESS = {(1, 3), (1, 5), (1, 7), (1, 8), (1, 9)}
_TERMINALS = {4, 5, *range(136, 144)}
_TRACKERS = ("multiprocessing", "loky.backend", "joblib.externals.loky.backend")
_ANONYMOUS = {
    "eventpoll": "an epoll descriptor, as event loops do",
    "eventfd": "an eventfd descriptor",
    "inotify": "an inotify descriptor",
    "io_uring": "an io_uring",
    "signalfd": "a signalfd descriptor",
    "timerfd": "a timerfd descriptor",
}


class File(NamedTuple):
    """A regular file or a directory that is open."""

    fd: int
    device: int
    inode: int


def list_descriptors() -> set[int]:
    """The descriptors that are open now."""
    try:
        return set(map(int, os.listdir("/proc/self/fd")))
    except OSError:
        return set()


def find_file(fd: int) -> File | None:
    """The file behind a descriptor, if each worker can open it anew."""
    try:
        status = os.fstat(fd)
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            return None
        if fcntl.fcntl(fd, fcntl.F_GETFL) & _PATH_ONLY:
            return None
        os.close(_open_again(fd))
    except OSError:
        return None
    return File(fd, status.st_dev, status.st_ino)


def open_anew(file: File) -> None:
    """In a worker: gives a descriptor an open file description of its own, with offset and flags as they are."""
    try:
        status = os.fstat(file.fd)
        if (status.st_dev, status.st_ino) != (file.device, file.inode):
            return  # a hook of the user has opened something else
        again = _open_again(file.fd)
        os.lseek(again, os.lseek(file.fd, 0, os.SEEK_CUR), os.SEEK_SET)
        os.dup2(again, file.fd, inheritable=os.get_inheritable(file.fd))
        os.close(again)
    except OSError as error:
        print(f"vitest-python: descriptor {file.fd} is shared between workers: {error}", file=sys.stderr)


def _open_again(fd: int) -> int:
    return os.open(f"/proc/self/fd/{fd}", fcntl.fcntl(fd, fcntl.F_GETFL) & _KEPT_FLAGS)


def describe_shared(fd: int) -> str | None:
    """What forked workers would share, as in `opened …`; None if it does no harm, or if the descriptor is closed."""
    try:
        status = os.fstat(fd)
        target = os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        return None
    mode = status.st_mode
    if stat.S_ISSOCK(mode):
        return _describe_socket(fd)
    if stat.S_ISFIFO(mode):
        return None if _is_resource_tracker(fd) else "a pipe" if target.startswith("pipe:") else f"the pipe {target}"
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        device = (os.major(status.st_rdev), os.minor(status.st_rdev))
        return None if device in _STATELESS or device[0] in _TERMINALS else f"the device {target}"
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        if find_file(fd) or target.startswith("pidfd:") or fcntl.fcntl(fd, fcntl.F_GETFL) & _PATH_ONLY:
            return None
        return f"the file {target}"
    name = target.removeprefix("anon_inode:").strip("[]")
    return None if name == "pidfd" else _ANONYMOUS.get(name, f"{target or 'a descriptor'}")


def _describe_socket(fd: int) -> str:
    with socket.socket(fileno=os.dup(fd)) as copy:
        try:
            peer = _address(copy.getpeername())
            return f"a connection to {peer}" if peer else "a pair of connected sockets"
        except OSError:
            pass
        try:
            name = _address(copy.getsockname())
            listens = copy.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        except OSError:
            return "a socket"
        return f"a socket that listens at {name}" if listens else "a socket"


def _address(address: object) -> str:
    if isinstance(address, bytes):
        address = "@" + address.lstrip(b"\0").decode(errors="replace")
    if isinstance(address, tuple) and len(address) >= 2:
        host = f"[{address[0]}]" if ":" in str(address[0]) else address[0]
        return f"{host}:{address[1]}"
    return str(address)


def _is_resource_tracker(fd: int) -> bool:
    """A pipe that is made to be shared: the tracker reads whole lines from all processes, and ends with the last."""
    for package in _TRACKERS:
        module = sys.modules.get(f"{package}.resource_tracker")
        if getattr(getattr(module, "_resource_tracker", None), "_fd", None) == fd:
            return True
    return False
