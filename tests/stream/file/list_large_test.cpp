#include "support/sanitized.hpp"
#include "world.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr int count = sanitized ? 100'000 : 1'000'000;     // more would take minutes
constexpr long most_memory_mib = sanitized ? 1'000 : 100;  // freed memory is kept for a while

// So long that a million of them do not fit into what a listing keeps in memory: the folder is read several times.
void name_of(int i, std::array<char, 80>& into) {
    std::snprintf(into.data(), into.size(), "a-name-as-long-as-those-that-programs-give-their-files-%07d.data", i);
}

/// Empty files in the order of a step through their numbers.
void make_files(std::string const& path) {
    int const folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    std::array<char, 80> name{};
    int made = 0;
    for (int i = 0; i < count; ++i) {
        name_of(static_cast<int>(i * 7919LL % count), name);
        if (::mknodat(folder, name.data(), S_IFREG | 0600, 0) == 0) ++made;
    }
    ::close(folder);
    REQUIRE(made == count);
}

long resident_mib() {
    long pages = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> pages >> resident;
    return resident * ::sysconf(_SC_PAGESIZE) >> 20;
}

}  // namespace

TEST_CASE("file listing: a folder of a million, in pages of a thousand, in order, in bounded memory") {
    temporary_folder const folder(in_memory());
    make_files(folder.path());
    folder_store const at(folder);
    auto const story = [&]() -> awaitable<void> {
        long const before = resident_mib();
        long most = before;
        int seen = 0, wrong = 0;
        std::array<char, 80> name{};
        list_options options;
        do {
            list_page const page = co_await at.store->list("", options);
            for (object_meta const& object : page.objects) {
                name_of(seen++, name);
                if (object.key != name.data() || object.size != 0) ++wrong;
            }
            CHECK_MESSAGE(page.objects.size() == 1000, seen);
            most = std::max(most, resident_mib());
            options.next = page.next;
        } while (!options.next.empty());
        CHECK(seen == count);
        CHECK(wrong == 0);
        CHECK_MESSAGE(most - before < most_memory_mib, before << " MiB before, " << most << " MiB at most");
    };
    run(story, std::chrono::seconds(120));
}
