#include "sim/place.hpp"

#include "base/percent.hpp"

#include <sluice/azure.hpp>
#include <sluice/gcs.hpp>
#include <sluice/s3.hpp>
#include <sluice/s3_bucket.hpp>
#include <sluice/testing/world_gcs.hpp>

#include <set>
#include <stdexcept>
#include <utility>

namespace sluice::sim {

namespace {

using decider = std::function<std::optional<testing::service_fault>(testing::service_request_view const&)>;

constexpr char const* canary = "canary/SECRET+that/nobody/may/ever/see";
constexpr char const* canary_in_base64 = "Y2FuYXJ5L1NFQ1JFVCt0aGF0L25vYm9keS9tYXkvZXZlci9zZWU=";
constexpr char const* canary_token = "ya29.canary-that-nobody-may-ever-see";

std::uint32_t page_limit(std::uint64_t const seed) { return static_cast<std::uint32_t>(seed % 2 == 0 ? 1000 : 1 + seed % 7); }

/// Only checksums can tell.
bool flips(weather const& sky) { return sky.has(weather::kind::flipped_read) || sky.has(weather::kind::flipped_write); }

/// `text` has `query`, and not the beginning of a longer one.
bool says(std::string_view const text, std::string_view const query) {
    for (std::size_t at = text.find(query); at != text.npos; at = text.find(query, at + 1)) {
        std::size_t const end = at + query.size();
        if (end == text.size() || text[end] == '\n' || text[end] == ':') return true;
    }
    return false;
}

std::string refusal_in(testing::service_counts const& counts) { return counts.refused == 0 ? std::string() : counts.last_refusal; }

class s3_place final : public place {
public:
    s3_place(testing::world& in, std::uint64_t seed) : world_(in), server_(in.serve_s3("s3.test", service(seed))) {}

    std::shared_ptr<object_store> open(service_settings const& common, weather const& sky) override {
        s3_settings s = server_.settings();
        static_cast<service_settings&>(s) = common;
        bool const must = flips(sky);
        s.write_checksums = must || world_.pick(2) == 0 ? checksum_mode::when_supported : checksum_mode::automatic;
        s.read_checksums = must || world_.pick(2) == 0 ? checksum_mode::when_supported : checksum_mode::automatic;
        s.signing = world_.pick(4) == 0 ? payload_signing::signed_payload : payload_signing::unsigned_payload;
        s.expect_continue_above = world_.pick(2) == 0 ? 1000 : 1 << 20;
        return make_s3_store(std::move(s));
    }
    void on_request(decider decide) override { server_.on_request(std::move(decide)); }
    void put(std::string key, std::string data) override { server_.put("bucket", std::move(key), std::move(data)); }
    std::optional<std::string> get(std::string key) const override { return server_.get("bucket", std::move(key)); }
    std::string nonsense() const override { return server_.counts().refused == 0 ? std::string() : server_.counts().last_refusal; }

    /// Nobody ever knew of it, or its abort was tried, or its writer was cancelled and has none.
    awaitable<std::vector<std::string>> leavings(upload_history const* const known) override {
        s3_bucket const bucket(server_.settings());
        std::vector<open_upload> const left = co_await bucket.uploads();
        std::vector<std::string> found;
        std::uint64_t unheard_of = 0;
        for (open_upload const& one : left) {
            std::string const named = "uploadId=" + base::percent_encode(one.id);
            bool const heard = says(known->queries, named) || says(known->log, named);
            bool const tried = says(known->log, "DELETE s3.test/bucket/" + base::percent_encode(one.key, true) + "?" + named);
            if (!heard) ++unheard_of;
            if (heard && !tried && !known->dropped(one.key))
                found.push_back("the upload " + one.id + " of " + one.key + " is left, and nobody has tried to abort it");
        }
        if (unheard_of > known->excuses)  // one whose beginning was answered in vain was begun again
            found.push_back(std::to_string(unheard_of) + " uploads are left that nobody has heard of");
        co_return std::move(found);
    }

private:
    static testing::s3_server_options service(std::uint64_t seed) {
        testing::s3_server_options o;
        o.secret_key = canary;
        o.page_limit = page_limit(seed);
        return o;
    }

    testing::world& world_;
    testing::world_s3 server_;
};

class azure_place final : public place {
public:
    azure_place(testing::world& in, std::uint64_t seed) : world_(in), server_(in.serve_azure("azure.test", service(seed))) {}

