#pragma once

#include <sluice/error.hpp>
#include <sluice/object_store.hpp>
#include <sluice/s3.hpp>
#include <sluice/testing/s3_server.hpp>
#include <sluice/testing/script_server.hpp>

#include "support/co_test.hpp"

#include <atomic>
#include <cstddef>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::test {

/// Settings that reach an `s3_server` of default options, and lose no time between attempts.
inline s3_settings quick_settings(std::string endpoint) {
    testing::s3_server_options const server;
    s3_settings s;
    s.bucket = "bucket";
    s.endpoint = std::move(endpoint);
    s.credentials = static_credentials(credentials(server.access_key, server.secret_key));
    s.retry.base = std::chrono::milliseconds(1);
    s.retry.cap = std::chrono::milliseconds(2);
    s.retry.max_attempts = 4;
    return s;
}

inline std::shared_ptr<object_store> quick_store(std::string endpoint) { return make_s3_store(quick_settings(std::move(endpoint))); }

/// The error `work` ends with. A success fails the test.
template <class T>
awaitable<error> error_of(awaitable<T> work) {
    std::optional<error> caught;
    try {
        co_await std::move(work);
    } catch (error const& e) {
        caught = e;
    }
    REQUIRE_MESSAGE(caught.has_value(), "an error was expected");
    co_return *caught;
}

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// Bytes of no period, so that a misplaced piece shows.
inline std::string pattern(std::size_t size) {
    std::string text(size, '\0');
    std::uint32_t x = 12345;
    for (char& c : text) {
        x = x * 1664525u + 1013904223u;
        c = static_cast<char>(x >> 24);
    }
    return text;
}

/// Memory that tells which bytes were never written.
class poisoned {
public:
    explicit poisoned(std::size_t size) : bytes_(size, std::byte{0xa5}) {}
    std::span<std::byte> span() noexcept { return bytes_; }
    std::string_view text(std::size_t size) const { return {reinterpret_cast<char const*>(bytes_.data()), size}; }
    bool untouched_from(std::size_t at) const {
        for (; at < bytes_.size(); ++at)
            if (bytes_[at] != std::byte{0xa5}) return false;
        return true;
    }

private:
    std::vector<std::byte> bytes_;
};

/// Lines a store logs.
class journal {
public:
    log_sink sink() {
        return [this](log_level, std::string_view line) {
            std::lock_guard const lock(mutex_);
            text_ += line;
            text_ += '\n';
        };
    }
    std::string text() const {
        std::lock_guard const lock(mutex_);
        return text_;
    }

private:
    mutable std::mutex mutex_;
    std::string text_;
};

/// Faults the first request with a method, and lets all others pass.
inline void fault_first(testing::s3_server& server, std::string method, testing::s3_fault fault, std::atomic<int>& seen) {
    server.on_request([&seen, method, fault](testing::s3_request_view const& r) -> std::optional<testing::s3_fault> {
        if (r.method != method) return std::nullopt;
        return seen++ == 0 ? std::optional<testing::s3_fault>(fault) : std::nullopt;
    });
}

/// An error document in place of the answer.
inline testing::s3_fault answer(int status, std::string code) {
    testing::s3_fault f;
    f.status = status;
    f.code = std::move(code);
    return f;
}

/// A 206 with these bytes.
inline testing::scripted_reply part_reply(std::string_view body, std::string_view content_range, std::string_view etag = "\"e1\"") {
    return testing::scripted_reply::status(206, body, {{"Content-Range", std::string(content_range)}, {"ETag", std::string(etag)}});
}

/// The same, but after `keep` bytes of the body the connection ends in order.
inline testing::scripted_reply cut_reply(testing::scripted_reply reply, std::size_t keep) {
    std::string& raw = reply.pieces.front();
    raw.resize(raw.find("\r\n\r\n") + 4 + keep);
    reply.close = true;
    return reply;
}

}  // namespace sluice::test
