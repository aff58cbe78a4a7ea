#include "backend/gcs/compose_recipes.hpp"
#include "backend/gcs/copying.hpp"
#include "backend/gcs/core.hpp"
#include "backend/gcs/operation.hpp"
#include "backend/gcs/reading.hpp"
#include "backend/gcs/remove.hpp"
#include "backend/gcs/upload.hpp"
#include "backend/gcs/writing.hpp"
#include "cloud/body.hpp"
#include "store/at_edge.hpp"

#include <sluice/gcs.hpp>

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace sluice::inline v0 {

namespace gcs {

namespace {

using store_pointer = std::shared_ptr<core const>;
using retry::operation_kind;

// Every operation is a coroutine of its own that holds the core: the store may die while its operations run.

awaitable<object_meta> head(store_pointer store, object_key where, head_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(store, std::move(executor), "head", std::move(where), operation_kind::read, options);
    try {
        op.deliver(check_key(op.key()));
        op.deliver(check_version(options.version));
        op.deliver(store->check_customer_key(options.key));
        result<resource> found = co_await look(&op, &options);
        resource all = op.deliver(std::move(found));
        op.succeeded(0);
        co_return std::move(all.object);
    } catch (...) {
        op.rethrow();
    }
}

awaitable<list_page> list(store_pointer store, std::string prefix, list_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(store, std::move(executor), "list", prefix, operation_kind::read, options);
    try {
        recipe const r = op.deliver(list_recipe(op.bucket(), prefix, options));
        result<std::string> text = co_await op.send_for_text(&r, list_limit);
        std::string const document = op.deliver(std::move(text));
        list_page page = op.deliver(parse_list(document, prefix, options.start_after, store->settings.parts_prefix));
        op.succeeded(document.size());
        co_return std::move(page);
    } catch (...) {
        op.rethrow();
    }
}

class gcs_store final : public object_store {
public:
    explicit gcs_store(store_pointer store) : core_(std::move(store)) {}

    awaitable<object_meta> head(object_key where, head_options options) override {
        return gcs::head(core_, std::move(where), std::move(options));
    }
    awaitable<read_result> read(object_key where, byte_range range, std::span<std::byte> into, get_options options) override {
        return cloud::read<reading>(core_, std::move(where), range, into, std::move(options));
    }
    awaitable<body_reader> get(object_key where, get_options options) override {
        return cloud::get<reading>(core_, std::move(where), std::move(options));
    }
    awaitable<put_result> put(object_key where, payload data, put_options options) override {
        std::string shown = core_->uri + where;
        return store::at_edge("put", std::move(shown), gcs::put(core_, std::move(where), std::move(data), std::move(options)));
    }
    awaitable<upload> create_upload(object_key where, put_options options) override {
        return gcs::create_upload(core_, std::move(where), std::move(options));
    }
    awaitable<copied> copy(object_key what, object_key as, store_copy_options options) override {
        std::string shown = core_->uri + as;
        return store::at_edge("copy", std::move(shown), gcs::copy(core_, std::move(what), std::move(as), std::move(options)));
    }
    awaitable<list_page> list(std::string prefix, list_options options) override {
        return gcs::list(core_, std::move(prefix), std::move(options));
    }
    awaitable<remove_report> remove(std::vector<object_key> keys, call_options options) override {
        std::string shown = core_->uri;
        if (keys.size() == 1) shown += keys.front();
        return store::at_edge("remove", std::move(shown), gcs::remove(core_, std::move(keys), std::move(options)));
    }
    capabilities can() const noexcept override {
        capabilities c;
        c.reading = cloud::reading_habit_of_services();
        c.create_only_put = c.conditional_put = c.versions = c.attributes = c.checksums = c.copies = true;
        c.uploads = c.resumes = !core_->settings.parts_prefix.empty();
        c.resumes_puts = core_->settings.sessions != nullptr;
        c.max_parts = max_parts;
        c.max_part = max_object;
        return c;
    }
    std::string uri() const override { return core_->uri; }

private:
    store_pointer core_;
};

}  // namespace

}  // namespace gcs

std::shared_ptr<object_store> make_gcs_store(gcs_settings settings) {
    std::string const uri = "gs://" + settings.bucket + '/';
    auto made = gcs::core::make(std::move(settings));
    if (!made) throw_error(std::move(made).error(), "open", uri);
    return std::make_shared<gcs::gcs_store>(std::move(*made));
}

}  // namespace sluice::inline v0
