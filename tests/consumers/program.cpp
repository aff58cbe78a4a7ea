// What a user's own test looks like: an S3-shaped server in the process, a store on it, a read and a typed error.
#include <sluice/sluice.hpp>
#include <sluice/testing/s3_server.hpp>

#include <iostream>

sluice::awaitable<void> program(std::string endpoint, sluice::credentials keys) {
    sluice::open_settings settings;
    settings.s3.endpoint = endpoint;
    settings.s3.credentials = sluice::static_credentials(keys);
    sluice::opened const there = sluice::open("s3://bucket/greeting", settings);
    sluice::whole_object const whole = co_await sluice::get_all(there.store, there.key);
    std::cout << whole.data.text() << '\n';
    sluice::opened const missing = sluice::open("s3://bucket/nothing", settings);
    co_await sluice::get_all(missing.store, missing.key);
}

int main() {
    sluice::testing::s3_server_options const options;
    sluice::testing::s3_server server(options);
    server.put("bucket", "greeting", "hello from an installed sluice");
    try {
        sluice::async::runtime(1).run([&] { return program(server.endpoint(), {options.access_key, options.secret_key}); });
    } catch (sluice::error const& e) {
        return e.reason() == sluice::errc::not_found ? 0 : 1;
    }
    return 1;
}
