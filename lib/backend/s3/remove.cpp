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

remove_report::failed_key failed_key(object_key key, failure const& f) {
    remove_report::failed_key failed;
    failed.key = std::move(key);
    failed.code = f.info().service_code.empty() ? std::string(to_string(f.reason())) : f.info().service_code;
    failed.message = f.info().service_message.empty() ? f.info().detail : f.info().service_message;
    return failed;
}

/// One DELETE. A denied key is that key's affair; everything else stops the removal.
awaitable<result<void>> remove_one(operation* const op, object_key key, remove_report* const report) {
    recipe const r = delete_recipe(key);
    result<http::response> answer = co_await op->send(&r);
    if (answer && answer->head().body != http::framing::none)
        co_return failure(errc::protocol, "the answer to the removal has a body, so nothing says that the object is gone");
    if (answer) {
        ++report->removed;
    } else if (answer.error().info().service_code == "NoSuchKey") {
        ++report->removed;  // some services say so; what was to go is gone
    } else if (answer.error().reason() == errc::permission_denied) {
        report->failed.push_back(failed_key(std::move(key), answer.error()));
    } else {
        co_return std::move(answer).error();
    }
    co_return result<void>();
}

/// Takes the keys that failed for want of patience out of `report`.
std::vector<object_key> take_busy(remove_report& report, std::string& code) {
    std::vector<object_key> again;
    std::erase_if(report.failed, [&](remove_report::failed_key& f) {
        retry::outcome const row = retry::classify(200, f.code);
        bool const busy = row == retry::outcome::server_busy || row == retry::outcome::turned_away || row == retry::outcome::conflict;
        if (!busy) return false;
        code = f.code;
        again.push_back(std::move(f.key));
        return true;
    });
    return again;
}

/// One batch, and again what the service was too busy for.
awaitable<result<void>> remove_batch(operation* const op, std::vector<object_key> keys, remove_report* const report) {
    while (!keys.empty()) {
        recipe const r = delete_batch_recipe(keys);
        result<std::string> text = co_await op->send_for_text(&r, delete_result_limit);
        if (!text) co_return std::move(text).error();
        result<remove_report> part = parse_delete_result(std::move(*text), keys);
        if (!part) co_return std::move(part).error();
        remove_report const before_busy = *part;
        std::string code;
        std::vector<object_key> again = take_busy(*part, code);
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
        keys = std::move(again);
    }
    co_return result<void>();
}

}  // namespace

awaitable<result<remove_report>> remove_keys(operation* const op, std::vector<object_key> keys) {
    for (object_key const& key : keys) {
        result<void> const checked = store::check_key(key);
        if (!checked) co_return checked.error();
    }
    auto const odd = std::ranges::stable_partition(keys, [](object_key const& key) { return base::fits_xml(key); });
    std::vector<object_key> singles(std::make_move_iterator(odd.begin()), std::make_move_iterator(odd.end()));
    keys.erase(odd.begin(), odd.end());
    if (keys.size() == 1) singles.push_back(std::exchange(keys, {}).front());

    remove_report report;
    for (std::span<object_key> rest = keys; !rest.empty();) {
        std::size_t const n = batch_length(rest);
        std::vector<object_key> batch(std::make_move_iterator(rest.begin()),
                                      std::make_move_iterator(rest.begin() + static_cast<std::ptrdiff_t>(n)));
        result<void> const done = co_await remove_batch(op, std::move(batch), &report);
        if (!done) co_return done.error();
        rest = rest.subspan(n);
    }
    for (object_key& key : singles) {
        result<void> const done = co_await remove_one(op, std::move(key), &report);
        if (!done) co_return done.error();
    }
    co_return std::move(report);
}

}  // namespace sluice::inline v0::s3
