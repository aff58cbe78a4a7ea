#include "backend/s3/remove.hpp"

#include "backend/s3/response.hpp"
#include "base/utf8.hpp"
#include "retry/classify.hpp"
#include "store/check.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

void append(remove_report& to, remove_report&& part) {
    to.removed += part.removed;
    std::ranges::move(part.failed, std::back_inserter(to.failed));
}

remove_report::failed_key failed_key(removal one, failure const& f) {
    remove_report::failed_key failed;
    failed.key = std::move(one.key);
    failed.version = std::move(one.version);
    failed.code = f.info().service_code.empty() ? std::string(to_string(f.reason())) : f.info().service_code;
    failed.message = f.info().service_message.empty() ? f.info().detail : f.info().service_message;
    return failed;
}

/// Some services say so; what was to go is gone.
bool gone(std::string_view const code) noexcept { return code == "NoSuchKey" || code == "NoSuchVersion"; }

/// One DELETE. A denied key is that key's affair; everything else stops the removal.
awaitable<result<void>> remove_one(operation* const op, removal one, remove_report* const report) {
    recipe const r = delete_recipe(one.key, one.version);
    result<http::response> answer = co_await op->send(&r);
    if (answer && answer->head().body != http::framing::none)
        co_return failure(errc::protocol, "the answer to the removal has a body, so nothing says that the object is gone");
    if (answer) {
        ++report->removed;
    } else if (gone(answer.error().info().service_code)) {
        ++report->removed;
    } else if (answer.error().reason() == errc::permission_denied) {
        report->failed.push_back(failed_key(std::move(one), answer.error()));
    } else {
        co_return std::move(answer).error();
    }
    op->progressed();  // patience is for each request, however many there are
    co_return result<void>();
}

/// Takes the keys that failed for want of patience out of `report`.
std::vector<removal> take_busy(remove_report& report, std::string& code) {
    std::vector<removal> again;
    std::erase_if(report.failed, [&](remove_report::failed_key& f) {
        retry::outcome const row = retry::classify(200, f.code);
        bool const busy = row == retry::outcome::server_busy || row == retry::outcome::turned_away || row == retry::outcome::conflict;
        if (!busy) return false;
        code = f.code;
        again.emplace_back(std::move(f.key), std::move(f.version));
        return true;
    });
    return again;
}

/// One batch, and again what the service was too busy for.
awaitable<result<void>> remove_batch(operation* const op, std::vector<removal> what, remove_report* const report) {
    while (!what.empty()) {
        recipe const r = delete_batch_recipe(what, op->store().directory ? document_digest::crc32 : document_digest::md5);
        result<std::string> text = co_await op->send_for_text(&r, delete_result_limit);
        if (!text) co_return std::move(text).error();
        result<remove_report> part = parse_delete_result(std::move(*text), what);
        if (!part) co_return std::move(part).error();
        remove_report const before_busy = *part;
        std::string code;
        std::vector<removal> again = take_busy(*part, code);
        if (part->removed > 0) op->progressed();
        if (!again.empty()) {
            failure busy(retry::reason_of(200, code), {});
            busy.info().service_code = code;
            std::optional<failure> const final = co_await op->recover(std::move(busy), retry::classify(200, code));
            if (final) {  // out of patience: the report tells
                *part = before_busy;
                again.clear();
            }
        }
        append(*report, std::move(*part));
        what = std::move(again);
    }
    co_return result<void>();
}

}  // namespace

awaitable<result<remove_report>> remove_all(operation* const op, std::vector<removal> what) {
    for (removal const& one : what) {
        result<void> const checked = store::check_key(one.key);
        if (!checked) co_return checked.error();
    }
    auto const odd = std::ranges::stable_partition(what, [](removal const& one) { return base::fits_xml(one.key); });
    std::vector<removal> singles(std::make_move_iterator(odd.begin()), std::make_move_iterator(odd.end()));
    what.erase(odd.begin(), odd.end());
    if (what.size() == 1) singles.push_back(std::exchange(what, {}).front());

    remove_report report;
    for (std::span<removal> rest = what; !rest.empty();) {
        std::size_t const n = batch_length(rest);
        std::vector<removal> batch(std::make_move_iterator(rest.begin()),
                                   std::make_move_iterator(rest.begin() + static_cast<std::ptrdiff_t>(n)));
        result<void> const done = co_await remove_batch(op, std::move(batch), &report);
        if (!done) co_return done.error();
        rest = rest.subspan(n);
    }
    for (removal& one : singles) {
        result<void> const done = co_await remove_one(op, std::move(one), &report);
        if (!done) co_return done.error();
    }
    co_return std::move(report);
}

}  // namespace sluice::inline v0::s3
