#include "faulty_files.hpp"
#include "world.hpp"

#include <sluice/async/task_group.hpp>

#include <boost/asio/this_coro.hpp>

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <new>
#include <random>

using namespace sluice;
using namespace sluice::test;

namespace {

file_settings direct_in(std::string const& root, direct_mode mode = direct_mode::required) {
    file_settings settings;
    settings.root = root;
    settings.access = file_access::direct;
    settings.direct = mode;
    return settings;
}

/// Runs `body` on a folder on the disk, read and written past the page cache.
void directly(std::function<awaitable<void>(folder_store)> body) {
    temporary_folder const folder(on_disk());
    folder_store const here(folder, direct_in({}));
    std::function<awaitable<void>()> one = [&] { return body(here); };
    run(one);
}

/// Memory whose first byte lies `off` bytes behind a page, between two guards.
class shifted_memory {
public:
    shifted_memory(std::size_t off, std::size_t size)
        : memory_(static_cast<std::byte*>(::operator new(off + size + 1, page))),
          off_(off),
          size_(size) {
        std::fill_n(memory_, off + size + 1, std::byte{'#'});
    }
    ~shifted_memory() { ::operator delete(memory_, page); }
    shifted_memory(shifted_memory const&) = delete;
    shifted_memory& operator=(shifted_memory const&) = delete;
    std::span<std::byte> bytes() const noexcept { return {memory_ + off_, size_}; }
    std::string_view text() const noexcept { return {reinterpret_cast<char const*>(memory_ + off_), size_}; }
    bool guards_hold() const noexcept {
        return memory_[off_ + size_] == std::byte{'#'} && (off_ == 0 || memory_[off_ - 1] == std::byte{'#'});
    }

private:
    static constexpr std::align_val_t page{4096};
    std::byte* memory_;
    std::size_t off_, size_;
};

/// Gives a text piece by piece.
class text_source final : public payload_source {
public:
    explicit text_source(std::string text) : text_(std::move(text)) {}
    std::uint64_t size() const noexcept override { return text_.size(); }
    awaitable<void> read(std::uint64_t offset, std::span<std::byte> into) override {
        std::memcpy(into.data(), text_.data() + offset, into.size());
        co_return;
    }

private:
    std::string text_;
};

/// `text` in aligned memory, as one piece.
bytes in_a_page(std::string_view text, std::size_t off = 0) {
    auto const memory = std::make_shared<shifted_memory>(off, text.size());
    std::memcpy(memory->bytes().data(), text.data(), text.size());
    return {memory, memory->bytes()};
}

/// An upload of parts cut at `cuts`, written in random order, several at once, from memory or from sources.
awaitable<void> upload_in_parts(folder_store at, std::string const* data, std::vector<std::uint64_t> cuts, unsigned seed) {
    std::mt19937 engine(seed);
    upload to = co_await at.store->create_upload("k");
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 1; i < cuts.size(); ++i) order.push_back(i);
    std::ranges::shuffle(order, engine);
    std::atomic<std::size_t> next = 0;
    auto const work = [&]() -> awaitable<void> {
        for (std::size_t i = next++; i < order.size(); i = next++) {
            std::uint32_t const number = order[i];
            std::string part = data->substr(cuts[number - 1], cuts[number] - cuts[number - 1]);
            payload bytes_of_it(part);
            if (number % 2 == 0) bytes_of_it = payload(std::make_shared<text_source>(std::move(part)));
            co_await to.write({number, cuts[number - 1]}, std::move(bytes_of_it));
        }
    };
    auto const body = [&](async::task_group& group) -> awaitable<void> {
        for (int n = 0; n < 6; ++n) group.spawn([&] { return work(); });
        co_return;
    };
    co_await async::with_task_group(body);
    co_await to.complete();
}

}  // namespace

