#include "backend/s3/presigned.hpp"

#include "backend/s3/operation.hpp"
#include "backend/s3/presigned_url.hpp"
#include "backend/s3/reading.hpp"
#include "backend/s3/response.hpp"
#include "cloud/body.hpp"

#include <array>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

using store_pointer = std::shared_ptr<core const>;
using retry::operation_kind;

constexpr std::size_t drain_limit = 64 * 1024;

failure cannot(std::string what) { return {errc::unsupported, "a presigned URL is for one request of one object: " + std::move(what)}; }

result<void> check_place(core const& store, object_key const& key) {
    if (key == store.presigned->key) return {};
    return cannot("it has no other");
}

/// What a read asks for has to be what the URL allows.
class presigned_reading final : public reading {
public:
    using reading::reading;

    result<void> check(byte_range const range) const override {
        if (auto const good = check_place(op_.store(), op_.key()); !good) return good.error();
        if (!options_.version.empty()) return cannot("the version is the one it was signed for");
        return check_signed(*op_.store().presigned, read_recipe(op_.key(), range, options_));
    }
};

/// By a read of the first byte: a URL signed for GET allows no HEAD.
awaitable<object_meta> head(store_pointer store, object_key where, head_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    get_options asked;
    static_cast<head_options&>(asked) = std::move(options);
    presigned_reading how(std::move(store), std::move(executor), "head", std::move(where), std::move(asked));
    try {
        byte_range const first = byte_range::bounded(0, 1);
        how.op().deliver(how.check(first));
        cloud::download body(&how, first);
        result<void> const opened = co_await body.open();
        how.op().deliver(opened);
        std::array<std::byte, 1> byte{};
        std::span<std::byte> const into = std::span(byte).first(static_cast<std::size_t>(body.range().length));
        result<std::size_t> const read = co_await body.read_all(into);
        how.op().deliver(read);
        how.op().succeeded(0);
        co_return body.take_object();
    } catch (...) {
        how.op().rethrow();
    }
}

awaitable<put_result> put(store_pointer store, object_key where, payload data, put_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    bool const exclusive = options.create_only || !options.if_match.empty();
    operation_kind const kind = exclusive ? operation_kind::exclusive : operation_kind::overwrite;
    etag_form const form = store->settings.put_if_match;
    operation op(std::move(store), std::move(executor), "put", std::move(where), kind, options);
    try {
        op.deliver(check_place(op.store(), op.key()));
        std::uint64_t const size = data.size();
        recipe r = op.deliver(put_recipe(op.key(), std::move(data), options, form));
        r.ask_first = true;
        op.deliver(check_signed(*op.store().presigned, r));
        result<http::response> sent = co_await op.send(&r);
        bool const refused = !sent && sent.error().info().status == 412 && sent.error().reason() == errc::precondition_failed;
        if (refused && options.create_only) op.raise(already_there(std::move(sent).error()));
        http::response answer = op.deliver(std::move(sent));
        put_result done = put_result_of(answer.head());
        if (done.etag.empty())
            op.raise({errc::protocol, "the answer to the put names no ETag, so nothing says that the object was stored"});
        co_await answer.drain(drain_limit);
        op.succeeded(size);
        co_return std::move(done);
    } catch (...) {
        op.rethrow();
    }
}

/// Nothing is sent.
template <class T>
awaitable<T> refuse(store_pointer store, char const* const operation, object_key where, char const* const what) {
    co_await boost::asio::this_coro::executor;
    throw_error(cannot(what), operation, store->uri + where);
}

class presigned_store final : public object_store {
public:
    explicit presigned_store(store_pointer store) : core_(std::move(store)) {}

    awaitable<object_meta> head(object_key where, head_options options) override {
        return s3::head(core_, std::move(where), std::move(options));
    }
    awaitable<read_result> read(object_key where, byte_range range, std::span<std::byte> into, get_options options) override {
        return cloud::read<presigned_reading>(core_, std::move(where), range, into, std::move(options));
    }
    awaitable<body_reader> get(object_key where, get_options options) override {
        return cloud::get<presigned_reading>(core_, std::move(where), std::move(options));
    }
    awaitable<put_result> put(object_key where, payload data, put_options options) override {
        return s3::put(core_, std::move(where), std::move(data), std::move(options));
    }
    awaitable<upload> create_upload(object_key where, put_options) override {
        return refuse<upload>(core_, "create_upload", std::move(where),
                              "nothing is written in parts; a stream must fit into one (its part size)");
    }
    awaitable<copied> copy(object_key what, object_key, store_copy_options) override {
        return refuse<copied>(core_, "copy", std::move(what), "nothing is copied within the service");
    }
    awaitable<list_page> list(std::string prefix, list_options) override {
        return refuse<list_page>(core_, "list", std::move(prefix), "there is nothing to list");
    }
    awaitable<remove_report> remove(std::vector<object_key>, call_options) override {
        return refuse<remove_report>(core_, "remove", object_key(), "it is read or written, not removed");
    }
    capabilities can() const noexcept override {
        capabilities c;
        c.reading = cloud::reading_habit_of_services();
        c.create_only_put = true;
        c.conditional_put = core_->settings.put_if_match != etag_form::none;
        return c;
    }
    std::string uri() const override { return core_->uri; }

private:
    store_pointer core_;
};

}  // namespace

result<presigned_object> open_presigned(s3_settings settings, std::string_view const url) {
    auto parsed = parse_presigned(url);
    if (!parsed) return parsed.error();
    presigned_object found;
    found.key = parsed->key;
    auto made = core::make_presigned(std::move(settings), std::move(*parsed));
    if (!made) return made.error();
    found.store = std::make_shared<presigned_store>(std::move(*made));
    return found;
}

}  // namespace sluice::inline v0::s3
