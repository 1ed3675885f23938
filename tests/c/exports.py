"""What the library exports, what the header declares, and what the C tests call are the same, and every item of the header is
documented. Prints what is not so."""

import re
import subprocess
import sys

library, header_path, *sources = sys.argv[1:]
symbols = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
exported = {line.split()[-1].split("@")[0] for line in symbols.splitlines()}
header = open(header_path).read()
declared = set(re.findall(r"^(?:u?int\d+_t|void) (dollr_\w+)\(", header, re.M))
called = set()
for source in sources:
    called |= set(re.findall(r"\b(dollr_\w+)\(", open(source).read()))

faults = [f"exported, and not of ours: {name}" for name in sorted(exported - {n for n in exported if n.startswith("dollr_")})]
faults += [f"exported, and not in the header: {name}" for name in sorted(exported - declared)]
faults += [f"in the header, and not exported: {name}" for name in sorted(declared - exported)]
faults += [f"never called by a C test: {name}" for name in sorted(declared - called)]

# Each constant, type, field and function has a comment right above it.
lines = header.splitlines()
inside = False
for number, line in enumerate(lines):
    item = None
    if line.startswith("#define DOLLR_") and line != "#define DOLLR_H":
        item = line.split()[1]
    elif re.match(r"typedef struct \w+ \w+;|(u?int\d+_t|void) dollr_", line):
        item = line
    elif re.match(r"typedef struct \w+ \{", line):
        item, inside = line, True
    elif line.startswith("}"):
        inside = False
    elif inside and re.match(r"\s+[^/\s].*;$", line):
        item = line.strip()
    if item and not lines[number - 1].lstrip().startswith("//"):
        faults.append(f"{header_path}:{number + 1}: not documented: {item}")

# The size of each structure is pinned.
pinned = "".join(open(source).read() for source in sources)
for name in re.findall(r"typedef struct (\w+) \{", header):
    if f"SIZE({name}, " not in pinned:
        faults.append(f"its size is not pinned: {name}")

# A code is given once, and in the range of its kind.
codes = {name: int(number) for name, number in re.findall(r"#define DOLLR_ERROR_(\w+) (\d+)", header)}
for name, number in codes.items():
    kind = 3 if re.match("JOURNAL_|EXISTS|ORDER_TAKEN|STALE|UNKNOWN_ENTRY", name) else number // 100
    if list(codes.values()).count(number) > 1 or number // 100 != kind or not 0 < number < 400:
        faults.append(f"its code is another's, or not of its range: DOLLR_ERROR_{name} {number}")

if not declared:
    faults.append("the header declares nothing")
print("\n".join(faults) or f"{len(declared)} functions: exported, declared, documented and called")
sys.exit(bool(faults))
