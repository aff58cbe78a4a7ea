#include "retry/retry_table.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

using namespace sluice;
using namespace sluice::retry;

namespace {

std::string_view shown(verdict const v) {
    switch (v) {
    case verdict::retry: return "retry";
    case verdict::fix_clock: return "learn the clock offset, retry; once";
    case verdict::refresh_credentials: return "fetch credentials again, retry; once";
    case verdict::follow_region: return "follow the region, retry; once";
    case verdict::give_up: return "final";
    case verdict::give_up_ambiguous: return "final: errc::ambiguous";
    }
    return "";
}

std::string markdown() {
    std::string text =
        "# What is retried\n\n"
        "Each attempt that did not succeed has one outcome, each operation is of one kind; the cell says what happens next. Retries come\n"
        "after a pause (exponential backoff with full jitter, Retry-After when that is longer) and end with the attempts, the retry tokens "
        "of\n"
        "the endpoint or the deadline of the operation. What is done once is done without a pause.\n\n"
        "- read: GET, HEAD, LIST\n"
        "- overwrite: unconditional PUT, part, delete. One repeated after an unknown outcome can land over another writer's newer object:\n"
        "  with more than one writer to a key, write with a condition.\n"
        "- exclusive: create-only, compare-and-swap. Never repeated blindly.\n\n"
        "| Outcome | Meaning | read | overwrite | exclusive |\n|---|---|---|---|---|\n";
    for (table_row const& row : retry_table) {
        text.append("| ").append(to_string(row.what)).append(" | ").append(row.meaning);
        for (verdict const v : row.cells) text.append(" | ").append(shown(v));
        text += " |\n";
    }
    return text;
}

}  // namespace

TEST_CASE("docs/retry-table.md is the table") {
    std::ifstream file(SLUICE_SOURCE_ROOT "/docs/retry-table.md", std::ios::binary);
    std::string const written{std::istreambuf_iterator<char>(file), {}};
    INFO("it should read:\n" << markdown());
    CHECK(written == markdown());
}

TEST_CASE("a write whose first outcome is unknown is not repeated when it is exclusive, and is when it is not") {
    for (outcome const unknown : {outcome::lost, outcome::timed_out_after_send, outcome::server_busy, outcome::damaged_body}) {
        CHECK(table_verdict(operation_kind::read, unknown) == verdict::retry);
        CHECK(table_verdict(operation_kind::overwrite, unknown) == verdict::retry);
        CHECK(table_verdict(operation_kind::exclusive, unknown) == verdict::give_up_ambiguous);
    }
    for (outcome const not_applied : {outcome::not_sent, outcome::turned_away})
        for (auto const kind : {operation_kind::read, operation_kind::overwrite, operation_kind::exclusive})
            CHECK(table_verdict(kind, not_applied) == verdict::retry);
    CHECK(table_verdict(operation_kind::exclusive, outcome::conflict) == verdict::retry);
    for (auto const kind : {operation_kind::read, operation_kind::overwrite, operation_kind::exclusive}) {
        CHECK(table_verdict(kind, outcome::final_answer) == verdict::give_up);
        CHECK(table_verdict(kind, outcome::clock_skewed) == verdict::fix_clock);
        CHECK(table_verdict(kind, outcome::expired_credentials) == verdict::refresh_credentials);
        CHECK(table_verdict(kind, outcome::wrong_region) == verdict::follow_region);
    }
}

TEST_CASE("outcomes and verdicts have names") {
    CHECK(to_string(outcome::turned_away) == "turned_away");
    CHECK(to_string(verdict::give_up_ambiguous) == "give_up_ambiguous");
    CHECK(to_string(verdict::give_up) == "give_up");
    CHECK(to_string(verdict::retry) == "retry");
    CHECK(to_string(verdict::fix_clock) == "fix_clock");
    CHECK(to_string(verdict::refresh_credentials) == "refresh_credentials");
    CHECK(to_string(verdict::follow_region) == "follow_region");
    CHECK(to_string(static_cast<outcome>(99)) == "unknown");
    CHECK(to_string(static_cast<verdict>(99)) == "unknown");
}
