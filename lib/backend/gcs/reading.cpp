#include "backend/gcs/reading.hpp"

#include <optional>
#include <utility>

namespace sluice::inline v0::gcs {

namespace {

failure violated(errc const why) {
    if (why == errc::not_modified) return {why, "the object is unchanged"};
    return {why, "the object is not the version that was asked for"};
}

bool needs_look(head_options const& o) noexcept { return !o.if_none_match.empty() || o.if_modified_since || o.if_unmodified_since; }

bool names_etag(std::string const& condition) noexcept { return !condition.empty() && condition != "*"; }

}  // namespace

awaitable<result<resource>> look(operation* const op, head_options const* const options) {
    recipe const r = head_recipe(op->bucket(), op->key(), options->version, options->key);
    result<resource> found = co_await op->send_for_resource(&r);
    if (!found) co_return std::move(found).error();
    store::read_conditions const conditions(*options);
    object_meta const& object = found->object;
    std::optional<errc> const why = conditions.violated_by(object.etag, object.last_modified.value_or(wall_time()));
    if (why) co_return violated(*why);
    co_return std::move(found);
}

reading::reading(std::shared_ptr<core const> store, boost::asio::any_io_executor executor, std::string_view const name, object_key key,
                 get_options options)
    : options_(std::move(options)),
      op_(std::move(store), std::move(executor), name, std::move(key), retry::operation_kind::read, options_) {}

result<void> reading::check(byte_range) const {
    if (auto const good = check_key(op_.key()); !good) return good.error();
    if (auto const good = check_version(options_.version); !good) return good.error();
    return op_.store().check_customer_key(options_.key);
}

awaitable<result<http::response>> reading::ask(byte_range const range) {
    std::string version = options_.version;
    bool const looks = needs_look(options_);
    if (looks) {
        result<resource> const found = co_await look(&op_, &options_);
        if (!found) co_return found.error();
        version = found->object.version;
    }
    recipe_ = read_recipe(op_.bucket(), op_.key(), range, version, options_.key);
    result<http::response> answer = co_await op_.send(&recipe_);
    bool const missed = !answer && answer.error().info().status == 416 && names_etag(options_.if_match);
    if (missed) co_return co_await missed_range(std::move(answer).error());
    if (!answer) co_return std::move(answer);
    if (auto const good = check_as_stored(answer->head()); !good) co_return good.error();
    if (looks || !names_etag(options_.if_match)) co_return std::move(answer);
    object_meta const came = object_in(answer->head());
    if (store::same_etag(options_.if_match, came.etag)) co_return std::move(answer);
    result<void> const same = co_await check_match(came.version, came.etag);
    if (!same) co_return same.error();
    co_return std::move(answer);
}

/// A range that is not there, of the version that was asked for or of another: the service sees to ranges before we can see to ETags.
awaitable<failure> reading::missed_range(failure why) {
    head_options asked;
    asked.version = options_.version;
    asked.if_match = options_.if_match;
    asked.key = options_.key;
    result<resource> const found = co_await look(&op_, &asked);
    if (!found) co_return found.error();
    co_return std::move(why);
}

/// An answer with another ETag than was asked for, which is the end of it, unless the service gives data another ETag than what it tells
/// of the object.
awaitable<result<void>> reading::check_match(std::string version, std::string etag) {
    head_options asked;
    asked.version = std::move(version);
    asked.key = options_.key;
    result<resource> const found = co_await look(&op_, &asked);
    if (!found) co_return found.error();
    bool const matches = !store::same_etag(found->object.etag, etag) && store::same_etag(found->object.etag, options_.if_match);
    if (!matches) co_return violated(errc::precondition_failed);
    co_return result<void>();
}

awaitable<result<http::response>> reading::ask_rest(byte_range const rest, object_meta const* const object) {
    recipe_ = read_recipe(op_.bucket(), op_.key(), rest, object->version, options_.key);
    result<http::response> answer = co_await op_.send(&recipe_);
    if (answer) co_return std::move(answer);
    failure why = std::move(answer).error();
    if (why.reason() == errc::not_found) why.reason(errc::precondition_failed);  // of that generation there is nothing any more
    co_return std::move(why);
}

awaitable<result<object_meta>> reading::find_empty(failure why) {
    bool const was_empty = op_.last_refusal().object_size == 0u;
    head_options asked;
    asked.version = options_.version;
    asked.if_match = options_.if_match;
    asked.key = options_.key;
    result<resource> found = co_await look(&op_, &asked);
    if (!found) co_return std::move(found).error();
    if (found->object.size == 0) co_return std::move(found->object);
    if (!was_empty) co_return std::move(why);
    object_meta empty;  // which has been replaced since
    empty.key = op_.key();
    co_return std::move(empty);
}

object_meta reading::object_in(http::response_head const& head) const { return meta_of(op_.key(), head); }

result<void> reading::check_same(http::response_head const& head, object_meta const& object) const {
    if (auto const good = check_as_stored(head); !good) return good.error();
    if (head.headers.value_or("x-goog-generation") == object.version) return {};
    return failure(errc::protocol, "the object changed while it was read: the service sent another generation than was asked for");
}

char const* reading::unpinned(object_meta const& object) const noexcept {
    return object.version.empty() ? "the service tells no generation" : nullptr;
}

}  // namespace sluice::inline v0::gcs
