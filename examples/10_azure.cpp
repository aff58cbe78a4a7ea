// A container of Azure Blob Storage: settings, an upload in blocks that may be taken up again, and a read that is checked. Run here against
// a server in this process; `sluice::azure_settings::from_env()` would find your own account.
#include <sluice/sluice.hpp>
#include <sluice/testing/azure_server.hpp>

#include <iostream>
#include <string>

sluice::awaitable<void> program(sluice::azure_settings settings) {
    auto const store = sluice::make_azure_store(settings);

    // Blocks in any order and side by side; nobody sees the object before `complete`. If this process died here, the next upload of the
    // same key and name would find the blocks it had written.
    sluice::put_options how;
    how.resume_as = "report of May, version 3";
    how.attributes.content_type = "text/plain";
    sluice::upload up = co_await store->create_upload("reports/may", how);
    sluice::part_place const second{2, 6}, first{1, 0};
    co_await up.write(second, sluice::payload("world"));
    co_await up.write(first, sluice::payload("hello "));
    co_await up.complete();

    // Create-only: one of two writers gets `already_exists`.
    sluice::put_options once;
    once.create_only = true;
    try {
        co_await store->put("reports/may", sluice::payload("mine"), once);
    } catch (sluice::error const& e) {
        std::cout << "not replaced: " << to_string(e.reason()) << '\n';
    }

    sluice::whole_object const whole = co_await sluice::get_all(store, "reports/may");
    std::cout << whole.data.text() << ", " << whole.object.attributes.content_type << '\n';
}

int main() {
    sluice::testing::azure_server const server;
    sluice::testing::azure_server_options const account;
    sluice::azure_settings settings;
    settings.account = account.account;
    settings.account_key = account.account_key;
    settings.endpoint = server.endpoint();
    settings.container = "container";
    sluice::async::runtime(1).run([&] { return program(settings); });
}
