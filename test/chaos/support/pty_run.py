"""Runs a command on a terminal of its own. Each line on standard input is a key or an action."""

import os
import pty
import signal
import sys
import threading

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])


def read_actions() -> None:
    for line in sys.stdin:
        if line == "interrupt\n":
            os.write(terminal, b"\x03")  # the terminal sends SIGINT to its foreground process group
        elif line == "hang up\n":
            os.close(terminal)


threading.Thread(target=read_actions, daemon=True).start()
signal.signal(signal.SIGHUP, signal.SIG_IGN)
while True:
    try:
        chunk = os.read(terminal, 4096)
    except OSError:
        break
    if not chunk:
        break
    sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()
_, status = os.waitpid(pid, 0)
code = os.waitstatus_to_exitcode(status)
os._exit(code if code >= 0 else 128 - code)
