// Google Cloud Storage: a large upload that goes on where it broke off, a write that happens once, a listing.
//   09_google_cloud_storage gs-bucket     with STORAGE_EMULATOR_HOST for an emulator; without arguments: against a server in this process
#include <sluice/sluice.hpp>
#include <sluice/testing/gcs_server.hpp>

#include <iostream>

using namespace sluice;

awaitable<void> program(gcs_settings settings) {
    settings.resumable_above = 1 << 20;  // larger ones are resumable uploads
    settings.chunk_size = 1 << 20;
    std::shared_ptr<object_store> const store = make_gcs_store(settings);

    put_options options;
    options.attributes.content_type = "text/plain";
    options.keeping.storage_class = "NEARLINE";
    co_await store->put("reports/2026-11-28", payload(std::string(3 << 20, 'r')), options);

    put_options once;
    once.create_only = true;  // ifGenerationMatch=0
    put_result const made = co_await store->put("reports/latest", payload("2026-11-28"), once);
    put_options swap;
    swap.if_match = made.etag;  // only over that generation
    co_await store->put("reports/latest", payload("2026-11-29"), swap);

    list_page const page = co_await list_all(store, "reports/");
    for (object_meta const& one : page.objects)
        std::cout << store->uri() << one.key << ", " << one.size << " bytes, generation " << one.version << '\n';
    std::vector<object_key> const keys{"reports/2026-11-28", "reports/latest"};
    remove_report const gone = co_await store->remove(keys);
    std::cout << gone.removed << " removed\n";
}

int main(int argc, char** argv) {
    testing::gcs_server server;
    gcs_settings settings = gcs_settings::from_env();
    settings.bucket = argc > 1 ? argv[1] : "bucket";
    if (argc == 1) {
        settings.endpoint = server.endpoint();
        settings.tokens = static_token("ya29.example");
    }
    try {
        async::runtime(1).run([&] { return program(settings); });
    } catch (error const& e) {
        std::cerr << e.what() << '\n';
        return 1;
    }
}
