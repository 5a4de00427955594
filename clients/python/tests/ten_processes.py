"""Ten processes send 10,000 events each: `ten_processes.py URL KEY SESSION`. Prints what was accepted."""

import json
import multiprocessing
import sys

import runfold


def send(url, key, session, number, results):
    client = runfold.Client(url, key or None, exit_seconds=120, on_error=lambda _: None)
    for index in range(10_000):
        client.emit({"type": "message", "role": "assistant", "id": f"{number}/{index}", "run_id": f"run-{number}",
                     "session_id": session, "metrics": {"input_tokens": 1, "output_tokens": 2}})
        if index == 100:
            print("sending", flush=True)
    client.close(120)
    results.put(client.stats()._asdict())


if __name__ == "__main__":
    results = multiprocessing.Queue()
    workers = [multiprocessing.Process(target=send, args=(*sys.argv[1:4], number, results)) for number in range(10)]
    for worker in workers:
        worker.start()
    totals = [results.get(timeout=150) for _ in workers]
    for worker in workers:
        worker.join()
    print(json.dumps({name: sum(one[name] for one in totals) for name in totals[0]}))
