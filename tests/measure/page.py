#!/usr/bin/env python3
"""
Makes the page of a bench report: README.md and SVG plots, the same bytes for the same numbers.

page.py machine FOLDER             writes what machine this is into FOLDER/machine.json
page.py not-run FOLDER PART LOG    writes that a part could not run, and the log's last line for the reason
page.py page FOLDER PART...        writes the page, with the parts in this order, and prints its table
"""

import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Json = dict[str, Any]


def machine() -> Json:
    """What the figures were taken on."""

    def said(*command: str) -> str:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    info = Path("/proc/cpuinfo")
    models = [
        line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line
    ]
    return {
        "cpu": (models or [platform.processor() or platform.machine()])[0],
        "cores": os.cpu_count(),
        "kernel": f"{platform.system()} {platform.release()}",
        "rustc": said("rustc", "--version"),
        "commit": said("git", "rev-parse", "--short", "HEAD"),
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
    }


def not_run(part: str, log: Path) -> Json:
    """A part that could not run, and why."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return {"part": part, "not_run": lines[-1].strip()[:300] if lines else "it said nothing"}


def number(value: float | None) -> str:
    """A figure with three digits that count."""
    if value is None:
        return ""
    if value == int(value) and abs(value) < 1e6:
        return f"{int(value):,}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3g}"


def verdict(ratio: Json) -> str:
    """Whether a goal was met, in words."""
    return {True: "met", False: "**not met**", None: ""}[ratio.get("met")]


def table(head: list[str], rows: list[list[str]], numbers: set[int]) -> list[str]:
    """A table in Markdown; the columns of numbers are set to the right."""
    rule = ["---:" if i in numbers else "---" for i in range(len(head))]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in [head, rule, *rows]]


def ratios(parts: list[Json]) -> list[str]:
    """The one table of all ratios beside their goals."""
    rows = []
    for part in parts:
        title = f"[{part['title']}](#{anchor(part['title'])})"
        for ratio in part["ratios"]:
            beside = f"{ratio['of']} : {ratio['to']}"
            rows.append([title, ratio["what"], beside, number(ratio["ratio"]), ratio["goal"], verdict(ratio)])
    return table(["", "what", "of : to", "ratio", "goal", ""], rows, {3})


def anchor(title: str) -> str:
    """The name by which a page's own heading is linked."""
    return "".join(c for c in title.lower().replace(" ", "-") if c.isalnum() or c == "-")


def section(part: Json, folder: Path) -> list[str]:
    """A part: its goal, plots, figures and limits."""
    lines = [f"## {part['title']}", "", part["goal"], ""]
    for plot in part["plots"]:
        draw(plot, folder / plot["file"])
        lines += [f"![{plot['title']}]({plot['file']})", ""]
    rows = [
        [
            row["what"],
            row["of"],
            number(row["median"]),
            f"{number(row['low'])} … {number(row['high'])}" if row["samples"] > 1 else "",
            row["unit"],
            row.get("note", ""),
        ]
        for row in part["rows"]
    ]
    lines += table(["what", "of", "median", "quartiles", "unit", ""], rows, {2})
    return [*lines, "", *([part["limits"], ""] if part["limits"] else [])]


def draw(plot: Json, path: Path) -> None:
    """One plot. It needs a library that `machine` and `not-run` do without."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "dollr", "svg.fonttype": "path", "font.size": 9})
    from matplotlib import pyplot

    bars, lines = plot.get("bars", []), plot.get("lines", [])
    figure, axes = pyplot.subplots(figsize=(8, 0.9 + 0.4 * len(bars) if bars else 4.2), layout="constrained")
    if bars:
        names, values = [bar["name"] for bar in bars], [bar["value"] for bar in bars]
        spread = [[bar["value"] - bar["low"] for bar in bars], [bar["high"] - bar["value"] for bar in bars]]
        colours = ["tab:blue" if "dollr" in name else "lightgray" for name in names]
        axes.barh(names, values, xerr=spread, color=colours, ecolor="dimgray", capsize=2)
        axes.invert_yaxis()
        # The figures of bars lie along the page.
        axes.set_xlabel(plot["y"]["label"])
        axes.set_xscale("log" if plot["y"]["log"] else "linear")
    else:
        for n, line in enumerate(lines):
            style = {"linestyle": "", "marker": "os^Dv<>P*X"[n % 10]} if line.get("points") else {}
            axes.plot(line["x"], line["y"], label=line["name"], **style)
        axes.set_xlabel(plot["x"]["label"])
        axes.set_ylabel(plot["y"]["label"])
        axes.set_xscale("log" if plot["x"]["log"] else "linear")
        axes.set_yscale("log" if plot["y"]["log"] else "linear")
        if len(lines) > 1:
            axes.legend(fontsize="small")
    axes.set_title(plot["title"])
    axes.grid(alpha=0.3)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def page(folder: Path, names: list[str]) -> list[str]:
    """Writes the page; its table comes back."""
    on = json.loads((folder / "machine.json").read_text())
    files = [folder / f"{name}.json" for name in names]
    every = [json.loads(file.read_text()) for file in files if file.is_file()]
    parts = [part for part in every if "not_run" not in part]
    head = ratios(parts)
    lines = [
        "# Measured",
        "",
        "What `tests/bench` has found on one machine; its parts are in `tests/measure`. A measured ratio is",
        "the median of the ratios of each round, in which all that is compared had its turn.",
        "",
        f"{on['cpu']}, {on['cores']} cores, {on['kernel']}, {on['rustc']}, at {on['commit']}, {on['date']}.",
        "",
        *head,
        "",
    ]
    missing = [name for name in names if not any(part["part"] == name for part in every)]
    reasons = [f"- {part['part']}: {part['not_run']}" for part in every if "not_run" in part]
    reasons += [f"- {name}: not asked for yet" for name in missing]
    if reasons:
        lines += ["Not run:", "", *reasons, ""]
    for part in parts:
        lines += section(part, folder)
    (folder / "README.md").write_text("\n".join(lines).rstrip("\n") + "\n")
    return [*head, *reasons]


def main(arguments: list[str]) -> int:
    """Does what its first argument says."""
    match arguments:
        case ["machine", folder]:
            (Path(folder) / "machine.json").write_text(json.dumps(machine(), indent=2) + "\n")
        case ["not-run", folder, part, log]:
            said = json.dumps(not_run(part, Path(log)), indent=2, ensure_ascii=False)
            (Path(folder) / f"{part}.json").write_text(said + "\n")
        case ["page", folder, *names]:
            print("\n".join(page(Path(folder), names)))
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
