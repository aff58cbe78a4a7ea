#include "async/entropy.hpp"
#include "backend/s3/body_proof.hpp"
#include "backend/s3/copying.hpp"
#include "backend/s3/core.hpp"
#include "backend/s3/directory.hpp"
#include "backend/s3/multipart.hpp"
#include "backend/s3/operation.hpp"
#include "backend/s3/reading.hpp"
#include "backend/s3/remove.hpp"
#include "backend/s3/request.hpp"
#include "backend/s3/response.hpp"
#include "backend/s3/upload.hpp"
#include "cloud/body.hpp"
#include "store/at_edge.hpp"
#include "store/check.hpp"

#include <sluice/s3.hpp>

#include <utility>

namespace sluice::inline v0 {

namespace s3 {

namespace {

using store_pointer = std::shared_ptr<core const>;
using retry::operation_kind;

constexpr std::size_t drain_limit = 64 * 1024;

// Every operation is a coroutine of its own that holds the core: the store may die while its operations run.

awaitable<object_meta> head(store_pointer store, object_key where, head_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(std::move(store), std::move(executor), "head", std::move(where), operation_kind::read, options);
    try {
        op.deliver(store::check_key(op.key()));
        op.deliver(op.store().check_reading(options.version, options.key));
        recipe r = head_recipe(op.key(), options);
        if (op.checksums().ask) ask_for_checksum(r);
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

/// Whose object there is after a conditional put lost its answer.
struct found_object {
    bool ours = false;
    put_result put;
};

awaitable<found_object> look_for(store_pointer store, object_key where, std::string put_id, put_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(std::move(store), std::move(executor), "head", std::move(where), operation_kind::read, options);
    head_options asked;
    asked.key = options.keeping.key;
    recipe const r = head_recipe(op.key(), asked);
    result<http::response> const answer = co_await op.send(&r);
    found_object found;
    if (!answer) co_return found;
    found.ours = answer->head().headers.value_or(put_id_header) == put_id;
    found.put = put_result_of(answer->head());
    co_return found;
}

awaitable<put_result> put(store_pointer store, object_key where, payload data, put_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    std::string const id = async::entropy::of(executor).id_text();
    bool const exclusive = options.create_only || !options.if_match.empty();
    operation_kind const kind = exclusive ? operation_kind::exclusive : operation_kind::overwrite;
    etag_form const form = store->settings.put_if_match;
    operation op(store, std::move(executor), "put", std::move(where), kind, options);
    try {
        op.deliver(store::check_key(op.key()));
        op.deliver(store->check_writing(options.keeping));
        std::uint64_t const size = data.size();
        checksum_rules rules = op.checksums();
        if (data.source()) rules = co_await op.rules_for_source();
        body_proof proof(data, rules, body_proof::source_policy::unread);
        if (proof.must_read()) co_await proof.read();
        recipe r = op.deliver(put_recipe(op.key(), std::move(data), options, form));
        r.ask_first = true;
        proof.attach(r);
        if (exclusive) r.headers.add(put_id_header, id);
        result<http::response> sent = co_await op.send(&r);
        if (!sent && sent.error().reason() == errc::ambiguous) {
            found_object found = co_await look_for(store, op.key(), id, options);
            // Another's may have been there first, or have replaced ours meanwhile, which others may have seen.
            if (!found.ours) op.raise(std::move(sent).error());
            op.succeeded(size);
            co_return std::move(found.put);
        }
        if (!sent && options.create_only && sent.error().info().status == 412 && sent.error().reason() == errc::precondition_failed)
            op.raise(already_there(std::move(sent).error()));
        if (!sent && !options.if_match.empty()) op.raise(not_that_version(std::move(sent).error(), form));
        http::response answer = op.deliver(std::move(sent));
        put_result done = put_result_of(answer.head());
        if (done.etag.empty())
            op.raise({errc::protocol, "the answer to the put names no ETag, so nothing says that the object was stored"});
        std::string const& checksum = proof.checksum().value;
        if (!checksum.empty()) op.deliver(check_stored(answer.head().headers, *op.checksums().send, checksum));
        co_await answer.drain(drain_limit);
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
        if (op.store().directory) op.deliver(check_directory_listing(prefix, options));
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

awaitable<remove_report> remove(store_pointer store, std::vector<object_key> keys, call_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    object_key const shown = keys.size() == 1 ? keys.front() : object_key();
    operation op(std::move(store), std::move(executor), "remove", shown, operation_kind::overwrite, options);
    try {
        std::vector<removal> what;
        what.reserve(keys.size());
        for (object_key& key : keys) what.emplace_back(std::move(key));
        result<remove_report> removed = co_await remove_all(&op, std::move(what));
        remove_report report = op.deliver(std::move(removed));
        op.succeeded(0);
        co_return std::move(report);
    } catch (...) {
        op.rethrow();
    }
}

class s3_store final : public object_store {
public:
    explicit s3_store(store_pointer store) : core_(std::move(store)) {}

    awaitable<object_meta> head(object_key where, head_options options) override {
        return s3::head(core_, std::move(where), std::move(options));
    }
    awaitable<read_result> read(object_key where, byte_range range, std::span<std::byte> into, get_options options) override {
        return cloud::read<reading>(core_, std::move(where), range, into, std::move(options));
    }
    awaitable<body_reader> get(object_key where, get_options options) override {
        return cloud::get<reading>(core_, std::move(where), std::move(options));
    }
    awaitable<put_result> put(object_key where, payload data, put_options options) override {
        return s3::put(core_, std::move(where), std::move(data), std::move(options));
    }
    awaitable<upload> create_upload(object_key where, put_options options) override {
        return s3::create_upload(core_, std::move(where), std::move(options));
    }
    awaitable<copied> copy(object_key what, object_key as, store_copy_options options) override {
        std::string where = core_->uri + as;
        return store::at_edge("copy", std::move(where), s3::copy(core_, std::move(what), std::move(as), std::move(options)));
    }
    awaitable<list_page> list(std::string prefix, list_options options) override {
        return s3::list(core_, std::move(prefix), std::move(options));
    }
    awaitable<remove_report> remove(std::vector<object_key> keys, call_options options) override {
        return s3::remove(core_, std::move(keys), options);
    }
    capabilities can() const noexcept override {
        capabilities c;
        c.reading = cloud::reading_habit_of_services();
        c.create_only_put = c.attributes = true;
        c.versions = c.keeping = c.ordered_listing = !core_->directory;
        c.folder_listing = core_->directory;
        c.conditional_put = core_->settings.put_if_match != etag_form::none;
        c.remove_batch = 1000;
        c.uploads = c.copies = true;
        c.checksums = core_->checksums.ask;
        c.max_parts = max_parts;
        c.min_part = min_part;
        c.max_part = max_part;
        return c;
    }
    std::string uri() const override { return core_->uri; }

private:
    store_pointer core_;
};

}  // namespace

}  // namespace s3

std::shared_ptr<object_store> make_s3_store(s3_settings settings) {
    std::string const uri = "s3://" + settings.bucket + '/';
    auto made = s3::core::make(std::move(settings));
    if (!made) throw_error(std::move(made).error(), "open", uri);
    return std::make_shared<s3::s3_store>(std::move(*made));
}

}  // namespace sluice::inline v0
