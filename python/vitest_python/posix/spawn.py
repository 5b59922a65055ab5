"""Starts a program as a child that cannot outlive this process."""

from __future__ import annotations

import errno
import os
import signal
from typing import NoReturn

from .cgroup import Cgroup
from .prctl import die_with_parent

# What this program ignores or what Python ignores: an ignored signal stays ignored through exec.
_RESTORED = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD]


def spawn(argv: list[str], env: dict[str, str], cwd: str, log: str, cgroup: Cgroup | None = None) -> int:
    """Executes `argv` with exactly `env`, no standard input, and both outputs appended to `log`, inside `cgroup`.

    Returns its pid. Raises OSError where the log, the directory or the program cannot be had.
    """
    if not argv:
        raise OSError(errno.EINVAL, "argv is empty")
    failures, failed = os.pipe()  # closes on exec: its end without a word is the success
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        os.close(failures)
        _become(argv, env, cwd, log, parent, failed, cgroup)
    os.close(failed)
    with open(failures, "rb") as file:
        message = file.read()
    if message:
        os.waitpid(pid, 0)
        number, _, name = message.decode().partition(" ")
        raise OSError(int(number), os.strerror(int(number)), name)
    return pid


def _become(
    argv: list[str], env: dict[str, str], cwd: str, log: str, parent: int, failed: int, cgroup: Cgroup | None
) -> NoReturn:
    about = log
    try:
        die_with_parent(parent)
        if cgroup is not None:
            cgroup.enter()
        signal.set_wakeup_fd(-1)
        for number in _RESTORED:
            signal.signal(number, signal.SIG_DFL)
        redirect_output(log)
        about = cwd
        os.chdir(cwd)
        about = argv[0]
        os.execvpe(argv[0], argv, env)
    except Exception as error:
        # ValueError: a NUL or an `=` in the name of a variable.
        what = f"{error.errno} {about}" if isinstance(error, OSError) else f"{int(errno.EINVAL)} {error}"
        os.write(failed, what.encode())
    finally:
        os._exit(127)


def redirect_output(log: str) -> None:
    """Points descriptor 0 at nothing and 1 and 2 at the end of `log`, made with mode 0600."""
    null = os.open(os.devnull, os.O_RDONLY)
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(null, 0)
    os.dup2(out, 1)
    os.dup2(out, 2)
    for fd in (null, out):
        if fd > 2:
            os.close(fd)