TEST_CASE("direct: every offset, length and address reads the same bytes") {
    directly([](folder_store at) -> awaitable<void> {
        constexpr std::size_t size = 2 * 1'048'576 + 4'242;
        std::string const data = tale(size);
        write_file(at / "k", data);
        for (std::size_t const off : {0u, 1u, 16u, 512u, 4095u}) {
            for (std::uint64_t const offset : {0u, 1u, 511u, 512u, 4096u, 5000u, 1'048'576u, 2'097'152u, 2'101'393u}) {
                for (std::size_t const wanted : {1u, 511u, 512u, 4096u, 4097u, 65'536u, 70'001u, 1'048'576u, 3'000'000u}) {
                    std::size_t const length = std::min(wanted, size - static_cast<std::size_t>(offset));
                    shifted_memory const into(off, length);
                    read_result const got = co_await at.store->read("k", byte_range::bounded(offset, wanted), into.bytes());
                    bool const right = got.range == resolved_range{offset, length} && into.text() == data.substr(offset, length);
                    CHECK_MESSAGE(right, off << ", " << offset << ", " << wanted);
                    CHECK_MESSAGE(into.guards_hold(), off << ", " << offset << ", " << wanted);
                    CHECK(got.object.access == "direct");
                }
            }
        }
    });
}

