import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import cpp_scan  # noqa: E402


class Scan(unittest.TestCase):
    def test_literals_and_comments_go(self):
        self.assertEqual(["a", "=", '""', ";"], [t for t, _ in cpp_scan.tokens('a = "x // y"; // b /* c')])

    def test_raw_strings_go(self):
        self.assertEqual(["a", '""', "b"], [t for t, _ in cpp_scan.tokens('a R"t("quoted" )" )t" b')])

    def test_digit_separators_are_no_characters(self):
        self.assertEqual(["1'000'000", "+", '""', "+", "1'0"], [t for t, _ in cpp_scan.tokens("1'000'000 + 'x' + 1'0")])

    def test_lines_survive(self):
        self.assertEqual([("a", 1), ("b", 4)], cpp_scan.tokens("a /*\n\n*/ // x\nb"))

    def test_directives_are_left_out(self):
        self.assertEqual(["b"], [t for t, _ in cpp_scan.tokens("#define x \\\n  a\nb")])

    def test_closing(self):
        toks = cpp_scan.tokens("f(a, [b], {c}) d")
        self.assertEqual("d", toks[cpp_scan.closing(toks, 1) + 1][0])


if __name__ == "__main__":
    unittest.main()
