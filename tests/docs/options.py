#!/usr/bin/env python3
"""options.py SLUICE PAGE: every verb and option of the command is on its page, and the page names no others."""

import pathlib
import re
import subprocess
import sys


def offered(sluice, *verb):
    """Verbs and long options in the help of `sluice verb` and of the verbs below it."""
    text = subprocess.run([sluice, *verb, "--help"], capture_output=True, text=True, check=True).stdout
    found = set(re.findall(r"^  .{0,28}?(--[a-z][a-z-]+)", text, re.MULTILINE))
    below = re.findall(r"^  ([a-z]+) ", text.partition("\nSubcommands:\n")[2], re.MULTILINE)
    return found.union(below, *(offered(sluice, *verb, name) for name in below))


def documented(page):
    """The same of the tables and the text of a page; sessions left out."""
    text = re.sub(r"^```.*?^```", "", pathlib.Path(page).read_text(), flags=re.MULTILINE | re.DOTALL)
    code = " ".join(re.findall(r"`([^`]+)`", text))
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", code)) | set(re.findall(r"^\| `([a-z ]+?) [A-Z]", text, re.MULTILINE))


if __name__ == "__main__":
    there, told = offered(sys.argv[1]), documented(sys.argv[2])
    told = {word for words in told for word in words.split()}
    for what, names in (("not on the page", there - told), ("on the page only", told - there)):
        if names:
            print(f"{sys.argv[2]}: {what}: {' '.join(sorted(names))}")
    print(f"{len(there)} verbs and options")
    sys.exit(0 if there == told else 1)