TEST_CASE("direct: a body is read in steps of any size") {
    directly([](folder_store at) -> awaitable<void> {
        std::string const data = tale(1'500'001);
        write_file(at / "k", data);
        for (std::size_t const step : {777u, 4096u, 65'536u, 1'000'003u, 4'000'000u}) {
            for (std::uint64_t const from : {0u, 4096u, 99'999u}) {
                get_options options;
                options.range = byte_range::from(from);
                body_reader body = co_await at.store->get("k", options);
                CHECK(body.object().access == "direct");
                shifted_memory const into(step % 4096, step);
                std::string got;
                for (std::size_t n = 1; n > 0;) {
                    n = co_await body.read_some(into.bytes());
                    got += into.text().substr(0, n);
                }
                CHECK_MESSAGE((got == data.substr(from)), step << " from " << from);
                CHECK(into.guards_hold());
            }
        }
    });
}

TEST_CASE("direct: empty objects, and such of one byte more or less than a block") {
    directly([](folder_store at) -> awaitable<void> {
        for (std::size_t const size : {0u, 1u, 511u, 512u, 513u, 4095u, 4096u, 4097u, 1'048'575u, 1'048'576u, 1'048'577u}) {
            std::string const data = tale(size, static_cast<unsigned>(size) + 1);
            payload from_source(std::make_shared<text_source>(data));
            co_await at.store->put("source", std::move(from_source));
            CHECK_MESSAGE((read_file(at / "source") == data), size);
            bytes piece = in_a_page(data);
            payload aligned(std::move(piece));
            co_await at.store->put("aligned", std::move(aligned));
            CHECK_MESSAGE((read_file(at / "aligned") == data), size);
            co_await put(at, "text", data);
            CHECK_MESSAGE((read_file(at / "text") == data), size);
            std::string const back = co_await content(at, "text");
            CHECK_MESSAGE((back == data), size);
        }
        CHECK(partials_in(at.path).empty());
    });
}

TEST_CASE("direct: pieces of any size and address are written as one") {
    directly([](folder_store at) -> awaitable<void> {
        for (unsigned seed = 0; seed < 30; ++seed) {
            std::mt19937 engine(seed);
            std::string expected;
            std::vector<bytes> pieces;
            for (auto n = static_cast<unsigned>(engine() % 7); n > 0; --n) {
                std::array<std::size_t, 6> const sizes{0, 1, 4096, 65'536, 300'000, engine() % 200'000};
                std::string const piece = tale(sizes[engine() % sizes.size()], n);
                expected += piece;
                pieces.push_back(in_a_page(piece, engine() % 2 == 0 ? 0 : engine() % 4096));
            }
            payload data(std::move(pieces));
            co_await at.store->put("k", std::move(data));
            CHECK_MESSAGE((read_file(at / "k") == expected), seed);
        }
    });
}

TEST_CASE("direct: parts of any length in any order, several at once, that share blocks lose no byte") {
    directly([](folder_store at) -> awaitable<void> {
        for (unsigned seed = 0; seed < 40; ++seed) {
            std::mt19937 engine(seed);
            std::size_t const size = seed % 4 == 0 ? 20'000 : 500'000 + engine() % 2'000'000;
            std::string const data = tale(size, seed + 1);
            std::vector<std::uint64_t> cuts{0, size};
            for (auto n = 3 + engine() % 30; n > 0; --n) cuts.push_back(engine() % size);
            std::ranges::sort(cuts);
            cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
            co_await upload_in_parts(at, &data, cuts, seed);
            CHECK_MESSAGE((read_file(at / "k") == data), seed);
        }
        CHECK(partials_in(at.path).empty());
    });
}

TEST_CASE("direct: a part that is written again replaces what it was, and nothing of its neighbours") {
    directly([](folder_store at) -> awaitable<void> {
        std::string const data = tale(30'000);
        upload to = co_await at.store->create_upload("k");
        for (bool const right : {false, true}) {
            payload middle(right ? data.substr(10'001, 9'999) : std::string(9'999, '?'));
            co_await to.write({2, 10'001}, std::move(middle));
            if (right) break;
            payload front(data.substr(0, 10'001)), back(data.substr(20'000));
            co_await to.write({1, 0}, std::move(front));
            co_await to.write({3, 20'000}, std::move(back));
        }
        co_await to.complete();
        CHECK((read_file(at / "k") == data));
    });
}

TEST_CASE("direct: a file system of memory is refused, or, where direct is only preferred, used with a word in log and result") {
    temporary_folder const folder(in_memory());
    write_file(folder / "k", "content");
    folder_store const required(folder, direct_in({}));
    std::vector<std::string> lines;
    file_settings settings = direct_in({}, direct_mode::preferred);
    settings.verbosity = log_level::info;
    settings.log = [&](log_level, std::string_view line) { lines.emplace_back(line); };
    folder_store const preferred(folder, settings);
    run([&]() -> awaitable<void> {
        std::string into(7, '#');
        std::span<std::byte> const memory = std::as_writable_bytes(std::span(into));
        CHECK_FAILS(errc::unsupported, required.store->head("k"));
        CHECK_FAILS(errc::unsupported, required.store->read("k", byte_range::whole(), memory));
        CHECK_FAILS(errc::unsupported, required.store->get("k"));
        CHECK_FAILS(errc::unsupported, put(required, "new", "x"));
        CHECK_FAILS(errc::unsupported, required.store->create_upload("new"));
        CHECK(tree_of(folder.path()) == std::vector<std::string>{"k"});

        read_result const got = co_await preferred.store->read("k", byte_range::whole(), memory);
        CHECK(got.object.access == "buffered");
        CHECK(into == "content");
        object_meta const about = co_await preferred.store->head("k");
        CHECK(about.access == "buffered");
        body_reader const body = co_await preferred.store->get("k");
        CHECK(body.object().access == "buffered");
        co_await put(preferred, "new", "written");
        CHECK(read_file(folder / "new") == "written");
        CHECK_FAILS(errc::not_found, preferred.store->head("nothing"));
    });
    auto const says_so = [](std::string const& line) { return line.find("goes through the page cache") != std::string::npos; };
    CHECK(std::ranges::count_if(lines, says_so) == 4);
}

TEST_CASE("direct: a system that refuses O_DIRECT at the open, or at the first read, is told from a wrong argument") {
    for (bool const at_open : {true, false}) {
        for (direct_mode const mode : {direct_mode::required, direct_mode::preferred}) {
            temporary_folder const folder(on_disk());
            write_file(folder / "k", "content");
            fault_script script;
            script.before = [&](std::uint64_t, uring::request& what) -> std::int32_t {
                bool const direct = what.what == uring::opcode::open && (what.offset & O_DIRECT) != 0;
                bool const aligned_read = what.what == uring::opcode::read && what.length % 512 == 0;
                return (at_open ? direct : aligned_read) ? -EINVAL : 0;
            };
            folder_store const at(folder, direct_in({}, mode));
            run([&]() -> awaitable<void> {
                boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
                go_by(executor, script);
                std::string into(7, '#');
                std::span<std::byte> const memory = std::as_writable_bytes(std::span(into));
                if (mode == direct_mode::required) {
                    CHECK_FAILS(errc::unsupported, at.store->read("k", byte_range::whole(), memory));
                    if (at_open) CHECK_FAILS(errc::unsupported, put(at, "new", "x"));
                    CHECK(tree_of(folder.path()) == std::vector<std::string>{"k"});
                    co_return;
                }
                read_result const got = co_await at.store->read("k", byte_range::whole(), memory);
                CHECK(got.object.access == "buffered");
                CHECK(into == "content");
                body_reader body = co_await at.store->get("k");
                CHECK(body.object().access == "buffered");
                std::size_t const n = co_await body.read_all(memory);
                CHECK(n == 7);
                co_await put(at, "new", "written");
                CHECK(read_file(folder / "new") == "written");
                CHECK(partials_in(folder.path()).empty());
            });
        }
    }
}
