#pragma once

#include "support/abandon.hpp"

#include <sluice/error.hpp>
#include <sluice/service_settings.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

// One run of a story. `abandon` makes the runs.
namespace sluice::test {

/// What a service may answer instead of what is right.
struct wrong_answer {
    std::string_view name;
    int status = 0;
    std::string_view code;
    enum class how : std::uint8_t { refused, lost, cut, late } is = how::refused;
    std::array<errc, 3> reasons{};  ///< of the error, when all answers are so
    bool overcome = true;           ///< when only one is
};

inline constexpr std::array<wrong_answer, 8> wrong_answers{{
    {"a busy service", 503, "SlowDown", wrong_answer::how::refused, {errc::throttled}},
    {"a failing service", 500, "InternalError", wrong_answer::how::refused, {errc::server}},
    {"too many requests", 429, "TooManyRequests", wrong_answer::how::refused, {errc::throttled}},
    {"a request that came too slowly", 408, "RequestTimeout", wrong_answer::how::refused, {errc::timed_out, errc::throttled, errc::server}},
    {"a lost answer", 0, "", wrong_answer::how::lost, {errc::connection_lost, errc::unreachable}},
    {"half an answer", 0, "", wrong_answer::how::cut, {errc::truncated, errc::connection_lost}},
    {"an answer that comes too late", 0, "", wrong_answer::how::late, {errc::timed_out}},
    {"no permission", 403, "AccessDenied", wrong_answer::how::refused, {errc::permission_denied}, false},
}};

/// What goes wrong in one run, and where.
struct plan {
    plan() {}
    enum class place : std::uint8_t { nowhere, step, event, request, call } where = place::nowhere;
    std::uint64_t at = 0;
    bool lasting = false;  ///< and all that follows
    testing::mishap what = testing::mishap::none;
    bool at_once = false;  ///< of a cancel: within the call, or before who waits is told; else right behind
    wrong_answer const* answer = nullptr;
    testing::disk_mishap call = testing::disk_mishap::none;
    std::size_t write_limit = SIZE_MAX;

    bool meets(place p, std::uint64_t n) const noexcept { return where == p && (n == at || (lasting && n > at)); }
    std::string text() const;
};

/// What happened in one run.
struct counted {
    std::uint64_t steps = 0, events = 0, requests = 0, calls = 0;
};

enum class ending : std::uint8_t { finished, failed, destroyed };

/// One run of a story, that meets what is planned, and checks what came of it.
class telling {
public:
    telling(story const& s, plan p);
    telling(telling const&) = delete;
    telling& operator=(telling const&) = delete;

    ending run();
    counted const& counts() const noexcept { return counted_; }

private:
    void set(service_settings& settings);
    std::shared_ptr<object_store> open();

    void cancel();
    testing::mishap at_step();
    void at_event();
    std::optional<testing::service_fault> at_request(testing::service_request_view const& r);
    testing::disk_mishap at_call();

    ending tell();
    awaitable<void> tell_and_keep();
    bool must_finish() const noexcept;
    bool fits(errc r) const noexcept;
    void check_reason(error const& e);
    void check_secrets();
    void check_rest();
    void check_uploads();
    void check_parts() const;
    std::uint64_t uploads_left() const;
    void tell_again();
    std::string text() const { return why_ ? std::string(why_->what()) : foreign_; }

    story const& story_;
    plan plan_;
    testing::world world_;
    scenery scenery_;
    std::string title_;
    std::shared_ptr<object_store> store_;
    counted now_, counted_;
    std::set<std::string> known_uploads_;  // those that the client has named
    std::uint64_t sessions_ = 0;           // begun, of Google's
    std::uint64_t left_ = 0;               // of the known ones, since the service could not be told
    std::chrono::nanoseconds began_{};
    std::string log_;
    std::optional<error> why_;
    std::string foreign_;
};

}  // namespace sluice::test
