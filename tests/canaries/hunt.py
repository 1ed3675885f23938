"""Each change against the tests that come by it, the quickest first, until one fails."""

import collections
import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from reach import outcome
from switches import TREE

KEPT = TREE.work / "verdicts.jsonl"
LIKELY = 8
"""How many tests are tried first that come by most of what stands in the change's function."""
QUICK = 2
"""Seconds, if they last no longer."""
AT_ONCE = (8, 32)
"""How many tests of a program make its first chunk and its second; what is left of it is the third."""
SLOW = 45
"""Seconds: what a machine that is busy besides may take more than ten times as long."""
VERDICTS = ("caught", "time", "missed", "given up", "unreached")


def verdicts():
    """What is known of each change, by its name."""
    if not KEPT.exists():
        return {}
    return {line["name"]: line for line in map(json.loads, KEPT.read_text().splitlines())}


def hunt(changes, every, tests, seconds):
    """Tries the changes, each with no more than so many seconds of tests. `every` change there is tells what stands in a function."""
    reached = {id(test): set(test.reaches) for test in tests}
    functions = collections.defaultdict(set)
    for number, change in every.items():
        functions[function_of(change)].add(number)
    tally, lock = collections.Counter(), threading.Lock()

    def try_one(number):
        began, beside = time.monotonic(), functions[function_of(changes[number])]
        # Who comes by much of a function is likely to look at what it does.
        mine = [(-len(beside & reached[id(test)]), test) for test in tests if number in reached[id(test)]]
        mine = [test for _, test in sorted(mine, key=lambda pair: (pair[0], pair[1].took))]
        verdict, by, left = judge(number, mine, changes[number]["package"], seconds)
        line = {"name": changes[number]["name"], "verdict": verdict, "by": by, "left": left, "took": round(time.monotonic() - began, 1)}
        with lock:
            with KEPT.open("a") as kept:
                kept.write(json.dumps(line) + "\n")
            tally[verdict] += 1
            if tally.total() % 100 == 0:
                print(f"{tally.total()} of {len(changes)}: {dict(tally)}", flush=True)

    # More than processors, as many a test waits.
    with ThreadPoolExecutor(5 * os.cpu_count()) as lanes:
        list(lanes.map(try_one, changes))


def function_of(change):
    return change["file"], (change["function"] or {}).get("function_name")


def judge(number, tests, crate, seconds):
    """The verdict, the test that it is of, and how many tests were not tried. A crate's own tests come first."""
    likely = [test for test in tests if test.took < QUICK][:LIKELY]
    tried = {id(test) for test in likely}
    others = sorted((test for test in tests if id(test) not in tried), key=lambda test: test.took)
    chunks = [*chunked(likely), *sorted(chunked(others), key=lambda chunk: (not chunk[0].suite.startswith(crate), cost(chunk)))]
    spent, left = 0.0, 0
    for chunk in chunks:
        if spent and spent + cost(chunk) > seconds:
            left += len(chunk)
            continue
        spent += cost(chunk)
        by = outcome(chunk, SLOW + 10 * cost(chunk), {"MUTANT": str(number)})
        if by:
            return ("time" if by == "time" else "caught"), (by if by != "time" else chunk[0].suite), left
    return ("given up" if left else "missed" if chunks else "unreached"), "", left


def cost(chunk):
    return sum(test.took for test in chunk)


def chunked(tests):
    by_program = collections.defaultdict(list)
    for test in tests:
        by_program[tuple(test.program) if test.rust else (test.suite, test.name)].append(test)
    first, second = AT_ONCE
    for of_one in by_program.values():
        for chunk in (of_one[:first], of_one[first : first + second], of_one[first + second :]):
            if chunk:
                yield chunk
