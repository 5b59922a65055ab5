"""Holds a copy of every descriptor of another process, like a child that has inherited them."""

import ctypes
import os
import sys
import time

_PIDFD_GETFD = 438

pid = int(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)
handle = os.pidfd_open(pid)
copies = [libc.syscall(_PIDFD_GETFD, handle, int(name), 0) for name in os.listdir(f"/proc/{pid}/fd")]
os.close(handle)
print(sum(copy >= 0 for copy in copies), flush=True)
time.sleep(60)
