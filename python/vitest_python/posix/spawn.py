"""Starts a program as a child that can't outlive this process."""

from __future__ import annotations

import errno
import os
import signal
from typing import NoReturn

from .cgroup import Cgroup
from .prctl import die_with_parent

# Signals that the reaper or Python ignores. A child would inherit that through exec.
_DEFAULT_SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD]


def spawn(
    argv: list[str], env: dict[str, str], cwd: str, log: str, cgroup: Cgroup | None = None, stdin: int | None = None
) -> int:
    """Start `argv` with exactly `env` and with both outputs appended to `log`. Without `stdin`, it has no input.

    Returns the pid. Raises OSError if the log can't be opened, if `cwd` isn't usable, or if the program can't start.
    """
    if not argv:
        raise OSError(errno.EINVAL, "argv is empty")
    failures, failed = os.pipe()  # exec closes it, so it is empty if the program has started
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        os.close(failures)
        _exec_child(argv, env, cwd, log, parent, failed, cgroup, stdin)
    os.close(failed)
    with open(failures, "rb") as file:
        message = file.read()
    if message:
        os.waitpid(pid, 0)
        number, _, name = message.decode().partition(" ")
        raise OSError(int(number), os.strerror(int(number)), name)
    return pid


def _exec_child(
    argv: list[str],
    env: dict[str, str],
    cwd: str,
    log: str,
    parent: int,
    failed: int,
    cgroup: Cgroup | None,
    stdin: int | None,
) -> NoReturn:
    about = log
    try:
        die_with_parent(parent)
        if cgroup is not None:
            cgroup.enter()
        signal.set_wakeup_fd(-1)
        for number in _DEFAULT_SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        redirect_output(log)
        if stdin is not None:
            os.dup2(stdin, 0)
        about = cwd
        os.chdir(cwd)
        about = argv[0]
        os.execvpe(argv[0], argv, env)
    except Exception as error:
        # ValueError: the name of a variable has a NUL or an `=`.
        what = f"{error.errno} {about}" if isinstance(error, OSError) else f"{int(errno.EINVAL)} {error}"
        os.write(failed, what.encode())
    finally:
        os._exit(127)


def redirect_output(log: str) -> None:
    """Point descriptor 0 at /dev/null, and 1 and 2 at the end of `log`, which is created with mode 0600."""
    null = os.open(os.devnull, os.O_RDONLY)
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(null, 0)
    os.dup2(out, 1)
    os.dup2(out, 2)
    for fd in (null, out):
        if fd > 2:
            os.close(fd)
