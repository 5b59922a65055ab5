"""Gives the pid of a process that has ended to another one, then requests a signal for the first one.

Both lead process groups, so the number of the group is reused as well. Runs in a PID namespace of its own, in which it
may choose pids, and which ends with it. Prints JSON: the outcome, and whether the impostor and the other member of its
group are alive.
"""

import json
import subprocess
import sys
import time

# Prints the pid of the other member of its group, and waits for it.
LEADER = ["sh", "-c", "sleep 60 & echo $!; wait"]


def stat(pid: int) -> "list[str]":
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()


def start_as(pid: int) -> "subprocess.Popen[bytes]":
    with open("/proc/sys/kernel/ns_last_pid", "w") as file:
        file.write(str(pid - 1))
    return subprocess.Popen(LEADER, start_new_session=True, stdout=subprocess.PIPE)


victim = subprocess.Popen(["sleep", "60"], start_new_session=True)
target = {"pid": victim.pid, "startTime": stat(victim.pid)[19]}
time.sleep(0.05)
victim.kill()
victim.wait()
impostor = start_as(target["pid"])
assert impostor.stdout is not None
member = int(impostor.stdout.readline())
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
            "sameGroup": stat(member)[2] == str(target["pid"]),
            "lives": impostor.poll() is None,
            "memberLives": stat(member)[0] != "Z",
        }
    )
)
