#include "leavings.hpp"

#include "store/partial_name.hpp"

#include <sluice/async/runtime.hpp>

#include <sys/stat.h>

#include <filesystem>
#include <optional>

using namespace sluice;
using namespace sluice::test;
namespace fs = std::filesystem;

namespace {

list_of just_other() { return {"f/", "f/other"}; }

}  // namespace

TEST_CASE("file resume: what was dropped is gone on with, by another process's context as well") {
    for (std::string const& below : {on_disk(), in_memory()}) {
        temporary_folder const folder(below);
        folder_store const at(folder);
        std::string const data = tale(size_of_all);
        run([&] { return leave(at, data, "41"); });
        run([&]() -> awaitable<void> {
            upload again = co_await at.store->create_upload("f/k", as());
            CHECK(numbers_of(again) == std::vector<std::uint32_t>{1, 4});
            co_await write_part(again, 2, piece(data, 2));
        });
        run([&]() -> awaitable<void> {
            upload again = co_await at.store->create_upload("f/k", as());
            CHECK(numbers_of(again) == std::vector<std::uint32_t>{1, 2, 4});
            co_await finish(again, data);
        });
        CHECK((read_file(at / "f/k") == data));
        CHECK(tree_of(at.path) == just_k());
    }
}

TEST_CASE("file resume: one of another name, or of another key, goes its own way") {
    in_folders([](folder_store at) -> awaitable<void> {
        std::string const data = tale(size_of_all, 1), other = tale(size_of_all, 2);
        co_await leave(at, data, "12");
        upload different = co_await at.store->create_upload("f/k", as("source, version 2"));
        CHECK(different.parts().empty());
        upload elsewhere = co_await at.store->create_upload("f/k2", as());
        CHECK(elsewhere.parts().empty());
        co_await finish(different, other);
        co_await elsewhere.abort();
        CHECK((read_file(at / "f/k") == other));
        upload again = co_await at.store->create_upload("f/k", as());
        CHECK(numbers_of(again) == std::vector<std::uint32_t>{1, 2});
        co_await finish(again, data);
        CHECK((read_file(at / "f/k") == data));
        CHECK(tree_of(at.path) == just_k());
    });
}

TEST_CASE("file resume: a put takes no notice of the name") {
    in_folders([](folder_store at) -> awaitable<void> {
        co_await put(at, "k", "x", as());
        CHECK(tree_of(at.path) == list_of{"k"});
    });
}

TEST_CASE("file resume: while somebody writes it, another is an upload as any") {
    in_folders([](folder_store at) -> awaitable<void> {
        std::string const first = tale(size_of_all, 1), second = tale(size_of_all, 2);
        upload one = co_await at.store->create_upload("f/k", as());
        co_await write_part(one, 1, piece(first, 1));
        {
            upload dropped = co_await at.store->create_upload("f/k", as());
            CHECK(dropped.parts().empty());
            co_await write_part(dropped, 1, piece(second, 1));
        }
        upload two = co_await at.store->create_upload("f/k", as());
        CHECK(two.parts().empty());
        co_await finish(two, second);
        CHECK((read_file(at / "f/k") == second));
        sweep_report const report = co_await sweep_stale(at.path);
        CHECK(report.in_use == 1);
        CHECK(report.removed == 0);
        co_await finish(one, first);
        CHECK((read_file(at / "f/k") == first));
        CHECK(tree_of(at.path) == just_k());
    });
}

TEST_CASE("file resume: an abort leaves neither file nor journal nor folder") {
    in_folders([](folder_store at) -> awaitable<void> {
        std::string const data = tale(size_of_all);
        co_await leave(at, data, "12");
        upload again = co_await at.store->create_upload("f/k", as());
        CHECK(again.parts().size() == 2);
        co_await again.abort();
        co_await again.abort();
        CHECK(tree_of(at.path) == list_of{});
        upload fresh = co_await at.store->create_upload("f/k", as());
        CHECK(fresh.parts().empty());
        co_await fresh.abort();
    });
}

TEST_CASE("file resume: the terms of completion are those of the one that completes") {
    in_folders([](folder_store at) -> awaitable<void> {
        std::string const data = tale(size_of_all);
        put_options once = as();
        once.create_only = true;
        co_await leave(at, data, "12345", once);
        {
            upload late = co_await at.store->create_upload("f/k", once);
            CHECK(late.parts().size() == parts);
            co_await put(at, "f/k", "first");
            CHECK_FAILS(errc::already_exists, late.complete());
        }
        CHECK(read_file(at / "f/k") == "first");
        CHECK_FAILS(errc::already_exists, at.store->create_upload("f/k", once));
        put_options swap = as();
        swap.if_match = "\"another\"";
        CHECK_FAILS(errc::precondition_failed, at.store->create_upload("f/k", swap));
        object_meta const now = co_await at.store->head("f/k");
        swap.if_match = now.etag;
        upload good = co_await at.store->create_upload("f/k", swap);
        CHECK(good.parts().size() == parts);
        co_await good.complete();
        CHECK((read_file(at / "f/k") == data));
        CHECK(tree_of(at.path) == just_k());
    });
}

