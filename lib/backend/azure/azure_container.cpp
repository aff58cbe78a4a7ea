#include <sluice/azure_container.hpp>

#include "async/clock.hpp"
#include "backend/azure/operation.hpp"
#include "backend/azure/presign.hpp"
#include "backend/azure/request.hpp"
#include "backend/azure/response.hpp"
#include "cloud/service_time.hpp"
#include "store/at_edge.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sluice::inline v0 {

namespace azure {

namespace {

using store_pointer = std::shared_ptr<core const>;

constexpr std::size_t drain_limit = 64 * 1024;

/// Sends what needs no answer but its status. `as_good`: the code of a refusal that means it was applied by an attempt before.
awaitable<void> apply(store_pointer store, char const* name, recipe what, std::string as_good, call_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(std::move(store), std::move(executor), name, {}, retry::operation_kind::overwrite, options);
    try {
        op.tell_resends();
        result<http::response> answer = co_await op.send(&what);
        bool const applied = !answer && op.attempts() > 1 && answer.error().info().service_code == as_good;
        if (!applied) {
            http::response done = op.deliver(std::move(answer));
            co_await done.drain(drain_limit);
        }
        op.succeeded(0);
    } catch (...) {
        op.rethrow();
    }
}

recipe container_recipe(std::string_view const method) {
    recipe r;
    r.method = method;
    r.query = "restype=container";
    return r;
}

/// Asks for one page and reads it.
awaitable<bool> is_empty(store_pointer store, call_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(std::move(store), std::move(executor), "remove container", {}, retry::operation_kind::read, options);
    try {
        list_options one;
        one.max_keys = 1;
        recipe const r = op.deliver(list_recipe({}, one));
        result<std::string> text = co_await op.send_for_text(&r, list_limit);
        std::string document = op.deliver(std::move(text));
        list_page const page = op.deliver(parse_list(std::move(document), {}));
        op.succeeded(0);
        co_return page.objects.empty() && page.next.empty();
    } catch (...) {
        op.rethrow();
    }
}

awaitable<void> remove_empty(store_pointer store, call_options options) {
    bool const empty = co_await is_empty(store, options);
    if (!empty) {
        std::string const uri = store->uri;
        throw_error({errc::precondition_failed, "the container is not empty: remove what is in it first"}, "remove container", uri);
    }
    recipe what = container_recipe("DELETE");
    co_await apply(std::move(store), "remove container", std::move(what), "ContainerNotFound", std::move(options));
}

awaitable<container_page> page_of_containers(store_pointer store, std::string marker, call_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(std::move(store), std::move(executor), "list containers", {}, retry::operation_kind::read, options);
    try {
        recipe r;
        r.query = "comp=list";
        if (!marker.empty()) cloud::add_query(r.query, "marker", marker);
        result<std::string> text = co_await op.send_for_text(&r, list_limit);
        std::string document = op.deliver(std::move(text));
        container_page page = op.deliver(parse_containers(std::move(document)));
        op.succeeded(0);
        co_return std::move(page);
    } catch (...) {
        op.rethrow();
    }
}

awaitable<std::vector<listed_container>> all_containers(store_pointer store, call_options options) {
    std::vector<listed_container> all;
    std::string marker;
    do {
        container_page page = co_await page_of_containers(store, marker, options);
        std::ranges::move(page.containers, std::back_inserter(all));
        if (!page.next.empty() && page.next == marker)
            throw_error({errc::protocol, "the service goes round in circles"}, "list containers", store->uri);
        marker = std::move(page.next);
    } while (!marker.empty());
    co_return std::move(all);
}

awaitable<std::string> presign(store_pointer store, object_key where, presign_options options) {
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    wall_time const now = cloud::service_time(*store, async::clock::of(executor).wall());
    result<std::string> url = presigned_url(*store, where, options, now);
    if (!url) throw_error(std::move(url).error(), "presign", store->uri + where);
    co_return *std::move(url);
}

}  // namespace

}  // namespace azure

azure_container::azure_container(azure_settings settings) {
    std::string const uri = "az://" + settings.container + '/';
    auto made = azure::core::make(std::move(settings));
    if (!made) throw_error(std::move(made).error(), "open", uri);
    core_ = *std::move(made);
}

std::string azure_container::uri() const { return core_->uri; }

awaitable<void> azure_container::create(call_options options) const {
    azure::recipe what = azure::container_recipe("PUT");
    return azure::apply(core_, "create container", std::move(what), "ContainerAlreadyExists", std::move(options));
}

awaitable<void> azure_container::remove(call_options options) const {
    return store::at_edge("remove container", core_->uri, azure::remove_empty(core_, std::move(options)));
}

awaitable<void> azure_container::head(call_options options) const {
    azure::recipe what = azure::container_recipe("HEAD");
    return azure::apply(core_, "head container", std::move(what), "nothing is as good", std::move(options));
}

awaitable<std::string> azure_container::presign(object_key where, presign_options options) const {
    return azure::presign(core_, std::move(where), std::move(options));
}

awaitable<std::vector<listed_container>> list_containers(azure_settings settings, call_options options) {
    auto made = azure::core::make_service(std::move(settings));
    if (!made) throw_error(std::move(made).error(), "list containers", "az://");
    return store::at_edge("list containers", (*made)->uri, azure::all_containers(*made, std::move(options)));
}

}  // namespace sluice::inline v0
