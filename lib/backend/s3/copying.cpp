#include "backend/s3/copying.hpp"

#include "async/workers.hpp"
#include "backend/s3/completion.hpp"
#include "backend/s3/copy_recipes.hpp"
#include "backend/s3/multipart.hpp"
#include "backend/s3/operation.hpp"
#include "backend/s3/response.hpp"
#include "backend/s3/tagging.hpp"
#include "backend/s3/upload.hpp"
#include "store/check.hpp"
#include "store/complete_after.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

using store_pointer = std::shared_ptr<core const>;
using retry::operation_kind;

constexpr std::size_t parts_in_flight = 8;

/// The source, looked at before anything is done to it.
struct looked_at {
    object_meta object;
    bool has_tags = false;
};

awaitable<looked_at> look(store_pointer store, object_key what, head_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(store, std::move(executor), "copy", std::move(what), operation_kind::read, options);
    try {
        op.deliver(store::check_key(op.key()));
        op.deliver(store->check_reading(options.version, options.key));
        recipe const r = head_recipe(op.key(), options);
        result<http::response> sent = co_await op.send(&r);
        http::response const answer = op.deliver(std::move(sent));
        looked_at found;
        found.object = meta_of(op.key(), answer.head());
        found.object.size = op.deliver(size_of_head(answer.head()));
        std::string_view const tags = answer.head().headers.value_or("x-amz-tagging-count");
        found.has_tags = !tags.empty() && tags != "0";
        co_return std::move(found);
    } catch (...) {
        op.rethrow();
    }
}

awaitable<put_result> copy_whole(store_pointer store, object_key as, copy_source from, put_options options, bool anew) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(by_account(std::move(store)), std::move(executor), "copy", std::move(as), operation_kind::overwrite, options);
    try {
        recipe const r = op.deliver(copy_recipe(op.key(), from, std::move(options), anew));
        result<put_result> made = co_await send_for_etag(&op, &r, "CopyObjectResult");
        put_result done = op.deliver(std::move(made));
        op.succeeded(0);
        co_return std::move(done);
    } catch (...) {
        op.rethrow();
    }
}

struct part_plan {
    std::uint64_t size = 0;
    std::uint64_t part_size = 1;
    std::uint64_t count() const noexcept { return size / part_size + (size % part_size != 0); }
};

awaitable<void> copy_parts(copying_upload* into, copy_source const* from, part_plan plan, progress const* report) {
    std::atomic<std::uint64_t> next = 0, done = 0;
    auto const work = [&]() -> awaitable<void> {
        for (std::uint64_t i = next++; i < plan.count(); i = next++) {
            part_place where;
            where.number = static_cast<std::uint32_t>(i + 1);
            where.offset = i * plan.part_size;
            std::uint64_t const length = std::min(plan.part_size, plan.size - where.offset);
            co_await into->copy(where, length, *from);
            std::uint64_t const now = done += length;
            if (*report) (*report)(now, plan.size);
        }
    };
    co_await async::run_workers(static_cast<std::size_t>(std::min<std::uint64_t>(parts_in_flight, plan.count())), &work);
}

awaitable<put_result> copy_in_parts(store_pointer store, object_key as, copy_source from, part_plan plan, put_options options,
                                    progress report) {
    std::shared_ptr<copying_upload> const into = co_await begin_copy(std::move(store), std::move(as), std::move(options));
    auto const parts = [&] { return copy_parts(into.get(), &from, plan, &report); };
    co_return co_await store::complete_after(parts, upload(into), false);
}

/// The answer to a copy need not say that the customer's key was used; that to a HEAD does.
awaitable<void> check_key_of(store_pointer store, object_key made, put_options options) {
    head_options asked;
    asked.time_limit = options.time_limit;
    asked.on_attempt = options.on_attempt;
    asked.key = options.keeping.key;
    if (asked.key.secret.empty()) co_return;
    co_await look(std::move(store), std::move(made), std::move(asked));
}

awaitable<void> check_target(store_pointer store, object_key as, keeping wanted) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation const op(store, std::move(executor), "copy", std::move(as), operation_kind::read, call_options());
    op.deliver(store::check_key(op.key()));
    op.deliver(store->check_writing(wanted));
}

}  // namespace

awaitable<copied> copy(store_pointer store, object_key what, object_key as, store_copy_options options) {
    co_await check_target(store, as, options.keeping);
    options.resume_as.clear();  // that is for uploads
    if (!options.source.time_limit) options.source.time_limit = options.time_limit;
    if (!options.source.on_attempt) options.source.on_attempt = options.on_attempt;
    looked_at const found = co_await look(store, what, options.source);
    copy_source from = source_of(store->settings.bucket, found.object, options.source);
    part_plan plan;
    plan.size = found.object.size;
    plan.part_size = copy_part_size(plan.size, options.part_size);
    bool const conditional = options.create_only || !options.if_match.empty();
    bool const whole = !conditional && plan.size <= std::min(max_copy, plan.part_size);
    bool const anew = options.attributes != attributes() || what == as;  // to itself is refused where nothing is said anew
    if (options.attributes == attributes()) options.attributes = found.object.attributes;
    copied done;
    done.object = found.object;
    progress report = std::move(options.report);
    if (whole) {
        done.put = co_await copy_whole(store, as, std::move(from), options, anew);
        co_await check_key_of(store, as, options);
        if (report) report(plan.size, plan.size);
        co_return std::move(done);
    }
    if (from.if_match.empty() && plan.count() > 1)
        throw_error(failure(errc::protocol, "the service names no strong ETag, so parts could be of different versions"), "copy",
                    store->uri + what);
    if (found.has_tags && options.keeping.tags.empty())
        options.keeping.tags = co_await read_tags(store, what, options.source.version, options.source);
    done.put = co_await copy_in_parts(store, as, std::move(from), plan, options, std::move(report));
    co_await check_key_of(store, as, options);
    co_return std::move(done);
}

}  // namespace sluice::inline v0::s3
