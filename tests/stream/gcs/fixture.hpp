#pragma once

#include "support/streams.hpp"

#include <sluice/gcs.hpp>
#include <sluice/testing/world_gcs.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace sluice::test {

/// A world with a Google Cloud Storage in it.
struct gcs_world {
    explicit gcs_world(testing::gcs_server_options options = {}, testing::world_options how = {})
        : world(1, how),
          gcs(serve_gcs(world, "gcs.test", std::move(options))) {
        world.expect_failure();
    }
    ~gcs_world() { CHECK_MESSAGE(gcs.counts().refused == 0, gcs.counts().last_refusal); }

    /// Chunks are small, so that small objects take several.
    gcs_settings settings() const {
        gcs_settings s = gcs.settings();
        s.resumable_above = 300'000;
        s.chunk_size = 256 * 1024;
        return s;
    }
    std::shared_ptr<object_store> store() const { return make_gcs_store(settings()); }

    /// Runs `body`; the reason it failed for, if it did.
    errc run(std::function<awaitable<void>()> body) {
        try {
            world.run(std::move(body));
        } catch (error const& e) {
            failed = e.info();
            what = e.what();
            return e.reason();
        }
        return errc{};
    }

    /// Faults for the requests of that method, one after the other; those behind are served well.
    void faults(std::string method, std::vector<std::optional<testing::service_fault>> wanted) {
        auto const left = std::make_shared<std::vector<std::optional<testing::service_fault>>>(std::move(wanted));
        gcs.on_request([left, method](testing::service_request_view const& r) -> std::optional<testing::service_fault> {
            if (r.method != method || left->empty()) return std::nullopt;
            std::optional<testing::service_fault> fault = left->front();
            left->erase(left->begin());
            return fault;
        });
    }

    testing::world world;
    testing::world_gcs gcs;
    error_info failed;
    std::string what;
};

inline testing::service_fault refusing(int status, std::string code) {
    testing::service_fault fault;
    fault.status = status;
    fault.code = std::move(code);
    return fault;
}

inline testing::service_fault losing_answer() {
    testing::service_fault fault;
    fault.drop_after_apply = true;
    return fault;
}

/// Of a chunk only so much comes, and then the connection is gone.
inline testing::service_fault half_kept(std::uint64_t bytes) {
    testing::service_fault fault;
    fault.keep_only = bytes;
    fault.drop_after_apply = true;
    return fault;
}

/// A source of `pattern`.
class pattern_source final : public payload_source {
public:
    explicit pattern_source(std::size_t size) : data_(pattern(size)) {}
    std::uint64_t size() const noexcept override { return data_.size(); }
    awaitable<void> read(std::uint64_t const offset, std::span<std::byte> const into) override {
        auto const from = std::as_bytes(std::span(data_)).subspan(static_cast<std::size_t>(offset), into.size());
        std::ranges::copy(from, into.begin());
        co_return;
    }

private:
    std::string data_;
};

inline payload from_source(std::size_t size) { return payload(std::shared_ptr<payload_source>(std::make_shared<pattern_source>(size))); }

inline awaitable<std::string> content_of(std::shared_ptr<object_store> store, std::string key) {
    body_reader body = co_await store->get(std::move(key));
    std::string text(static_cast<std::size_t>(body.object().size), '\0');
    std::size_t const n = co_await body.read_all(std::as_writable_bytes(std::span(text)));
    text.resize(n);
    co_return text;
}

}  // namespace sluice::test
