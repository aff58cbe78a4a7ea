import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import check_promises  # noqa: E402

README = "# x\n\n## Promises\n\n- One is kept,\n  as it was said.\n- Two.\n\n[more](more.md)\n\n## Else\n\n- No promise.\n"
PAGE = "# x\n\n## One is kept, as it was said.\n\n- unit: a: b\n\n## Two.\n\n- stream: c\n"
TESTS = {"unit": {"a: b"}, "stream": {"c"}}


BUGS = "# x\n\n| # | Bug | Kept away by |\n|---|---|---|\n| 1 | It ends (a/b#1) | unit: a: b<br>stream: c |\n| 3 | More | stream: c |\n"


ATTACKS = """# x

| a | b |
|---|---|
| before | no test: at all |

## Attacks

### One kind

| Attack | Tests |
|---|---|
| It lies | unit: a: b<br>stream: c |
| It is absent | none: there is no such thing |

## After

| no | row |
"""


def found_of_attacks(page, tests=None):
    return [(line, text) for _, line, text in check_promises.attack_problems(page, TESTS if tests is None else tests)]


def found_of_bugs(page, tests=None):
    return [text for _, _, text in check_promises.bug_problems(page, TESTS if tests is None else tests)]


def found(readme=README, page=PAGE, tests=None):
    return [text for _, _, text in check_promises.problems(readme, page, TESTS if tests is None else tests)]


class CheckPromises(unittest.TestCase):
    def test_all_is_well(self):
        self.assertEqual(found(), [])

    def test_a_promise_without_a_place(self):
        self.assertEqual(found(README.replace("Two", "Three")),
                         ["says nothing of this promise: Three.", "the README makes no such promise"])

    def test_a_promise_without_a_test(self):
        self.assertEqual(found(page=PAGE.replace("- stream: c\n", "")), ["no test keeps this promise"])

    def test_a_test_that_is_gone_or_in_another_ring(self):
        self.assertEqual(found(tests={"unit": {"a: b"}}), ["there is no such test in tests/stream"])
        self.assertEqual(found(tests={"unit": {"a: b", "c"}}), ["there is no such test in tests/stream"])

    def test_names_in_the_sources(self):
        cpp, py = check_promises.NAMES[".cpp"], check_promises.NAMES[".py"]
        self.assertEqual(cpp.findall('CO_TEST("a, b") {\n// TEST_CASE("no")\nCONFORMANCE(\n    "long") {'), ["a, b", "long"])
        self.assertEqual(py.findall("def check_one(env):\ndef other():\n"), ["one"])

    def test_bugs_with_their_tests(self):
        self.assertEqual(found_of_bugs(BUGS), [])

    def test_a_bug_whose_test_is_gone(self):
        self.assertEqual(found_of_bugs(BUGS, {"stream": {"c"}}), ["there is no such test in tests/unit: a: b"])
        self.assertEqual(found_of_bugs(BUGS.replace("unit: a", "stream: a")), ["there is no such test in tests/stream: a: b"])

    def test_a_bug_without_a_test_or_told_twice_or_none_at_all(self):
        self.assertEqual(found_of_bugs(BUGS.replace("More | stream: c", "More |")), ["neither a test nor a reason why there is none"])
        self.assertEqual(found_of_bugs(BUGS.replace("| More", "")), ["neither a test nor a reason why there is none"])
        self.assertEqual(found_of_bugs(BUGS.replace("| 3 |", "| 1 |")), ["the numbers rise, and each comes once"])
        self.assertEqual(found_of_bugs("# x\n"), ["names no bug"])

    def test_a_bug_that_cannot_be_had(self):
        self.assertEqual(found_of_bugs(BUGS.replace("More | stream: c", "More | none: there are no such uploads")), [])
        self.assertEqual(found_of_bugs(BUGS.replace("More | stream: c", "More | none:")), ["neither a test nor a reason why there is none"])

    def test_attacks_with_their_tests(self):
        self.assertEqual(found_of_attacks(ATTACKS), [])

    def test_an_attack_whose_test_is_gone_or_that_says_nothing(self):
        self.assertEqual(found_of_attacks(ATTACKS, {"unit": {"a: b"}}), [(13, "there is no such test in tests/stream: c")])
        self.assertEqual(found_of_attacks(ATTACKS.replace("none: there is no such thing", "")),
                         [(14, "neither a test nor a reason why there is none")])
        self.assertEqual(found_of_attacks(ATTACKS.replace("It lies |", "It lies | and more |")),
                         [(13, "neither a test nor a reason why there is none")])
        self.assertEqual(found_of_attacks("# x\n"), [(1, "names no attack")])

    def test_the_targets_and_inputs_of_the_fuzzers_have_names(self):
        self.assertLessEqual({"xml", "xml/doctype"}, check_promises.all_tests()["fuzz"])


if __name__ == "__main__":
    unittest.main()
