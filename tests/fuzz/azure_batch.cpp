// Answers to a batch of removals: what is read of them is bounded and belongs to a request, each key has one fate, and what a naive writer
// makes of statuses gives them back.
#include "input.hpp"

#include "backend/azure/batch.hpp"

using namespace sluice;

namespace {

bool is_status(std::uint64_t const n) noexcept { return n >= 200 && n <= 999; }

/// Statuses by their places; others are requests without an answer.
void write_and_read(std::vector<std::uint64_t> const& statuses) {
    if (std::ranges::none_of(statuses, is_status)) return;
    std::string body = "--b";
    for (std::size_t i = 0; i < statuses.size(); ++i) {
        if (!is_status(statuses[i])) continue;
        body += "\r\nContent-ID: " + std::to_string(i) + "\r\n\r\nHTTP/1.1 " + std::to_string(statuses[i]) + " Reason\r\n\r\n--b";
    }
    auto const read = azure::parse_batch(body + "--", statuses.size());
    fuzz::must(read && read->size() == statuses.size(), "a place for each request");
    for (std::size_t i = 0; i < statuses.size(); ++i) {
        fuzz::must((*read)[i].status == (is_status(statuses[i]) ? static_cast<int>(statuses[i]) : 0), "as it was written");
    }
}

void check(azure::batch_answer const& one) {
    fuzz::must(one.why.code.size() <= 128 && one.why.message.size() <= 512, "bounded");
    fuzz::must(one.why.message.find("sig=") == std::string::npos, "no signature");
    std::optional<failure> why;
    switch (azure::fate_of(one, azure::sent_as(), why)) {
    case azure::key_fate::removed: fuzz::must(one.status != 0 && !why, "removed: an answer says so"); break;
    case azure::key_fate::refused: fuzz::must(why && azure::is_of_key(*why), "refused: for a reason of its own"); break;
    case azure::key_fate::alone: fuzz::must(!why, "alone: nothing is told"); break;
    }
}

}  // namespace

void fuzz::run(input in) {
    write_and_read(in.numbers());
    std::size_t const count = in.number(256);
    auto const read = azure::parse_batch(in.rest(), count);
    if (!read) return must(read.error().reason() == errc::protocol && read.error().info().detail.size() < 200, "a short protocol error");
    must(read->size() == count, "a place for each request");
    for (azure::batch_answer const& one : *read) check(one);
}