TEST_CASE("file resume: nobody sees what is left, and the sweep takes it away") {
    in_folders([](folder_store at) -> awaitable<void> {
        co_await put(at, "f/other", "x");
        co_await leave(at, tale(size_of_all), "12");
        co_await leave(at, tale(size_of_all), "", as("another"));
        CHECK(partials_in(at.path).size() == 4);
        list_page const page = co_await list_all(at.store, "");
        CHECK(keys_of(page) == list_of{"f/other"});
        for (std::string const& name : partials_in(at.path)) {
            CHECK_FAILS(errc::not_found, at.store->head(name));
            CHECK_FAILS(errc::invalid_argument, put(at, name, "x"));
            std::vector<object_key> const keys{name};
            co_await at.store->remove(keys);
        }
        CHECK(partials_in(at.path).size() == 4);
        fs::copy_file(journal_in(at), at / ("f/" + store::journal_name(std::string(32, 'a'))));  // one without its file
        sweep_report const report = co_await sweep_stale(at.path);
        CHECK(report.removed == 3);
        CHECK(report.in_use == 0);
        CHECK(report.failed.empty());
        CHECK(tree_of(at.path) == just_other());
    });
}

TEST_CASE("file resume: permissions are never wider than the object's, and are its own in the end") {
    in_folders([](folder_store at) -> awaitable<void> {
        std::string const data = tale(size_of_all);
        auto const mode_of = [](std::string const& path) { return static_cast<unsigned>(fs::status(path).permissions()); };
        co_await put(at, "f/k", "secret");
        REQUIRE(::chmod((at / "f/k").c_str(), 0600) == 0);
        co_await leave(at, data, "12");
        CHECK(mode_of(partial_in(at)) == 0600);
        CHECK(mode_of(journal_in(at)) == 0600);
        upload again = co_await at.store->create_upload("f/k", as());
        CHECK(again.parts().size() == 2);
        co_await finish(again, data);
        CHECK(mode_of(at / "f/k") == 0600);

        // What it replaces, or the umask, is another meanwhile: what was written under the old one is not taken up.
        co_await leave(at, data, "12");
        REQUIRE(::chmod((at / "f/k").c_str(), 0644) == 0);
        {
            upload other = co_await at.store->create_upload("f/k", as());
            CHECK(other.parts().empty());
            co_await write_part(other, 1, piece(data, 1));
        }
        fs::remove(at / "f/k");
        co_await leave(at, data, "12");
        mode_t const before = ::umask(077);
        upload last = co_await at.store->create_upload("f/k", as());
        ::umask(before);
        CHECK(last.parts().empty());
        co_await finish(last, data);
        CHECK(mode_of(at / "f/k") == 0600);
    });
}

TEST_CASE("file resume: parts of several threads are all found again") {
    for (std::string const& below : {on_disk(), in_memory()}) {
        temporary_folder const folder(below);
        folder_store const at(folder);
        constexpr std::uint32_t count = 400;
        std::string const data = tale(count * 100);
        auto const some = [&](upload to, std::uint32_t from, std::uint32_t step) -> awaitable<void> {
            for (std::uint32_t n = from; n <= count; n += step) {
                payload body(data.substr((n - 1) * 100, 100));
                co_await to.write({n, (n - 1) * std::uint64_t{100}}, std::move(body));
            }
        };
        async::runtime threads(4);
        std::optional<upload> shared;
        threads.run([&]() -> awaitable<void> {
            upload begun = co_await at.store->create_upload("k", as());
            shared = begun;
        });
        threads.run_on_all([&](std::size_t i) { return some(*shared, static_cast<std::uint32_t>(1 + 2 * i), 10); });
        shared.reset();
        run([&]() -> awaitable<void> {
            upload again = co_await at.store->create_upload("k", as());
            CHECK(again.parts().size() == count / 10 * 4);
            for (std::uint32_t i = 1; i <= 10; ++i) {
                bool const missing = i > 8 || i % 2 == 0;
                if (missing) co_await some(again, i, 10);
            }
            co_await again.complete();
        });
        CHECK((read_file(at / "k") == data));
    }
}

TEST_CASE("file uploads: a part that was written into counts as not written, also when it is taken up again") {
    in_folders([](folder_store at) -> awaitable<void> {
        for (bool const lasting : {false, true}) {
            std::string const data = tale(2 * part);
            put_options const options = lasting ? as() : put_options();
            upload to = co_await at.store->create_upload("f/k", options);
            co_await write_part(to, 1, piece(data, 1));
            payload misplaced("misplaced");
            co_await to.write({2, part - 4}, misplaced);
            CHECK(numbers_of(to) == std::vector<std::uint32_t>{2});
            co_await write_part(to, 2, piece(data, 2));
            CHECK_FAILS(errc::invalid_argument, to.complete());  // the first has another's bytes at its end
            if (lasting) {
                to = upload(nullptr);
                upload again = co_await at.store->create_upload("f/k", options);
                to = again;
                CHECK(numbers_of(to) == std::vector<std::uint32_t>{2});
            }
            co_await write_part(to, 1, piece(data, 1));
            co_await to.complete();
            CHECK((read_file(at / "f/k") == data));
        }
    });
}

TEST_CASE("file resume: past the page cache it is the same, and where that cannot be nothing is left") {
    for (direct_mode const mode : {direct_mode::required, direct_mode::preferred}) {
        file_settings settings;
        settings.access = file_access::direct;
        settings.direct = mode;
        in_folders(
            [&](folder_store at) -> awaitable<void> {
                std::string const data = tale(size_of_all);
                bool able = true;
                try {
                    co_await leave(at, data, "124");
                } catch (error const& e) {
                    able = e.reason() != errc::unsupported;
                }
                CHECK((able || mode == direct_mode::required));
                if (!able) {
                    CHECK(partials_in(at.path).empty());
                    co_return;
                }
                upload again = co_await at.store->create_upload("f/k", as());
                CHECK(numbers_of(again) == std::vector<std::uint32_t>{1, 2, 4});
                co_await finish(again, data);
                CHECK((read_file(at / "f/k") == data));
                CHECK(tree_of(at.path) == just_k());
            },
            settings);
    }
}
