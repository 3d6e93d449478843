"""One of several processes that train together; `tests/test_processes.py` starts them.

python -m tests.joint HOST:PORT PROCESSES PROCESS TASK [WORDS ...]

The last line of standard output is the result of the task, as JSON.
"""

import json
import os
import sys

from jaxgan.runs.processes import connect

if __name__ == "__main__":
    own = os.dup(1)
    os.dup2(2, 1)  # JAX's libraries write there
    coordinator, processes, process, task, *words = sys.argv[1:]
    if int(processes) > 1:
        connect(coordinator, int(processes), int(process), seconds=60, heartbeat=10)

    from tests.joint_tasks import carry_out  # after the connection: it makes arrays

    result = carry_out(int(process), task, words)
    os.write(own, f"{json.dumps(result)}\n".encode())
