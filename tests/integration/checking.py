"""What the runners of checks have in common: where checks are, and what becomes of one."""

import importlib.util
import sys
import traceback


def checks_in(paths, names):
    """(name, function) of every `check_*` in these files whose name contains one of `names`; of all when there are none."""
    for path in sorted(paths):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for function in sorted(n for n in vars(module) if n.startswith("check_")):
            name = f"{path.stem}-{function.removeprefix('check_')}"
            if not names or any(n in name for n in names):
                yield name, vars(module)[function]


def run_check(env, name, function):
    with env.check(name):
        try:
            function(env)
        except Exception as e:  # whatever a check raises is its failure
            traceback.print_exc(file=sys.stdout)
            print(f"FAIL {name}: {type(e).__name__}: {str(e)[:300]}", flush=True)
            return False
    print(f"PASS {name}", flush=True)
    return True
