#include "backend/azure/batch.hpp"
#include "backend/azure/body_proof.hpp"
#include "backend/azure/copying.hpp"
#include "backend/azure/core.hpp"
#include "backend/azure/operation.hpp"
#include "backend/azure/reading.hpp"
#include "backend/azure/remove.hpp"
#include "backend/azure/request.hpp"
#include "backend/azure/response.hpp"
#include "backend/azure/upload.hpp"
#include "backend/azure/writing.hpp"
#include "cloud/body.hpp"
#include "store/at_edge.hpp"

#include <sluice/azure.hpp>

#include <utility>

namespace sluice::inline v0 {

namespace azure {

namespace {

using store_pointer = std::shared_ptr<core const>;
using retry::operation_kind;

constexpr std::uint64_t max_put = 5'000ull << 20;

// Every operation is a coroutine of its own that holds the core: the store may die while its operations run.

awaitable<object_meta> head(store_pointer store, object_key where, head_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(std::move(store), std::move(executor), "head", std::move(where), operation_kind::read, options);
    try {
        op.deliver(check_key(op.key()));
        op.deliver(op.store().check_customer_key(options.key));
        recipe const r = head_recipe(op.key(), options);
        result<http::response> sent = co_await op.send(&r);
        http::response const answer = op.deliver(std::move(sent));
        object_meta meta = meta_of(op.key(), answer.head());
        meta.size = op.deliver(size_of_head(answer.head()));
        op.succeeded(0);
        co_return std::move(meta);
    } catch (...) {
        op.rethrow();
    }
}

awaitable<put_result> put(store_pointer store, object_key where, payload data, put_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation_kind const kind = is_conditional(options) ? operation_kind::exclusive : operation_kind::overwrite;
    operation op(store, std::move(executor), "put", std::move(where), kind, options);
    try {
        op.deliver(check_key(op.key()));
        op.deliver(store->check_customer_key(options.keeping.key));
        std::uint64_t const size = data.size();
        if (size > max_put)
            op.raise(
                {errc::invalid_argument, "Azure takes no more than " + std::to_string(max_put) + " bytes in one request: upload in parts"});
        // A source is read once: its bytes are what the service says they are.
        std::optional<checksum_algorithm> const algorithm = data.source() ? std::nullopt : store->send;
        cloud::part_checksum const sum = co_await checksum_of(&data, algorithm);
        recipe r = op.deliver(put_recipe(op.key(), std::move(data), options));
        r.ask_first = true;
        add_proof(r.headers, algorithm, sum);
        result<put_result> written = co_await send_write(&op, &r, &options);
        put_result done = op.deliver(std::move(written));
        op.succeeded(size);
        co_return std::move(done);
    } catch (...) {
        op.rethrow();
    }
}

awaitable<list_page> list(store_pointer store, std::string prefix, list_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(std::move(store), std::move(executor), "list", prefix, operation_kind::read, options);
    try {
        recipe const r = op.deliver(list_recipe(prefix, options));
        result<std::string> text = co_await op.send_for_text(&r, list_limit);
        std::string document = op.deliver(std::move(text));
        std::uint64_t const size = document.size();
        list_page page = op.deliver(parse_list(std::move(document), prefix));
        op.succeeded(size);
        co_return std::move(page);
    } catch (...) {
        op.rethrow();
    }
}

class azure_store final : public object_store {
public:
    explicit azure_store(store_pointer store) : core_(std::move(store)) {}

    awaitable<object_meta> head(object_key where, head_options options) override {
        return azure::head(core_, std::move(where), std::move(options));
    }
    awaitable<read_result> read(object_key where, byte_range range, std::span<std::byte> into, get_options options) override {
        return cloud::read<reading>(core_, std::move(where), range, into, std::move(options));
    }
    awaitable<body_reader> get(object_key where, get_options options) override {
        return cloud::get<reading>(core_, std::move(where), std::move(options));
    }
    awaitable<put_result> put(object_key where, payload data, put_options options) override {
        return azure::put(core_, std::move(where), std::move(data), std::move(options));
    }
    awaitable<upload> create_upload(object_key where, put_options options) override {
        return azure::create_upload(core_, std::move(where), std::move(options));
    }
    awaitable<copied> copy(object_key what, object_key as, store_copy_options options) override {
        std::string where = core_->uri + as;
        return store::at_edge("copy", std::move(where), azure::copy(core_, std::move(what), std::move(as), std::move(options)));
    }
    awaitable<list_page> list(std::string prefix, list_options options) override {
        return azure::list(core_, std::move(prefix), std::move(options));
    }
    awaitable<remove_report> remove(std::vector<object_key> keys, call_options options) override {
        return azure::remove(core_, std::move(keys), std::move(options));
    }
    capabilities can() const noexcept override {
        capabilities c;
        c.reading = cloud::reading_habit_of_services();
        c.create_only_put = c.conditional_put = c.attributes = true;
        c.versions = c.keeping = true;
        c.uploads = c.resumes = c.copies = c.lone_uploads = true;
        c.checksums = true;
        c.remove_batch = batch_limit;
        c.max_parts = max_blocks;
        c.min_part = 1;
        c.max_part = max_block;
        c.ordered_listing = false;  // it is in order, but begins where the service will have it
        return c;
    }
    std::string uri() const override { return core_->uri; }

private:
    store_pointer core_;
};

}  // namespace

}  // namespace azure

std::shared_ptr<object_store> make_azure_store(azure_settings settings) {
    std::string const uri = "az://" + settings.container + '/';
    auto made = azure::core::make(std::move(settings));
    if (!made) throw_error(std::move(made).error(), "open", uri);
    return std::make_shared<azure::azure_store>(std::move(*made));
}

}  // namespace sluice::inline v0
