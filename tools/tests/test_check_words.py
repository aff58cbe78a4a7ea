import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import check_words  # noqa: E402

GOOD = [
    ("lib/http/client.cpp", '// detached work is banned\nlog("detached");'),
    ("lib/async/clock.cpp", "asio::steady_timer timer; steady_clock::now();"),
    ("lib/async/entropy.cpp", "std::random_device device;"),
    ("lib/async/runtime.cpp", "std::thread worker;"),
    ("lib/async/executor.cpp", "std::thread::id const mine = std::this_thread::get_id();"),
    ("examples/06_service.cpp", "std::thread worker;"),
    ("cli/bench.cpp", "auto t = std::chrono::steady_clock::now(); co_await async::sleep_for(1s);"),
    ("lib/x.cpp", "try { f(); } catch (...) { failure = std::current_exception(); }"),
    ("lib/x.cpp", "try { f(); } catch (...) { if (a) { b(); } throw; }"),
    ("lib/x.cpp", "try { f(); } catch (error const&) { }"),
    ("tests/x.cpp", "std::this_thread::sleep_for(2ms); std::this_thread::sleep_for(std::chrono::milliseconds(5));"),
]
BAD = [
    ("lib/x.cpp", "co_spawn(executor, f(), asio::detached);"),
    ("tests/x.cpp", "#include <boost/asio/experimental/parallel_group.hpp>"),
    ("lib/x.cpp", "#include <boost/asio/experimental/awaitable_operators.hpp>"),
    ("lib/x.cpp", "#define BOOST_ASIO_HAS_IO_URING"),
    ("lib/http/client.cpp", "asio::steady_timer timer;"),
    ("lib/http/client.cpp", "auto t = std::chrono::steady_clock::now();"),
    ("lib/http/client.cpp", "std::random_device device;"),
    ("lib/http/client.cpp", "std::jthread worker;"),
    ("lib/http/client.cpp", "auto x = std::getenv(name);"),
    ("tests/x.cpp", "std::this_thread::sleep_for(1s);"),
    ("tests/x.cpp", "std::this_thread::sleep_for(20ms);"),
    ("lib/x.cpp", "std::this_thread::sleep_for(2ms);"),
    ("lib/x.cpp", "// TO" + "DO: later"),
    ("lib/x.cpp", "try { f(); } catch (...) { }"),
    ("lib/x.cpp", "try { f(); } catch (...) { return false; }\nint g() { throw 1; }"),
]


class Words(unittest.TestCase):
    def test_good(self):
        for path, text in GOOD:
            self.assertEqual([], list(check_words.check(path, text)), text)

    def test_bad(self):
        for path, text in BAD:
            self.assertEqual(1, len(list(check_words.check(path, text))), text)


if __name__ == "__main__":
    unittest.main()
