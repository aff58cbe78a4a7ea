#include "backend/azure/reading.hpp"

#include "backend/azure/request.hpp"
#include "backend/azure/response.hpp"
#include "store/conditions.hpp"

#include <utility>

namespace sluice::inline v0::azure {

reading::reading(std::shared_ptr<core const> store, boost::asio::any_io_executor executor, std::string_view const name, object_key key,
                 get_options options)
    : options_(std::move(options)),
      op_(std::move(store), std::move(executor), name, std::move(key), retry::operation_kind::read, options_) {}

result<void> reading::check(byte_range) const {
    if (auto const checked = check_key(op_.key()); !checked) return checked;
    return op_.store().check_customer_key(options_.key);
}

/// RFC 9110's "the last n bytes" is not among the forms that Azure knows: the size is asked for first, and then for no other version.
awaitable<result<http::response>> reading::ask_last(std::uint64_t const length) {
    for (int left = 3;; --left) {
        recipe_ = head_recipe(op_.key(), options_);
        result<http::response> const answer = co_await op_.send(&recipe_);
        if (!answer) co_return answer.error();
        object_meta object = object_in(answer->head());
        object.size = answer->head().content_length;
        resolved_range const found = resolve(byte_range::last(length), object.size);
        if (found.length == 0) {
            failure empty(errc::range_not_satisfiable, "the object is empty");
            empty.info().status = 416;
            co_return std::move(empty);
        }
        result<http::response> part = co_await ask_rest(byte_range::bounded(found.offset, found.length), &object);
        bool const changed = !part && part.error().reason() == errc::precondition_failed && options_.if_match.empty();
        if (!changed || left == 0) co_return std::move(part);
    }
}

awaitable<result<http::response>> reading::ask(byte_range const range) {
    if (range.what == byte_range::kind::last && range.length > 0) co_return co_await ask_last(range.length);
    bool const small = range.what == byte_range::kind::bounded && range.length <= checked_range;
    recipe_ = read_recipe(op_.key(), range, options_, small && op_.store().ask);
    co_return co_await op_.send(&recipe_);
}

awaitable<result<http::response>> reading::ask_rest(byte_range const rest, object_meta const* const object) {
    get_options options;
    options.if_match = object->etag;
    options.version = options_.version;
    options.key = options_.key;
    recipe_ = read_recipe(op_.key(), rest, options, false);
    co_return co_await op_.send(&recipe_);
}

awaitable<result<object_meta>> reading::find_empty(failure why) {
    object_meta empty;
    empty.key = op_.key();
    if (op_.last_refusal().object_size == 0u) co_return std::move(empty);
    if (op_.last_refusal().object_size) co_return std::move(why);
    head_options asked;
    asked.if_match = options_.if_match;
    asked.version = options_.version;
    asked.key = options_.key;
    recipe_ = head_recipe(op_.key(), asked);
    result<http::response> const answer = co_await op_.send(&recipe_);
    if (!answer) co_return answer.error();
    if (answer->head().content_length != 0) co_return std::move(why);
    co_return object_in(answer->head());
}

object_meta reading::object_in(http::response_head const& head) const { return meta_of(op_.key(), head); }

std::optional<object_checksum> reading::range_checksum(http::response_head const& head) const { return azure::range_checksum(head); }

result<void> reading::check_same(http::response_head const& head, object_meta const& object) const {
    if (store::same_etag(head.headers.value_or("etag"), object.etag)) return {};
    return failure(errc::protocol, "the object changed while it was read: the service ignored If-Match and sent another ETag");
}

char const* reading::unpinned(object_meta const& object) const noexcept {
    return store::strong_etag(object.etag) ? nullptr : "the service gives no strong ETag to tell the version by";
}

}  // namespace sluice::inline v0::azure