    std::shared_ptr<object_store> open(service_settings const& common, weather const& sky) override {
        azure_settings s = server_.settings();
        static_cast<service_settings&>(s) = common;
        constexpr azure_checksum all[] = {azure_checksum::crc64, azure_checksum::md5, azure_checksum::none};
        s.checksum = flips(sky) ? azure_checksum::crc64 : all[world_.pick(3)];
        s.expect_continue_above = world_.pick(2) == 0 ? 1000 : 1 << 20;
        return make_azure_store(std::move(s));
    }
    bool proves_reads() const override { return false; }
    bool cleans_up(std::string_view operation) const override { return place::cleans_up(operation) || operation.starts_with("copy"); }
    void on_request(decider decide) override { server_.on_request(std::move(decide)); }
    void put(std::string key, std::string data) override { server_.put("container", std::move(key), std::move(data)); }
    std::optional<std::string> get(std::string key) const override { return server_.get("container", std::move(key)); }
    std::string nonsense() const override { return refusal_in(server_.counts()); }

    /// Blocks that are not committed go by themselves; without a failure there are none.
    awaitable<std::vector<std::string>> leavings(upload_history const* const known) override {
        std::vector<std::string> found;
        if (known->excuses == 0 && server_.uncommitted_blocks() != 0)
            found.push_back(std::to_string(server_.uncommitted_blocks()) + " blocks are left, though nothing failed");
        co_return std::move(found);
    }

private:
    static testing::azure_server_options service(std::uint64_t seed) {
        testing::azure_server_options o;
        o.account_key = canary_in_base64;
        o.page_limit = page_limit(seed);
        o.copy_polls = static_cast<unsigned>(seed % 3);
        return o;
    }

    testing::world& world_;
    testing::world_azure server_;
};

class gcs_place final : public place {
public:
    gcs_place(testing::world& in, std::uint64_t seed) : world_(in), server_(testing::serve_gcs(in, "gcs.test", service(seed))) {}

    std::shared_ptr<object_store> open(service_settings const& common, weather const&) override {
        gcs_settings s = server_.settings();
        static_cast<service_settings&>(s) = common;
        s.resumable_above = world_.pick(3) == 0 ? 1u << 20 : world_.pick(5'000);
        s.chunk_size = (1 + world_.pick(8)) * 256 * 1024;
        return make_gcs_store(std::move(s));
    }
    /// Every write may be a session, which is cancelled.
    bool cleans_up(std::string_view operation) const override {
        bool const session = operation.starts_with("put") || operation.starts_with("create") || operation.starts_with("count");
        return session || place::cleans_up(operation);
    }
    void on_request(decider decide) override { server_.on_request(std::move(decide)); }
    void put(std::string key, std::string data) override { server_.put("bucket", std::move(key), std::move(data)); }
    std::optional<std::string> get(std::string key) const override { return server_.get("bucket", std::move(key)); }
    std::string nonsense() const override { return refusal_in(server_.counts()); }

    /// A session is cancelled by whom it has failed, or nobody knows of it. The parts of an upload are removed, or that was tried, or its
    /// writer was cancelled and has no abort.
    awaitable<std::vector<std::string>> leavings(upload_history const* const known) override {
        std::vector<std::string> found;
        std::uint64_t const sessions = server_.sessions_open();
        if (sessions > known->excuses) found.push_back(std::to_string(sessions) + " resumable uploads are left");
        std::set<std::string> folders;
        for (std::string const& key : server_.keys("bucket"))
            if (key.starts_with(parts)) folders.insert(key.substr(parts.size(), key.find('/', parts.size()) - parts.size()));
        std::uint64_t untried = 0;
        for (std::string const& id : folders)
            if (known->log.find("prefix=" + base::percent_encode(std::string(parts) + id + '/')) == known->log.npos) ++untried;
        if (untried > known->dropped_writers)
            found.push_back("the parts of " + std::to_string(untried) + " uploads are left, and nobody has tried to remove them");
        co_return std::move(found);
    }

private:
    static constexpr std::string_view parts = ".sluice-parts/";

    static testing::gcs_server_options service(std::uint64_t seed) {
        testing::gcs_server_options o;
        o.token = canary_token;
        o.page_limit = page_limit(seed);
        o.rewrite_limit = 1000 + seed % 5 * 50'000;
        return o;
    }

    testing::world& world_;
    testing::world_gcs server_;
};

}  // namespace

std::vector<std::string> const& cloud_names() {
    static std::vector<std::string> const all{"s3", "azure", "gcs"};
    return all;
}

std::string const& cloud_of(std::uint64_t const seed) { return cloud_names()[(seed * 0x9e3779b97f4a7c15 >> 33) % 3]; }

std::unique_ptr<place> make_place(std::string_view const cloud, testing::world& in, std::uint64_t const seed) {
    if (cloud == "s3") return std::make_unique<s3_place>(in, seed);
    if (cloud == "azure") return std::make_unique<azure_place>(in, seed);
    if (cloud == "gcs") return std::make_unique<gcs_place>(in, seed);
    throw std::runtime_error("no cloud " + std::string(cloud));
}

std::vector<std::string_view> const& secrets_of_places() {
    static std::vector<std::string_view> const all{"canary/SECRET", "Signature=", "X-Amz-Signature", "Y2FuYXJ5", "SharedKey ", "ya29."};
    return all;
}

}  // namespace sluice::sim
