#include "support/co_test.hpp"
#include "support/temporary_folder.hpp"

#include <sluice/error.hpp>
#include <sluice/gcs_sessions.hpp>

#include <sys/stat.h>
#include <unistd.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr char const* name = "0123456789abcdef0123456789abcdef";

std::size_t files_in(std::string const& path) {
    auto const all = std::filesystem::directory_iterator(path);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

CO_TEST("gcs session folder: what is saved is there for the next, for its owner alone, and goes when it is forgotten") {
    temporary_folder const at(in_memory());
    std::string const folder = at / "sessions";
    std::shared_ptr<gcs_session_keeper> const keeper = keep_gcs_sessions(folder);
    std::string const long_text(10'000, 'x');
    for (std::string const& text : {std::string("first"), long_text, std::string("last")}) {
        std::shared_ptr<kept_gcs_session> const place = co_await keeper->claim(name);
        REQUIRE(place);
        co_await place->save(text);
        co_await place->save(text);
        std::string const loaded = co_await place->load();
        CHECK(loaded == text);
        struct stat about {};
        REQUIRE(::stat((folder + '/' + name + ".session").c_str(), &about) == 0);
        CHECK((about.st_mode & 0777) == 0600);
        REQUIRE(::stat(folder.c_str(), &about) == 0);
        CHECK((about.st_mode & 0777) == 0700);
    }
    std::shared_ptr<gcs_session_keeper> const other = keep_gcs_sessions(folder);
    std::shared_ptr<kept_gcs_session> const place = co_await other->claim(name);
    REQUIRE(place);
    std::string const left = co_await place->load();
    CHECK(left == "last");
    CHECK(files_in(folder) == 1);
    co_await place->forget();
    co_await place->forget();
    CHECK(files_in(folder) == 0);
}

CO_TEST("gcs session folder: a place is held by one, also when it was saved meanwhile") {
    temporary_folder const at(in_memory());
    std::shared_ptr<gcs_session_keeper> const keeper = keep_gcs_sessions(at.path());
    std::shared_ptr<kept_gcs_session> first = co_await keeper->claim(name);
    REQUIRE(first);
    std::shared_ptr<kept_gcs_session> second = co_await keeper->claim(name);
    CHECK_FALSE(second);
    co_await first->save("text");
    second = co_await keeper->claim(name);
    CHECK_FALSE(second);
    std::shared_ptr<kept_gcs_session> const another = co_await keeper->claim("another");
    CHECK(another);
    first.reset();
    second = co_await keeper->claim(name);
    REQUIRE(second);
    std::string const text = co_await second->load();
    CHECK(text == "text");
}

CO_TEST("gcs session folder: a place that nothing was saved in leaves no file") {
    temporary_folder const at(in_memory());
    std::shared_ptr<gcs_session_keeper> const keeper = keep_gcs_sessions(at.path());
    std::shared_ptr<kept_gcs_session> place = co_await keeper->claim(name);
    REQUIRE(place);
    CHECK(files_in(at.path()) == 1);
    place.reset();
    CHECK(files_in(at.path()) == 0);
    place = co_await keeper->claim(name);
    REQUIRE(place);
    std::string const text = co_await place->load();
    CHECK(text.empty());
}

CO_TEST("gcs session folder: one that was forgotten takes no file of another with it") {
    temporary_folder const at(in_memory());
    std::shared_ptr<gcs_session_keeper> const keeper = keep_gcs_sessions(at.path());
    for (bool const saves : {false, true}) {
        std::shared_ptr<kept_gcs_session> first = co_await keeper->claim(name);
        REQUIRE(first);
        if (saves) co_await first->save("first");
        co_await first->forget();
        std::shared_ptr<kept_gcs_session> const second = co_await keeper->claim(name);
        REQUIRE(second);
        first.reset();
        CHECK(files_in(at.path()) == 1);
    }
}

CO_TEST("gcs session folder: what others can read, and what is no file, fails as io, naming it") {
    temporary_folder const at(in_memory());
    std::shared_ptr<gcs_session_keeper> const keeper = keep_gcs_sessions(at.path());
    std::string const path = at / (std::string(name) + ".session"), elsewhere = at / "elsewhere";
    std::ofstream(elsewhere) << "planted";
    std::vector<std::function<void()>> const plants{[&] {
                                                        std::ofstream(path) << "planted";
                                                        std::filesystem::permissions(path, std::filesystem::perms(0644));
                                                    },
                                                    [&] { std::filesystem::create_symlink(elsewhere, path); },
                                                    [&] { std::filesystem::create_directory(path); },
                                                    [&] { REQUIRE(::mkfifo(path.c_str(), 0600) == 0); }};
    for (std::function<void()> const& plant : plants) {
        plant();
        errc failed{};
        std::string said;
        try {
            co_await keeper->claim(name);
        } catch (error const& e) {
            failed = e.reason();
            said = e.info().detail;
        }
        CHECK(failed == errc::io);
        CHECK(said.find(path) != std::string::npos);
        CHECK(std::filesystem::exists(std::filesystem::symlink_status(path)));
        std::filesystem::remove(path);
    }
    CHECK(files_in(at.path()) == 1);
}

CO_TEST("gcs session folder: what a process that died while it saved has left is no hindrance") {
    temporary_folder const at(in_memory());
    std::shared_ptr<gcs_session_keeper> const keeper = keep_gcs_sessions(at.path());
    std::ofstream(at / (std::string(name) + ".session.new")) << "half";
    std::shared_ptr<kept_gcs_session> const place = co_await keeper->claim(name);
    REQUIRE(place);
    co_await place->save("whole");
    std::string const text = co_await place->load();
    CHECK(text == "whole");
    CHECK(files_in(at.path()) == 1);
}

CO_TEST("gcs session folder: one that cannot be made fails as io, naming it") {
    std::shared_ptr<gcs_session_keeper> const keeper = keep_gcs_sessions("/dev/null/sessions");
    std::string said;
    try {
        co_await keeper->claim(name);
    } catch (error const& e) {
        CHECK(e.reason() == errc::io);
        said = e.info().detail;
    }
    CHECK(said.find("/dev/null/sessions") != std::string::npos);
}
