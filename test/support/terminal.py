"""Runs a command on a terminal of its own. Each line on standard input is a JSON string to write to it; null hangs up."""

import json
import os
import pty
import signal
import sys
import threading

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])


def write() -> None:
    for line in sys.stdin:
        text = json.loads(line)
        if text is None:
            os.close(terminal)
        else:
            os.write(terminal, text.encode())


threading.Thread(target=write, daemon=True).start()
# The command gets the signals that are meant for it.
signal.signal(signal.SIGHUP, signal.SIG_IGN)
signal.signal(signal.SIGTERM, lambda *_: os.kill(pid, signal.SIGTERM))
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
