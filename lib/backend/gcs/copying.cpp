#include "backend/gcs/copying.hpp"

#include "async/entropy.hpp"
#include "backend/gcs/copy_recipes.hpp"
#include "backend/gcs/operation.hpp"
#include "backend/gcs/reading.hpp"
#include "backend/gcs/writing.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace sluice::inline v0::gcs {

namespace {

using store_pointer = std::shared_ptr<core const>;
using retry::operation_kind;

awaitable<object_meta> look_at(store_pointer store, object_key what, head_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(store, std::move(executor), "copy", std::move(what), operation_kind::read, options);
    try {
        op.deliver(check_key(op.key()));
        op.deliver(check_version(options.version));
        op.deliver(store->check_customer_key(options.key));
        result<resource> found = co_await look(&op, &options);
        resource all = op.deliver(std::move(found));
        co_return std::move(all.object);
    } catch (...) {
        op.rethrow();
    }
}

failure changed(failure f, object_meta const& source) {
    if (f.reason() != errc::not_found) return f;
    f.reason(errc::precondition_failed);  // it was there when it was looked at
    f.info().detail = "the source changed while it was copied: there is no generation " + source.version + " of it any more";
    return f;
}

/// All steps of one rewrite.
awaitable<result<resource>> rewrite(operation* const op, recipe const first, store_copy_options const* const options) {
    recipe step = first;
    std::uint64_t done = 0;
    for (;;) {
        result<std::string> const text = co_await op->send_for_text(&step, resource_limit);
        if (!text) co_return text.error();
        result<rewrite_step> came = parse_rewrite(*text);
        if (!came) co_return std::move(came).error();
        if (came->made) co_return *std::move(came->made);
        if (came->done_bytes > done) op->progressed();
        done = came->done_bytes;
        if (options->report) options->report(done, std::max(done, std::uint64_t{1}));
        step = first;
        cloud::add_query(step.query, "rewriteToken", came->token);
    }
}

awaitable<put_result> copy_to(store_pointer store, object_meta from, object_key as, store_copy_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    // A copy onto itself that was applied has taken its own source away: who lost the answer must know it again.
    bool const itself = from.key == as;
    std::string const id = itself ? async::entropy::of(executor).id_text() : put_id_for(executor, options);
    operation_kind const kind = is_conditional(options) ? operation_kind::exclusive : operation_kind::overwrite;
    operation op(store, std::move(executor), "copy", std::move(as), kind, options);
    try {
        op.expect_long_work();
        if (itself) op.tell_resends();
        result<target_condition> found = co_await find_condition(&op, &options);
        target_condition const condition = op.deliver(std::move(found));
        bool const anew = options.attributes != attributes() || !id.empty() || options.keeping != keeping();
        if (options.attributes == attributes()) options.attributes = from.attributes;
        std::string const described = anew ? resource_of({}, options, {}, id) : std::string();
        recipe r = rewrite_recipe(op.bucket(), from, op.key(), options, condition, described);
        result<resource> made = co_await rewrite(&op, std::move(r), &options);
        if (!made) made = changed(std::move(made).error(), from);
        if (!made && !id.empty()) made = co_await settle(&op, std::move(made).error(), &options, id);
        resource const stored = op.deliver(std::move(made));
        op.succeeded(0);
        co_return stored.put();
    } catch (...) {
        op.rethrow();
    }
}

awaitable<void> check_target(store_pointer store, object_key as, put_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation const op(store, std::move(executor), "copy", std::move(as), operation_kind::read, call_options());
    op.deliver(check_key(op.key()));
    op.deliver(store->check_writing(options));
}

}  // namespace

awaitable<copied> copy(store_pointer store, object_key what, object_key as, store_copy_options options) {
    co_await check_target(store, as, options);
    options.resume_as.clear();  // that is for uploads
    if (!options.source.time_limit) options.source.time_limit = options.time_limit;
    if (!options.source.on_attempt) options.source.on_attempt = options.on_attempt;
    copied done;
    done.object = co_await look_at(store, std::move(what), options.source);
    progress const report = options.report;
    std::uint64_t const size = done.object.size;
    if (report) options.report = [report, size](std::uint64_t so_far, std::uint64_t) { report(so_far, size); };
    done.put = co_await copy_to(store, done.object, std::move(as), std::move(options));
    if (report) report(size, size);
    co_return std::move(done);
}

}  // namespace sluice::inline v0::gcs
