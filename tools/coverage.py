"""The coverage ring, on demand: branches of what decides and of what waits that the tests take, and a few mutants that they must notice.

Coverage is clang's (llvm-cov): unit, stream, conformance (memory, file and S3) and 100 random worlds. Each module below has to have 95 % of
its branches taken. build/coverage/branches.txt tells those that were not.

A mutant is the library with one token of one line changed: a comparison turned round or shifted, a logical operator or a truth exchanged,
a constant moved by one, a plain statement left out. It is built, and its module's files of the tests run; a mutant that they pass has
survived, and is told with its line, for somebody to look at. Which mutants is a matter of the seed, and so always the same.
"""

import collections
import json
import pathlib
import random
import re
import shlex
import subprocess

from ringlib import BUILD, JOBS, LOGS, ROOT, Tally, build, configure, doctest, fail, run, say, side_by_side, sources_of, steady, targets

MODULES = ["retry", "http", "transfer", "auth", "codec"]
WANTED = 95.0
OPTIONS = ("clang++-16", "-Dbuildtype=plain", "-Doptimization=0", "-Ddebug=false", "-Dcli=false",
           "-Dcpp_args=-g1 -fprofile-instr-generate -fcoverage-mapping", "-Dcpp_link_args=-fprofile-instr-generate")
PROFILES = BUILD / "coverage" / "profiles"
# Title -> program, options and environment.
RUNS = {"unit": ("unit", [], {}), "stream": ("stream", [], {}), "sim": ("sim", ["--seeds", "100"], {}),
        **{f"conformance {kind}": ("conformance", [], {"SLUICE_STORE": kind}) for kind in ("memory", "file", "s3", "s3-directory", "limited")}}


def measure(there, title):
    """One program, with its counts in a file of its own."""
    program, options, env = RUNS[title]
    profile = {"LLVM_PROFILE_FILE": str(PROFILES / f"{title.replace(' ', '-')}.profraw")}
    code, log = run(f"coverage {title}", [*steady(), str(there[program]), *options], 1800, {**env, **profile})
    return Tally(passed=1) if code == 0 else fail(f"coverage {title}", log)


def branches(there):
    """Module -> branches, branches taken; and the text of those that were not taken, by file."""
    merged = BUILD / "coverage" / "merged.profdata"
    subprocess.run(["llvm-profdata-16", "merge", "-sparse", "-o", merged, *PROFILES.glob("*.profraw")], check=True)
    programs = sorted({program for program, _, _ in RUNS.values()})
    objects = [there[programs[0]], *[f"-object={there[name]}" for name in programs[1:]]]
    files = [path for module in MODULES for path in sorted((ROOT / "lib" / module).rglob("*.[ch]pp"))]
    command = ["llvm-cov-16", "export", f"-instr-profile={merged}", *objects, *files]
    document = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return {pathlib.Path(one["filename"]).resolve().relative_to(ROOT): one for one in document["data"][0]["files"]}


def places_of(one):
    """(line, column) -> was it true, was it false: over all copies of a branch, which templates and inlining make several of."""
    places = collections.defaultdict(lambda: [False, False])
    for line, column, _, _, true, false, *_ in one["branches"]:
        place = places[line, column]
        place[0], place[1] = place[0] or true > 0, place[1] or false > 0
    return places


def report(found):
    """What each module has. The number of modules below the mark."""
    lines, low = [], 0
    for module in MODULES:
        total = taken = 0
        for path, one in sorted(found.items()):
            if path.parts[1] != module:
                continue
            for (line, column), sides in sorted(places_of(one).items()):
                total += 2
                taken += sum(sides)
                if not all(sides):
                    lines.append(f"{path}:{line}:{column}: never {' nor '.join(w for w, s in zip(('true', 'false'), sides) if not s)}")
        share = 100 * taken / total
        low += share < WANTED
        say(f"  coverage {module}: {share:.1f} % of {total} branches")
    (BUILD / "coverage" / "branches.txt").write_text("\n".join(lines) + "\n")
    return low


