#include "model/stage.hpp"

#include "support/wrapped_store.hpp"

#include <sluice/async/runtime.hpp>
#include <sluice/azure.hpp>
#include <sluice/file.hpp>
#include <sluice/gcs.hpp>
#include <sluice/memory.hpp>
#include <sluice/s3.hpp>

#include <stdexcept>

namespace sluice::model {

namespace {

s3_settings settings_of(testing::world_s3 const& server, std::uint64_t const seed) {
    s3_settings s = server.settings();
    s.endpoint = "http://s3.test";  // a directory bucket's name goes before it
    s.write_checksums = s.read_checksums = seed % 2 == 0 ? checksum_mode::when_supported : checksum_mode::automatic;
    s.signing = seed % 3 == 0 ? payload_signing::signed_payload : payload_signing::unsigned_payload;
    return s;
}

testing::s3_server_options service(bool const directory) {
    testing::s3_server_options o;
    o.page_limit = 7;
    o.min_part_size = 1000;
    o.directory = directory;
    if (directory) o.buckets = {"bucket--use1-az4--x-s3"}, o.domain = "s3.test";
    return o;
}

}  // namespace

std::vector<std::string> const& store_kinds() {
    static std::vector<std::string> const all{"memory", "file",     "file-tmpfs", "direct",   "s3",     "s3-directory", "azure",
                                              "gcs",    "prefixed", "limited",    "observed", "faulty", "nested"};
    return all;
}

stage::stage(std::string const& kind, std::uint64_t const seed) {
    if (kind.starts_with("file") || kind.starts_with("direct")) {
        folder_ = std::make_unique<test::temporary_folder>(kind.ends_with("tmpfs") ? test::in_memory() : test::on_disk());
        file_settings settings;
        settings.root = folder_->path();
        settings.keep = durability::none;
        if (kind == "direct") settings.access = file_access::direct;
        store_ = make_file_store(settings);
        return;
    }
    world_ = std::make_unique<testing::world>(seed);
    world_->expect_failure();
    if (kind == "s3" || kind == "s3-directory") {
        server_ = world_->serve_s3(kind == "s3" ? "s3.test" : "bucket--use1-az4--x-s3.s3.test", service(kind == "s3-directory"));
        store_ = make_s3_store(settings_of(*server_, seed));
    } else if (kind == "gcs") {
        testing::gcs_server_options o;
        o.page_limit = 7;
        o.rewrite_limit = 1000 + seed % 3 * 100'000;
        gcs_ = testing::serve_gcs(*world_, "gcs.test", o);
        store_ = make_gcs_store(gcs_->settings());
    } else if (kind == "azure") {
        testing::azure_server_options o;
        o.page_limit = 7;
        o.copy_polls = static_cast<unsigned>(seed % 3);
        azure_ = world_->serve_azure("azure.test", o);
        store_ = make_azure_store(azure_->settings());
    } else {
        store_ = kind == "memory" ? make_memory_store("model", 7) : test::make_wrapped(kind);
    }
    if (!store_) throw std::runtime_error("no store " + kind);
}

void stage::run(std::function<awaitable<void>()> body) {
    if (world_) {
        world_->run(std::move(body));
        return;
    }
    async::runtime one_thread;
    one_thread.run(std::move(body));
}

std::optional<std::string> stage::leavings() {
    if (!world_) return std::nullopt;
    if (world_->counts().alarms != 0) return std::to_string(world_->counts().alarms) + " alarms are left";
    if (gcs_ && gcs_->counts().refused != 0) return "the server was sent nonsense: " + gcs_->counts().last_refusal;
    if (azure_ && azure_->counts().refused != 0) return "the server was sent nonsense: " + azure_->counts().last_refusal;
    if (!server_) return std::nullopt;
    if (server_->counts().refused != 0) return "the server was sent nonsense: " + server_->counts().last_refusal;
    if (server_->uploads_open() != 0) return std::to_string(server_->uploads_open()) + " uploads are left";
    return std::nullopt;
}

}  // namespace sluice::model
