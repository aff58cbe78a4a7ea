#include "backend/azure/writing.hpp"

#include "async/entropy.hpp"
#include "backend/azure/request.hpp"
#include "backend/azure/response.hpp"

#include <boost/asio/this_coro.hpp>

#include <optional>
#include <utility>

namespace sluice::inline v0::azure {

namespace {

constexpr std::size_t drain_limit = 64 * 1024;

/// Whether what is there now is what `id` wrote.
awaitable<result<std::optional<put_result>>> find_own(operation* op, std::string id, customer_key key) {
    head_options asked;
    asked.key = std::move(key);
    recipe const r = head_recipe(op->key(), asked);
    result<http::response> const answer = co_await op->send(&r);
    std::string const header = "x-ms-meta-" + std::string(put_id_name);
    bool const there = answer || answer.error().reason() == errc::not_found;
    if (!there) co_return answer.error();
    if (!answer || answer->head().headers.value_or(header) != id) co_return std::optional<put_result>();
    co_return std::optional<put_result>(put_result_of(answer->head()));
}

failure in_words(failure f, put_options const& options) {
    if (f.reason() == errc::ambiguous) return f;
    int const status = f.info().status;
    if (options.create_only && (status == 409 || status == 412) && f.info().service_code != "LeaseIdMissing") {
        f.reason(errc::already_exists);
        f.info().detail = "there is an object of that name already";
    }
    if (!options.if_match.empty() && status == 404 && f.info().service_code != "ContainerNotFound") {
        f.reason(errc::precondition_failed);
        f.info().detail = "there is no such object, so none of the version that was asked for";
    }
    return f;
}

}  // namespace

bool is_conditional(put_options const& options) noexcept { return options.create_only || !options.if_match.empty(); }

awaitable<result<put_result>> send_write(operation* const op, recipe* const what, put_options const* const options) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    std::string id;
    if (is_conditional(*options)) {
        id = async::entropy::of(executor).id_text();
        what->headers.add("x-ms-meta-" + std::string(put_id_name), id);
        op->tell_resends();
    }
    unsigned const before = op->attempts();
    result<http::response> answer = co_await op->send(what);
    if (!answer) {
        errc const reason = answer.error().reason();
        bool const again = op->attempts() > before + 1;
        bool const refused = reason == errc::precondition_failed || reason == errc::already_exists;
        if (!id.empty() && (reason == errc::ambiguous || (again && refused))) {
            failure why = std::move(answer).error();
            result<std::optional<put_result>> own = co_await find_own(op, id, options->keeping.key);
            if (own && *own) co_return **std::move(own);
            if (!own) why.reason(errc::ambiguous);
            co_return in_words(std::move(why), *options);
        }
        co_return in_words(std::move(answer).error(), *options);
    }
    put_result done = put_result_of(answer->head());
    if (done.etag.empty())
        co_return failure(errc::protocol, "the answer to the write names no ETag, so nothing says that the object was stored");
    co_await answer->drain(drain_limit);
    co_return std::move(done);
}

}  // namespace sluice::inline v0::azure