# What is looked for -> what takes its place. Spaces keep templates, arrows and shifts out.
CHANGES = [(r" == ", " != "), (r" != ", " == "), (r" < ", " <= "), (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "), (r" && ", " || "),
           (r" \|\| ", " && "), (r"\breturn true;", "return false;"), (r"\breturn false;", "return true;"), (r" \+ 1\b", " + 2"),
           (r" - 1\b", " - 0"), (r"\bif \(!", "if ("), (r"\+\+(\w+);", r";"), (r"^( +)[\w.>-]+ (=|\+=) [^;{]+;$", r"\1;"),
           (r"^( +)[\w.>-]+\([^;{]*\);$", r"\1;")]


def mutants(path):
    """(line number, what it says, what it says then, the whole text) of everything that could be changed in it."""
    lines = path.read_text().split("\n")
    for number, line in enumerate(lines):
        code = line.split("//")[0].rstrip()
        if "static_assert" in code or "#" in code[:1] or "template" in code:
            continue
        for old, new in CHANGES:
            changed = re.sub(old, new, code, count=1)
            if changed != code:
                yield number + 1, code.strip(), changed.strip(), "\n".join([*lines[:number], changed, *lines[number + 1:]])


# Cases that take minutes, and a mutant more than it is given: it would pass for noticed.
LOOPS = "abandon*"


class Workshop:
    """Builds mutants beside the tree: the changed file is compiled alone, and linked in front of the archives that hold its sound twin."""

    def __init__(self):
        self.folder = BUILD / "coverage"
        self.mutant = self.folder / "mutant.cpp"
        known = json.loads((self.folder / "compile_commands.json").read_text())
        self.compiles = {pathlib.Path(self.folder, one["file"]).resolve(): one["command"] for one in known if "libsluice.a.p" in one["output"]}
        there = targets("coverage")
        self.sources = {name: sources_of(there[name]) for name in ("unit", "stream")}
        self.links = {name: self.link_command(f"tests/{name}/{name}") for name in self.sources}

    def link_command(self, target):
        command = ["ninja", "-C", str(self.folder), "-t", "commands", "-s", target]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip().split("\n")[-1]

    def compile(self, path, text):
        self.mutant.write_text(text)
        words = shlex.split(self.compiles[path])
        words[words.index("-o") + 1] = "mutant.o"
        words[words.index("-MF") + 1] = "mutant.d"
        return run("mutant compile", [*words[:-1], str(self.mutant), "-w"], 300, cwd=self.folder)[0] == 0

    def link(self, program, module):
        """With the module's tests alone."""
        words = shlex.split(self.links[program])
        at = words.index("-o")
        words[at + 1:at + 2] = [f"mutant-{program}", "mutant.o"]
        mine = [w for w in words if not w.endswith("_test.cpp.o") or w.split("/")[-1].startswith(f"{module}_")]
        return run("mutant link", mine, 300, cwd=self.folder)[0] == 0

    def passes(self, program, module):
        """What the tests of that module say. True also where there are none."""
        files = [f"*{path}" for path in self.sources[program] if path.parts[2] == module]
        if not files:
            return True
        if not self.link(program, module):
            raise RuntimeError(f"the mutant could not be linked: {LOGS / 'mutant-link.log'}")
        command = [*steady(), str(self.folder / f"mutant-{program}"), f"-sf={','.join(files)}", f"-tce={LOOPS}", "--abort-after=1"]
        return run("mutant", command, 120, {"LLVM_PROFILE_FILE": "/dev/null"})[0] == 0


def mutate(count):
    """`count` mutants, of all modules alike. The survivors are told."""
    workshop, chance = Workshop(), random.Random(1)
    tried, survived = 0, 0
    for module in MODULES:
        every = [(path, *one) for path in sorted((ROOT / "lib" / module).rglob("*.cpp")) for one in mutants(path)]
        for path, number, old, new, text in chance.sample(every, min(len(every), count // len(MODULES))):
            if not workshop.compile(path, text):
                continue
            tried += 1
            if all(workshop.passes(program, module) for program in ("unit", "stream")):
                survived += 1
                say(f"  survived: {path.relative_to(ROOT)}:{number}: {old}   ->   {new}")
    say(f"  mutants: {tried} tried, {tried - survived} noticed, {survived} survived")


def ring(count):
    """Coverage of the modules, then `count` mutants. A module below the mark is a failure; a survivor is for somebody to look at."""
    broken = configure("coverage", *OPTIONS)
    if broken:
        return broken
    there = targets("coverage")
    programs = sorted({program for program, _, _ in RUNS.values()})
    broken = build("coverage", *[str(there[name].relative_to(BUILD / "coverage")) for name in programs])
    if broken:
        return broken
    PROFILES.mkdir(exist_ok=True)
    tally = Tally()
    for _, one in side_by_side(list(RUNS), lambda title, programs: measure(programs, title), [there] * len(RUNS)):
        tally += one
    low = report(branches(there))
    tally += Tally(passed=len(MODULES) - low, failed=low)
    mutate(count)
    return tally
