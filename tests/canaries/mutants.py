"""Which changes of the crates no test notices."""

import argparse
import collections
import tomllib
from pathlib import Path

import hunt
import reach
from switches import HOMES, lay

SURVIVORS = Path(__file__).parent / "survivors.toml"


def main():
    given = argparse.ArgumentParser(prog="tests/canaries/mutants", description=__doc__)
    given.add_argument("crates", nargs="*", metavar="CRATE", help=f"{', '.join(HOMES)}; all of them if none is named")
    given.add_argument("--seconds", type=float, default=60, help="of tests that are tried at most for a change (60)")
    given.add_argument("--again", default="", metavar="VERDICT,...", help=f"try these once more: {', '.join(hunt.VERDICTS)}")
    given.add_argument("--known", action="store_true", help="with what the last run has found of tests that have not changed")
    given.add_argument("--only-tell", action="store_true", help="what is known, and try nothing")
    given = given.parse_args()
    for crate in given.crates:
        if crate not in HOMES:
            raise SystemExit(f"there is no crate {crate} here: it is one of {', '.join(HOMES)}")
    crates = given.crates or list(HOMES)
    changes = lay()
    if not given.only_tell:
        known, again = hunt.verdicts(), given.again.split(",")
        left = {
            number: change
            for number, change in changes.items()
            if change["package"] in crates and not change["out"]
            if change["name"] not in known or known[change["name"]]["verdict"] in again
        }
        if left:
            tests = reach.reached(changes, given.known)
            print(f"{len(left)} changes to try", flush=True)
            hunt.hunt(left, changes, tests, given.seconds)
    tell(crates, changes)


def tell(crates, changes):
    known = hunt.verdicts()
    reasons = tomllib.loads(SURVIVORS.read_text())["survivor"]
    print(
        f"{'crate':16}{'listed':>8}{'compile':>9}",
        *(f"{verdict:>10}" for verdict in hunt.VERDICTS),
        f"{'share':>9}{'+ time':>9}{'reasoned':>10}",
    )
    unreasoned = []
    for crate in crates:
        of_crate = [change for change in changes.values() if change["package"] == crate]
        tried = [known[change["name"]] for change in of_crate if not change["out"] and change["name"] in known]
        counts = collections.Counter(line["verdict"] for line in tried)
        survivors = [line["name"] for line in tried if line["verdict"] not in ("caught", "time")]
        bare = [name for name in survivors if not any(covers(reason, name) for reason in reasons)]
        unreasoned += bare
        print(
            f"{crate:16}{len(of_crate):8}{sum(not change['out'] for change in of_crate):9}",
            *(f"{counts[verdict]:10}" for verdict in hunt.VERDICTS),
            *(f"{100 * share / max(len(tried), 1):7.1f} %" for share in (counts["caught"], counts["caught"] + counts["time"])),
            f"{len(survivors) - len(bare):9}",
        )
    print(*unreasoned, sep="\n")


def covers(reason, name):
    """Whether a reason is one for the change: it names its file, and words of it."""
    return name.startswith(reason["file"] + ":") and any(words in name for words in reason["changes"])


if __name__ == "__main__":
    main()
