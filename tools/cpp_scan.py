"""What the house linters share: C++ files of the tree, and their text as code without comments and literals."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

_NOISE = re.compile(
    r"""(?P<raw>R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)")"""
    r"""|(?P<string>"(?:\\.|[^"\\\n])*")"""
    r"""|(?P<char>(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+')"""
    r"""|(?P<comment>//[^\n]*|/\*.*?\*/)""",
    re.DOTALL,
)
_TOKEN = re.compile(r"[A-Za-z_]\w*|\d[\w.']*|->\*?|::|<=>|<<=|>>=|\.\.\.|[-+*/%^&|!=<>]=|&&|\|\||\+\+|--|<<|\"\"|\S")


def _blank(match):
    """Keeps the line count, and an empty string where a literal stood."""
    newlines = "\n" * match.group().count("\n")
    return (" " if match.lastgroup == "comment" else '""') + newlines


def without_comments(text):
    """The text with comments blanked; literals stay, lines keep their numbers."""
    return _NOISE.sub(lambda m: _blank(m) if m.lastgroup == "comment" else m.group(), text)


def code_only(text):
    """The text with comments and literals blanked; lines keep their numbers."""
    return _NOISE.sub(_blank, text)


def tokens(text):
    """(token, line) pairs of the code, preprocessor lines left out."""
    found = []
    continued = False
    for number, line in enumerate(code_only(text).split("\n"), 1):
        directive = continued or line.lstrip().startswith("#")
        continued = directive and line.rstrip().endswith("\\")
        if not directive:
            found += [(t, number) for t in _TOKEN.findall(line)]
    return found


def closing(toks, start):
    """Index of the bracket that closes toks[start], or len(toks)."""
    pairs = {"(": ")", "[": "]", "{": "}"}
    depth = 0
    for i in range(start, len(toks)):
        if toks[i][0] in pairs:
            depth += 1
        elif toks[i][0] in pairs.values():
            depth -= 1
            if depth == 0:
                return i
    return len(toks)


def tracked(*patterns):
    """Tracked and new files of the tree that match, as paths relative to the root, in order."""
    mine = f"safe.directory={ROOT}"  # a tree mounted into a container belongs to somebody else
    command = ["git", "-c", mine, "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted({p for p in out.splitlines() if (ROOT / p).is_file()})


def report(problems):
    """Prints "path:line: text" for each problem; the exit code of a linter."""
    for path, line, text in problems:
        print(f"{path}:{line}: {text}")
    return 1 if problems else 0


def lint(check, *patterns):
    """Runs check(path, text) over the files given on the command line, or all that match."""
    paths = sys.argv[1:] or tracked(*patterns)
    problems = []
    for path in paths:
        text = (ROOT / path).read_text(encoding="utf-8")
        problems += [(path, line, what) for line, what in check(str(path), text)]
    return report(problems)
