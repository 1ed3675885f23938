"""Writes a C program that makes each function of the header panic once, and wants DOLLR_ERROR_PANIC from it (T24)."""

import re
import sys

header = open(sys.argv[1]).read()
body = []
count = 0
for result, name, arguments in re.findall(r"^(u?int\d+_t|void) (dollr_\w+)\(([^)]*)\);", header, re.M):
    if arguments.strip() == "void":
        continue  # a constant is all that it gives
    count += 1
    names = []
    body.append(f"    /* {name} */ {{")
    for argument in re.sub(r"\s+", " ", arguments).split(","):
        kind, pointers, variable = re.match(r"\s*(.*?)\s*(\**)(\w+)$", argument).groups()
        if variable == "error" and pointers == "**":
            names.append("&error")
            continue
        body.append(f"        {kind.removeprefix('const ')} {pointers}{variable};")
        body.append(f"        memset(&{variable}, 0, sizeof {variable});")
        names.append(variable)
    call = f"{name}({', '.join(names)})"
    body.append(f"        wants_panic({call}, \"{name}\", {'1' if '&error' in names else '0'});")
    body.append("    }")

print(f"""#include <dollr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void dollr_inject_panics(bool on);
static dollr_error *error;

static void wants_panic(int32_t code, const char *name, int object) {{
    dollr_error_info info;
    dollr_inject_panics(false);
    if (code != DOLLR_ERROR_PANIC || (object && (dollr_error_read(error, &info) != DOLLR_OK || info.code != code ||
                                                 dollr_error_free(error) != DOLLR_OK))) {{
        fprintf(stderr, "%s: %d, and not a panic\\n", name, (int)code);
        exit(1);
    }}
    error = NULL;
    dollr_inject_panics(true);
}}

int main(void) {{
    dollr_inject_panics(true);
{chr(10).join(body)}
    dollr_inject_panics(false);
    printf("{count} functions have panicked\\n");
    return {0 if count > 70 else 1};
}}""")
