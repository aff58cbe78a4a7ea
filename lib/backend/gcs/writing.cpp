#include "backend/gcs/writing.hpp"

#include "async/entropy.hpp"
#include "backend/gcs/reading.hpp"
#include "backend/gcs/session.hpp"
#include "base/checksum.hpp"

#include <boost/asio/this_coro.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace sluice::inline v0::gcs {

namespace {

using retry::operation_kind;

/// A small source, read into memory.
awaitable<payload> in_memory(payload data) {
    std::shared_ptr<payload_source> const source = data.source();
    if (!source || data.size() == 0) co_return std::move(data);
    auto memory = std::make_shared<std::vector<std::byte>>(static_cast<std::size_t>(data.size()));
    std::span<std::byte> const into(*memory);
    co_await source->read(0, into);
    co_return payload(bytes(memory, into));
}

awaitable<resource> write_small(std::shared_ptr<core const> store, put_place where, payload data, put_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    std::string const id = put_id_for(executor, options);
    std::string const boundary = async::entropy::of(executor).id_text();
    operation_kind const kind = is_conditional(options) ? operation_kind::exclusive : operation_kind::overwrite;
    operation op(store, std::move(executor), where.name, std::move(where.shown), kind, options);
    try {
        result<target_condition> found = co_await find_condition(&op, &options);
        target_condition const condition = op.deliver(std::move(found));
        payload const body = co_await in_memory(std::move(data));
        std::string const crc = crc32c_of(body);
        std::string const described = resource_of(where.key, options, crc, id);
        recipe const r = multipart_recipe(op.bucket(), described, body, options, condition, boundary);
        result<resource> sent = co_await op.send_for_resource(&r);
        if (!sent && is_conditional(options)) sent = co_await settle(&op, std::move(sent).error(), &options, id);
        resource stored = op.deliver(std::move(sent));
        op.deliver(check_stored(stored, crc));
        op.succeeded(body.size());
        co_return std::move(stored);
    } catch (...) {
        op.rethrow();
    }
}

awaitable<void> check(std::shared_ptr<core const> store, object_key where, put_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation const op(store, std::move(executor), "put", std::move(where), operation_kind::read, options);
    op.deliver(check_key(op.key()));
    op.deliver(store->check_writing(options));
}

}  // namespace

std::string put_id_for(boost::asio::any_io_executor const& executor, put_options const& options) {
    return is_conditional(options) ? async::entropy::of(executor).id_text() : std::string();
}

std::string crc32c_of(payload const& data) {
    base::checksum_stream sum(checksum_algorithm::crc32c);
    for (bytes const& piece : data.pieces()) sum.update(piece.view());
    return sum.finish();
}

awaitable<result<target_condition>> find_condition(operation* const op, put_options const* const options) {
    if (options->create_only) co_return target_condition::absent();
    if (options->if_match == "*") co_return target_condition::present();
    if (options->if_match.empty()) co_return target_condition();
    head_options asked;
    asked.if_match = options->if_match;
    asked.key = options->keeping.key;
    result<resource> const found = co_await look(op, &asked);
    if (found) co_return target_condition::exactly(found->object.version, found->metageneration);
    if (found.error().reason() != errc::not_found) co_return found.error();
    failure none = found.error();
    none.reason(errc::precondition_failed);
    none.info().detail = "there is no such object, so none of the version that was asked for";
    co_return std::move(none);
}

awaitable<result<resource>> settle(operation* const op, failure why, put_options const* const options, std::string put_id) {
    if (why.reason() == errc::ambiguous || (why.reason() == errc::precondition_failed && op->attempts() > 1)) {
        head_options asked;
        asked.key = options->keeping.key;
        result<resource> found = co_await look(op, &asked);
        // Another's may have been there first, or have replaced ours meanwhile, which others may have seen.
        if (found && found->put_id == put_id) co_return std::move(found);
    }
    bool const refused = why.reason() == errc::precondition_failed && why.info().status == 412;
    if (refused && options->create_only) co_return already_there(std::move(why));
    co_return std::move(why);
}

awaitable<resource> write_object(std::shared_ptr<core const> store, put_place where, payload data, put_options options) {
    bool const large = data.size() > store->settings.resumable_above;
    if (large) return write_by_session(std::move(store), std::move(where), std::move(data), std::move(options));
    return write_small(std::move(store), std::move(where), std::move(data), std::move(options));
}

awaitable<put_result> put(std::shared_ptr<core const> store, object_key where, payload data, put_options options) {
    co_await check(store, where, options);
    put_place at("put", where, where);
    resource const stored = co_await write_object(std::move(store), std::move(at), std::move(data), std::move(options));
    co_return stored.put();
}

}  // namespace sluice::inline v0::gcs
