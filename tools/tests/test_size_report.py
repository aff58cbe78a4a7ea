import pathlib
import sys
import tempfile
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import size_report  # noqa: E402


class Sizes(unittest.TestCase):
    def outcome(self, lines):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "lib" / "http").mkdir(parents=True)
            (root / "lib" / "http" / "a.cpp").write_text("x\n" * lines)
            with mock.patch.object(size_report, "ROOT", root), mock.patch("builtins.print"), \
                    mock.patch.object(size_report, "tracked", return_value=["lib/http/a.cpp"]):
                return size_report.main([])

    def test_limit(self):
        self.assertEqual(0, self.outcome(300))
        self.assertEqual(1, self.outcome(301))


if __name__ == "__main__":
    unittest.main()
