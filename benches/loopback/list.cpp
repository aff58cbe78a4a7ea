// Listings: list-bench KEYS DELAY_MS MODE..: a server of this process holds KEYS keys and answers each page after DELAY_MS. Modes: pages
// (one after the other), sharded (list_sharded), parse (documents alone). CPU is that of the client's thread.
#include "backend/s3/response.hpp"

#include <sluice/async/runtime.hpp>
#include <sluice/listing.hpp>
#include <sluice/operations.hpp>
#include <sluice/s3.hpp>
#include <sluice/testing/s3_server.hpp>

#include <time.h>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>

using namespace sluice;

namespace {

double thread_cpu() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

void fill(testing::s3_server& server, std::size_t keys) {
    char key[64];
    for (std::size_t i = 0; i < keys; ++i) {
        std::snprintf(key, sizeof key, "data/part-%010zu.bin", i);
        server.put("bucket", key, "x");
    }
}

s3_settings settings_of(testing::s3_server const& server) {
    testing::s3_server_options const options;
    s3_settings settings;
    settings.bucket = "bucket";
    settings.endpoint = server.endpoint();
    settings.credentials = static_credentials(credentials(options.access_key, options.secret_key));
    return settings;
}

void measured(char const* mode, std::function<awaitable<std::size_t>()> work) {
    async::runtime loop(1);
    auto const begin = std::chrono::steady_clock::now();
    double cpu = 0;
    std::size_t keys = 0;
    loop.run([&]() -> awaitable<void> {
        double const before = thread_cpu();
        keys = co_await work();
        cpu = thread_cpu() - before;
    });
    double const wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::printf("%-8s %9zu keys  %8.3f s  %8.3f s CPU  %9.0f keys per CPU second\n", mode, keys, wall, cpu,
                static_cast<double>(keys) / cpu);
}

void measure_listing(std::string_view mode, std::shared_ptr<object_store> store) {
    std::size_t keys = 0;
    page_visitor const count = [&keys](list_page page) -> awaitable<bool> {
        keys += page.objects.size();
        co_return true;
    };
    measured(mode == "pages" ? "pages" : "sharded", [&]() -> awaitable<std::size_t> {
        if (mode == "pages") {
            co_await for_each_page(store, "", list_options(), count);
        } else {
            co_await list_sharded(store, "", sharded_list_options(), count);
        }
        co_return keys;
    });
}

void measure_parsing(std::size_t keys) {
    std::string page =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bucket</Name>"
        "<Prefix></Prefix><KeyCount>1000</KeyCount><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType>"
        "<IsTruncated>false</IsTruncated>";
    char entry[512];
    for (int i = 0; i < 1000; ++i) {
        std::snprintf(
            entry, sizeof entry,
            "<Contents><Key>data/part-%010d.bin</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>"
            "<ETag>&quot;9dd4e461268c8034f5c8564e155c67a6&quot;</ETag><Size>1048576</Size><StorageClass>STANDARD</StorageClass></Contents>",
            i);
        page += entry;
    }
    page += "</ListBucketResult>";
    double const before = thread_cpu();
    std::size_t done = 0;
    while (done < keys) done += s3::parse_list(page, "").value().objects.size();
    double const cpu = thread_cpu() - before;
    std::printf("%-8s %9zu keys  %8s    %8.3f s CPU  %9.0f keys per CPU second\n", "parse", done, "", cpu, static_cast<double>(done) / cpu);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) return std::fputs("list-bench KEYS DELAY_MS pages|sharded|parse..\n", stderr), 2;
    std::size_t const keys = std::strtoull(argv[1], nullptr, 10);
    std::chrono::milliseconds const delay(std::atoi(argv[2]));
    testing::s3_server server;
    bool filled = false;
    server.on_request([delay](testing::s3_request_view const&) {
        testing::s3_fault slow;
        slow.delay = delay;
        return std::optional<testing::s3_fault>(slow);
    });
    for (int i = 3; i < argc; ++i) {
        std::string_view const mode = argv[i];
        if (mode == "parse") {
            measure_parsing(keys);
            continue;
        }
        if (!filled) fill(server, keys);
        filled = true;
        measure_listing(mode, make_s3_store(settings_of(server)));
    }
    return 0;
}
