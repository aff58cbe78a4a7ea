import pathlib
import sys
import tempfile
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import ringlib  # noqa: E402
from ringlib import Tally  # noqa: E402

SUMMARY = "[doctest] test cases:  12 |  9 passed | 2 failed | 1 skipped\n[doctest] assertions: 3 | 3 passed | 0 failed |\n"
CLEAN = "[doctest] test cases: 12 | 12 passed | 0 failed | 0 skipped\n"


class Counting(unittest.TestCase):
    def test_doctest_summary(self):
        self.assertEqual(Tally(9, 2, 1), ringlib.doctest_tally(SUMMARY, 1))
        self.assertEqual(Tally(12, 0, 0), ringlib.doctest_tally(CLEAN, 0))

    def test_a_crash_is_a_failure(self):
        self.assertEqual(Tally(0, 1, 0), ringlib.doctest_tally("Segmentation fault", -11))
        self.assertEqual(Tally(0, 1, 0), ringlib.doctest_tally("", 0))

    def test_a_sanitizer_report_after_the_last_case_is_a_failure(self):
        self.assertEqual(Tally(12, 1, 0), ringlib.doctest_tally(CLEAN + "LeakSanitizer: detected memory leaks", 1))

    def marks(self, text, code, environment):
        with tempfile.TemporaryDirectory() as folder, mock.patch.dict("os.environ", environment), mock.patch.object(ringlib, "say"):
            log = pathlib.Path(folder) / "log"
            log.write_text(text)
            with mock.patch.object(ringlib, "fail"):
                return ringlib.marks_tally("x", log, code)

    def test_marks(self):
        text = "PASS a\nnoise PASS b\nFAIL c: why\n" + CLEAN
        self.assertEqual(Tally(13, 1, 0), self.marks(text, 1, {}))

    def test_what_cannot_be_is_skipped_and_no_failure(self):
        self.assertEqual(Tally(1, 0, 1), self.marks("PASS a\nCANNOT b: why\n", 0, {"CI": "true"}))

    def test_a_script_that_ends_badly_is_a_failure(self):
        self.assertEqual(Tally(1, 1, 0), self.marks("PASS a\n", 1, {}))
        self.assertEqual(Tally(1, 1, 0), self.marks("PASS a\n", None, {}))

    def test_not_run_is_skipped_here_and_failed_in_ci(self):
        text = "NOT RUN: ceph: not installed\n"
        self.assertEqual(Tally(0, 0, 1), self.marks(text, 0, {"CI": ""}))
        self.assertEqual(Tally(0, 1, 0), self.marks(text, 0, {"CI": "true"}))


if __name__ == "__main__":
    unittest.main()
