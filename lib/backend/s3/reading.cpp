#include "backend/s3/reading.hpp"

#include "backend/s3/response.hpp"
#include "store/check.hpp"
#include "store/conditions.hpp"

#include <utility>

namespace sluice::inline v0::s3 {

reading::reading(std::shared_ptr<core const> store, boost::asio::any_io_executor executor, std::string_view const name, object_key key,
                 get_options options)
    : options_(std::move(options)),
      op_(std::move(store), std::move(executor), name, std::move(key), retry::operation_kind::read, options_) {}

result<void> reading::check(byte_range) const {
    if (auto const good = store::check_key(op_.key()); !good) return good.error();
    return op_.store().check_reading(options_.version, options_.key);
}

awaitable<result<http::response>> reading::ask(byte_range const range) {
    recipe_ = read_recipe(op_.key(), range, options_);
    if (op_.checksums().ask && range.what == byte_range::kind::whole) ask_for_checksum(recipe_);
    co_return co_await op_.send(&recipe_);
}

awaitable<result<http::response>> reading::ask_rest(byte_range const rest, object_meta const* const object) {
    get_options options;
    options.if_match = object->etag;
    options.version = options_.version;
    options.key = options_.key;
    recipe_ = read_recipe(op_.key(), rest, options);
    co_return co_await op_.send(&recipe_);
}

awaitable<result<object_meta>> reading::find_empty(failure why) {
    object_meta empty;
    empty.key = op_.key();
    if (op_.last_refusal().object_size == 0u) co_return std::move(empty);
    if (op_.last_refusal().object_size) co_return std::move(why);
    get_options asked;
    asked.if_match = options_.if_match;
    asked.version = options_.version;
    asked.key = options_.key;
    bool const signed_for_get = op_.store().presigned.has_value();
    recipe_ = signed_for_get ? read_recipe(op_.key(), byte_range::whole(), asked) : head_recipe(op_.key(), asked);
    result<http::response> const answer = co_await op_.send(&recipe_);
    if (!answer) co_return answer.error();
    if (answer->head().content_length != 0) co_return std::move(why);
    co_return object_in(answer->head());
}

object_meta reading::object_in(http::response_head const& head) const { return meta_of(op_.key(), head); }

result<void> reading::check_same(http::response_head const& head, object_meta const& object) const {
    if (store::same_etag(head.headers.value_or("etag"), object.etag)) return {};
    return failure(errc::protocol, "the object changed while it was read: the service ignored If-Match and sent another ETag");
}

char const* reading::unpinned(object_meta const& object) const noexcept {
    return store::strong_etag(object.etag) ? nullptr : "the service gives no strong ETag to tell the version by";
}

}  // namespace sluice::inline v0::s3
