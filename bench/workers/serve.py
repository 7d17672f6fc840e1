"""How a worker in Python runs its cases: what serve.ts does, with the same numbers."""

import json
import os
import statistics
import sys
import time

LEAST = 10
SPAN = 0.1 if "BENCH_QUICK" in os.environ else 1.5
GRAIN = 1e-3
LONG = 0.2


THREADS = int(os.environ.get("BENCH_THREADS", "1"))


def keep_cores():
    """Keep the threads that a library makes on as many cores as are asked for."""
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[-THREADS:]))


def say(**message):
    os.write(1, (json.dumps(message) + "\n").encode())


def median_ms(step, workload):
    def run(count):
        start = time.perf_counter()
        for _ in range(count):
            step()
        taken = (time.perf_counter() - start) / count
        if taken > LONG:
            say(event="step", workload=workload, ms=taken * 1e3)
        return taken

    warm = time.perf_counter()
    count = 1
    last = run(1)
    while time.perf_counter() - warm < SPAN:
        last = run(count)
        count = max(1, int(GRAIN / max(last, 1e-9)) + 1)
    times = []
    start = time.perf_counter()
    while len(times) < LEAST or time.perf_counter() - start < SPAN:
        times.append(run(count))
    return statistics.median(times) * 1e3


def serve(cases):
    """Run the cases that the command line names; each makes its step, or (step, note), or says why there is none."""
    for workload in sys.argv[1:]:
        say(event="begin", workload=workload)
        try:
            made = cases[workload]()
            if isinstance(made, str):
                say(event="none", workload=workload, reason=made)
                continue
            step, note = made if isinstance(made, tuple) else (made, None)
            say(event="ready", workload=workload, **({"note": note} if note else {}))
            ms = median_ms(step, workload)
            say(event="done", workload=workload, ms=ms)
        except Exception as error:  # noqa: BLE001: the other cases go on
            say(event="none", workload=workload, reason=f"{type(error).__name__}: {error}")
