import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import check_coro  # noqa: E402

GOOD = [
    "co_await f();",
    "if (x) co_await f();",
    "else co_await f();",
    "if constexpr (x) co_await f();",
    "case 1: co_await f();",
    "auto x = co_await f(a, b + c);",
    "auto const& x = co_await a.b->c<int, 3>(d)[2];",
    "if (auto x = co_await f(); x.ok()) g();",
    "total += co_await f();",
    "x = co_await std::move(task);",
    "co_return co_await f();",
    "co_return;",
    "// (co_await f()).g()",
    'auto s = "(co_await f()).g()" + R"x(a ? co_await f() : b)x";',
    "#define RUN(x) g(co_await x)",
    "co_await with_task_group([&](task_group& g) -> awaitable<void> { auto f = [x = std::move(y)] {}; co_await h(a); });",
    "co_await f([&, this] { return x; });",
    "co_await f([p = &x] { return p; });",
    "co_await f(x[i], y()[j]);",
    "g.spawn([x] { return x; }); co_await f();",
    "awaitable<int> f(std::string name, std::span<std::byte> into);",
    "awaitable<int> f(std::function<void(std::string const&)> call);",
    "awaitable<result<int>> a::b::f(int x, char const* y) { co_return 1; }",
    "awaitable<void> copy = f(); int g(int const& x);",
    'TEST_CASE("x") { for (int i : y) { CAPTURE(i); CHECK(i); } }',
    'TEST_CASE("x") { INFO(i); run([&]() -> awaitable<void> { co_await f(); }); }',
    'CO_TEST("x") { auto f = [&](int i) { CAPTURE(i); }; co_await g(f); }',
    'CO_TEST("x") { auto f = [&] { if (x) CAPTURE(i); }; co_await g(f); }',
    'CO_TEST("x") { struct t { int f() const noexcept { INFO(1); } }; co_await g(); }',
    'CO_TEST("x") { co_await g(); } TEST_CASE("y") { INFO(1); }',
    'CO_TEST("x") { CHECK_MESSAGE(a, b); co_await g(); }',
]
BAD = [
    "g(co_await f());",
    "if (co_await f()) g();",
    "if ((co_await f()).ok()) g();",
    "if (auto x = co_await f()) g();",
    "(void)co_await f();",
    "for (auto x : co_await f()) g();",
    "auto x = co_await f() + 1;",
    "auto x = co_await f() < 1;",
    "auto x = 1 + co_await f();",
    "auto x = a ? co_await f() : g();",
    "auto x = a ? g() : co_await f();",
    "return_value = (co_await f()).g();",
    "T x{co_await f()};",
    "co_return co_await f() == 1;",
    "co_await f(a ? b : c);",
    "co_await f([x] { return x; });",
    "co_await f([=] { return x; });",
    "co_await f([x = std::move(y)] { return x; });",
    "auto x = co_await f([&, y] { return y; });",
    "co_await g([&](int i) -> awaitable<void> { h(co_await f(i)); });",
    "awaitable<int> f(std::string const& name);",
    "awaitable<int> f(const std::string& name);",
    "sluice::awaitable<int> a::f(int i, std::string_view name) { co_return 1; }",
    "auto f = [&](std::string_view name) mutable -> awaitable<void> { co_return; };",
    'CO_TEST("x") { CAPTURE(i); co_await f(); }',
    'CO_TEST("x") { co_await f(); for (int i : y) { if (i) { INFO(i); } } }',
    'CO_TEST("x") { try { INFO(i); } catch (error const& e) { g(); } co_return; }',
    'TEST_CASE("x") { run([&]() -> awaitable<void> { DOCTEST_CAPTURE(i); co_await f(); }); }',
    'TEST_CASE("x") { run([&]() mutable -> result<awaitable<int>> { INFO(i); co_return; }); }',
    "awaitable<void> f() { auto g = [] { co_await h(); }; INFO(1); co_return; }",
    "template <class T> auto f(T x) const -> awaitable<T> { switch (x) { case 1: CAPTURE(x); } co_return x; }",
]


class Coro(unittest.TestCase):
    def test_good(self):
        for text in GOOD:
            self.assertEqual([], list(check_coro.check("lib/x.cpp", text)), text)

    def test_bad(self):
        for text in BAD:
            self.assertEqual(1, len(list(check_coro.check("lib/x.cpp", text))), text)

    def test_names_the_line(self):
        self.assertEqual(3, list(check_coro.check("lib/x.cpp", "/* 1\n2 */\ng(co_await f());"))[0][0])


if __name__ == "__main__":
    unittest.main()
