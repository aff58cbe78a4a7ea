#include "backend/gcs/composing.hpp"

#include "async/workers.hpp"
#include "backend/gcs/operation.hpp"
#include "backend/gcs/remove.hpp"
#include "backend/gcs/writing.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <utility>

namespace sluice::inline v0::gcs {

namespace {

using retry::operation_kind;

constexpr char const* complete = "complete upload";
constexpr std::size_t in_flight = 8;

/// One compose; of the last the conditions of the upload hold.
awaitable<resource> compose(composition const* const what, object_key as, std::vector<part_object> sources, put_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    std::string const id = put_id_for(executor, options);
    operation_kind const kind = is_conditional(options) ? operation_kind::exclusive : operation_kind::overwrite;
    operation op(what->store, std::move(executor), complete, what->target, kind, options);
    try {
        op.expect_long_work();
        result<target_condition> found = co_await find_condition(&op, &options);
        target_condition const condition = op.deliver(std::move(found));
        std::string const described = resource_of({}, options, {}, id);
        recipe const r = compose_recipe(op.bucket(), as, sources, described, options, condition);
        result<resource> made = co_await op.send_for_resource(&r);
        if (!made && is_conditional(options)) made = co_await settle(&op, std::move(made).error(), &options, id);
        resource stored = op.deliver(std::move(made));
        std::optional<std::string> const crc = combined_crc32c(sources);
        op.deliver(check_stored(stored, crc.value_or(std::string())));
        op.succeeded(stored.object.size);
        co_return std::move(stored);
    } catch (...) {
        op.rethrow();
    }
}

std::vector<part_object> group_of(std::vector<part_object> const& all, std::size_t const number) {
    std::size_t const first = number * most_sources, behind = std::min(all.size(), first + most_sources);
    return {all.begin() + static_cast<std::ptrdiff_t>(first), all.begin() + static_cast<std::ptrdiff_t>(behind)};
}

/// Puts every 32 of them together.
awaitable<std::vector<part_object>> compose_level(composition const* const what, std::vector<part_object> const* const from,
                                                  unsigned level) {
    std::size_t const count = (from->size() + most_sources - 1) / most_sources;
    std::vector<part_object> made(count);
    std::atomic<std::size_t> next = 0;
    auto const work = [&]() -> awaitable<void> {
        for (std::size_t i = next++; i < count; i = next++) {
            std::vector<part_object> group = group_of(*from, i);
            object_key as = what->folder + "level-" + std::to_string(level) + '-' + std::to_string(i);
            put_options options = options_of_parts(what->options);
            resource const stored = co_await compose(what, std::move(as), std::move(group), std::move(options));
            made[i].name = stored.object.key;
            made[i].generation = stored.object.version;
            made[i].size = stored.object.size;
            made[i].crc32c = stored.crc32c;
        }
    };
    co_await async::run_workers(std::min(in_flight, count), &work);
    co_return std::move(made);
}

awaitable<parts_page> list_some(composition const* const what, char const* const name, std::string next) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(what->store, std::move(executor), name, what->target, operation_kind::read, what->options);
    try {
        list_options options;
        options.next = std::move(next);
        recipe const r = op.deliver(list_recipe(op.bucket(), what->folder, options));
        result<std::string> text = co_await op.send_for_text(&r, list_limit);
        std::string const document = op.deliver(std::move(text));
        parts_page page = op.deliver(parse_parts(document, what->folder));
        op.succeeded(0);
        co_return std::move(page);
    } catch (...) {
        op.rethrow();
    }
}

}  // namespace

put_options options_of_parts(put_options const& whole) {
    put_options options;
    options.time_limit = whole.time_limit;
    options.on_attempt = whole.on_attempt;
    options.keeping.key = whole.keeping.key;
    options.keeping.kms_key = whole.keeping.kms_key;
    return options;
}

awaitable<put_result> compose_all(composition const* const what, std::vector<part_object> parts) {
    for (unsigned level = 1; parts.size() > most_sources; ++level) parts = co_await compose_level(what, &parts, level);
    resource const stored = co_await compose(what, what->target, std::move(parts), what->options);
    co_return stored.put();
}

awaitable<parts_page> list_folder(composition const* const what, char const* const operation) {
    parts_page all;
    do {
        parts_page page = co_await list_some(what, operation, std::move(all.next));
        std::ranges::move(page.parts, std::back_inserter(all.parts));
        std::ranges::move(page.names, std::back_inserter(all.names));
        all.next = std::move(page.next);
    } while (!all.next.empty());
    co_return std::move(all);
}

awaitable<void> clear_folder(composition const* const what) {
    parts_page found = co_await list_folder(what, "abort upload");
    remove_report const report = co_await remove(what->store, std::move(found.names), what->options);
    if (report.failed.empty()) co_return;
    remove_report::failed_key const& first = report.failed.front();
    failure why(errc::permission_denied, "a temporary part could not be removed");
    why.info().service_code = first.code;
    why.info().service_message = first.message;
    throw_error(std::move(why), "abort upload", what->store->uri + what->target);
}

}  // namespace sluice::inline v0::gcs
