#pragma once

#include <array>
#include <string_view>

namespace sluice::inline v0::retry {

/// The column of the retry table: what may be repeated when its first outcome is unknown.
enum class operation_kind {
    read,       ///< GET, HEAD, LIST
    overwrite,  ///< unconditional PUT, part, delete: the same bytes again do no harm with one writer a key
    exclusive,  ///< create-only, compare-and-swap: must not be repeated blindly
};

/// The row of the retry table: what became of one attempt.
enum class outcome {
    not_sent,              ///< no connection: DNS, connect, TLS, pool
    lost,                  ///< reset or closed after sending
    timed_out_after_send,  ///< a limit of ours passed after sending
    turned_away,           ///< 429, 408, SlowDown, RequestTimeout, BadDigest...: documented as not applied
    server_busy,           ///< 500, 502, 503, 504, InternalError: may have been applied
    conflict,              ///< 409 ConditionalRequestConflict
    clock_skewed,          ///< RequestTimeTooSkewed
    expired_credentials,   ///< ExpiredToken and the like, once
    wrong_region,          ///< 301, 307, 400 naming another region
    damaged_body,          ///< short or broken body of a read
    final_answer,          ///< all else: nothing to be gained
};

/// The cell of the table.
enum class verdict {
    retry,
    fix_clock,            ///< learn the offset from the Date header, retry at once; the second time final
    refresh_credentials,  ///< once
    follow_region,        ///< one validated hop
    give_up,
    give_up_ambiguous,  ///< the write may have been applied: errc::ambiguous
};

/// One row: what to do for each kind of operation, in the order of `operation_kind`.
struct table_row {
    outcome what;
    std::string_view meaning;
    std::array<verdict, 3> cells;
};

/// All that is decided about retries, as data; docs/retry-table.md is written from it.
inline constexpr std::array<table_row, 11> retry_table{{
    {outcome::not_sent, "no connection (DNS, connect, TLS, pool): nothing was sent", {verdict::retry, verdict::retry, verdict::retry}},
    {outcome::lost, "reset or closed after sending", {verdict::retry, verdict::retry, verdict::give_up_ambiguous}},
    {outcome::timed_out_after_send, "a time limit passed after sending", {verdict::retry, verdict::retry, verdict::give_up_ambiguous}},
    {outcome::turned_away,
     "408, 429, SlowDown, RequestTimeout, BadDigest: documented as not applied",
     {verdict::retry, verdict::retry, verdict::retry}},
    {outcome::server_busy,
     "500, 502, 503, 504, InternalError: perhaps applied",
     {verdict::retry, verdict::retry, verdict::give_up_ambiguous}},
    {outcome::conflict, "409 ConditionalRequestConflict, OperationAborted", {verdict::give_up, verdict::retry, verdict::retry}},
    {outcome::clock_skewed, "RequestTimeTooSkewed", {verdict::fix_clock, verdict::fix_clock, verdict::fix_clock}},
    {outcome::expired_credentials,
     "401, ExpiredToken",
     {verdict::refresh_credentials, verdict::refresh_credentials, verdict::refresh_credentials}},
    {outcome::wrong_region,
     "301, 307, 400 naming another region",
     {verdict::follow_region, verdict::follow_region, verdict::follow_region}},
    {outcome::damaged_body, "short or broken body", {verdict::retry, verdict::retry, verdict::give_up_ambiguous}},
    {outcome::final_answer,
     "all else: 400, 403, 404, 412, 416, bad TLS, broken protocol, cancel",
     {verdict::give_up, verdict::give_up, verdict::give_up}},
}};

/// One cell, no history.
verdict table_verdict(operation_kind kind, outcome what) noexcept;

std::string_view to_string(outcome what) noexcept;
std::string_view to_string(verdict what) noexcept;

}  // namespace sluice::inline v0::retry
