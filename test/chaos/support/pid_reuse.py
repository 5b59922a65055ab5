"""Gives the pid of a process that has ended to another one, and has the first one signalled.

For a PID namespace of its own, where this may choose pids. Prints JSON: the outcome, and whether the impostor lives.
"""

import json
import subprocess
import sys
import time


def start_time(pid: int) -> str:
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[19]


def start_as(pid: int) -> "subprocess.Popen[bytes]":
    with open("/proc/sys/kernel/ns_last_pid", "w") as file:
        file.write(str(pid - 1))
    return subprocess.Popen(["sleep", "60"])


victim = subprocess.Popen(["sleep", "60"])
target = {"pid": victim.pid, "startTime": start_time(victim.pid)}
time.sleep(0.05)
victim.kill()
victim.wait()
impostor = start_as(target["pid"])
request = {"op": "signal", "request": 1, "signal": "SIGKILL", "targets": [target]}
answer = subprocess.run(
    [sys.executable, "-I", "-S", sys.argv[1], "signal"],
    input=json.dumps(request) + "\n",
    capture_output=True,
    text=True,
    check=True,
)
time.sleep(0.05)
print(
    json.dumps(
        {
            "reused": impostor.pid == target["pid"],
            "outcome": json.loads(answer.stdout)["outcomes"][0]["outcome"],
            "lives": impostor.poll() is None,
        }
    )
)
impostor.kill()
