#include "async/workers.hpp"
#include "store/at_edge.hpp"
#include "transfer/pager.hpp"

#include <sluice/operations.hpp>

#include <algorithm>
#include <atomic>
#include <utility>

namespace sluice::inline v0 {

namespace {

awaitable<bool> exists_of(std::shared_ptr<object_store> store, object_key where) {
    try {
        co_await store->head(std::move(where));
    } catch (error const& e) {
        if (e.reason() != errc::not_found) throw;
        co_return false;
    }
    co_return true;
}

awaitable<void> for_each_page_of(std::shared_ptr<object_store> store, std::string prefix, list_options options, page_visitor visit) {
    transfer::pager pages(std::move(store), std::move(prefix), std::move(options));
    for (bool more = true; more;) {
        std::optional<list_page> page = co_await pages.next();
        if (!page) co_return;
        more = co_await visit(std::move(*page));
    }
}

awaitable<list_page> list_all_of(std::shared_ptr<object_store> store, std::string prefix, list_options options) {
    list_page all;
    page_visitor const collect = [&all](list_page page) -> awaitable<bool> {
        std::ranges::move(page.objects, std::back_inserter(all.objects));
        std::ranges::move(page.prefixes, std::back_inserter(all.prefixes));
        co_return true;
    };
    co_await for_each_page(store, std::move(prefix), std::move(options), collect);
    co_return all;
}

awaitable<std::vector<whole_object>> get_many_of(std::shared_ptr<object_store> store, std::vector<object_key> keys, std::size_t in_flight,
                                                 range_engine_options options) {
    std::vector<whole_object> results(keys.size());
    std::atomic<std::size_t> next = 0;
    auto work = [&]() -> awaitable<void> {
        for (std::size_t i = next++; i < keys.size(); i = next++) results[i] = co_await get_all(store, keys[i], options);
    };
    co_await async::run_workers(std::min(std::max<std::size_t>(in_flight, 1), keys.size()), &work);
    co_return results;
}

awaitable<remove_report> remove_prefix_of(std::shared_ptr<object_store> store, std::string prefix) {
    if (prefix.empty()) throw_error(failure(errc::invalid_argument, "an empty prefix would remove everything"), "remove", store->uri());
    remove_report total;
    page_visitor const remove_page = [&](list_page page) -> awaitable<bool> {
        std::vector<object_key> keys;
        for (object_meta& object : page.objects) keys.push_back(std::move(object.key));
        if (keys.empty()) co_return true;
        remove_report report = co_await store->remove(std::move(keys));
        total.removed += report.removed;
        std::ranges::move(report.failed, std::back_inserter(total.failed));
        co_return true;
    };
    co_await for_each_page(store, std::move(prefix), list_options(), remove_page);
    co_return total;
}

}  // namespace

awaitable<bool> exists(std::shared_ptr<object_store> store, object_key where) { return exists_of(std::move(store), std::move(where)); }

awaitable<void> for_each_page(std::shared_ptr<object_store> store, std::string prefix, list_options options, page_visitor visit) {
    std::string where = store->uri() + prefix;
    return store::at_edge("list", std::move(where),
                          for_each_page_of(std::move(store), std::move(prefix), std::move(options), std::move(visit)));
}

awaitable<list_page> list_all(std::shared_ptr<object_store> store, std::string prefix, list_options options) {
    return list_all_of(std::move(store), std::move(prefix), std::move(options));
}

awaitable<std::vector<whole_object>> get_many(std::shared_ptr<object_store> store, std::vector<object_key> keys, std::size_t in_flight,
                                              range_engine_options options) {
    return store::at_edge("get_many", store->uri(), get_many_of(store, std::move(keys), in_flight, std::move(options)));
}

awaitable<remove_report> remove_prefix(std::shared_ptr<object_store> store, std::string prefix) {
    return store::at_edge("remove", store->uri() + prefix, remove_prefix_of(store, prefix));
}

}  // namespace sluice::inline v0
