#include "backend/azure/remove.hpp"

#include "async/workers.hpp"
#include "backend/azure/operation.hpp"
#include "backend/azure/request.hpp"
#include "store/at_edge.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

namespace sluice::inline v0::azure {

namespace {

using store_pointer = std::shared_ptr<core const>;

constexpr std::size_t requests_in_flight = 16;
constexpr std::size_t drain_limit = 64 * 1024;

/// What became of the keys. Threads: any.
class report_desk {
public:
    void removed() {
        std::lock_guard const lock(mutex_);
        ++report_.removed;
    }
    void failed(remove_report::failed_key one) {
        std::lock_guard const lock(mutex_);
        report_.failed.push_back(std::move(one));
    }
    remove_report take() { return std::move(report_); }

private:
    std::mutex mutex_;
    remove_report report_;
};

bool is_gone(failure const& f) noexcept { return f.info().service_code == "BlobNotFound" || f.info().service_code == "ResourceNotFound"; }

/// One of the key's own affairs: denied, leased, under a legal hold.
bool is_of_key(failure const& f) noexcept {
    return f.reason() == errc::permission_denied || f.info().status == 409 || f.info().status == 412;
}

awaitable<void> remove_one(store_pointer store, object_key key, report_desk* report, call_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(store, std::move(executor), "remove", std::move(key), retry::operation_kind::overwrite, options);
    try {
        recipe const r = delete_recipe(op.key());
        result<http::response> answer = co_await op.send(&r);
        if (answer) co_await answer->drain(drain_limit);
        if (answer || is_gone(answer.error())) {
            report->removed();
            op.succeeded(0);
            co_return;
        }
        failure why = std::move(answer).error();
        if (!is_of_key(why)) op.raise(std::move(why));
        remove_report::failed_key failed;
        failed.key = op.key();
        failed.code = why.info().service_code;
        failed.message = why.info().service_message.empty() ? why.info().detail : why.info().service_message;
        report->failed(std::move(failed));
    } catch (...) {
        op.rethrow();
    }
}

awaitable<remove_report> remove_all(store_pointer store, std::vector<object_key> keys, call_options options) {
    for (object_key const& key : keys) {
        result<void> const checked = check_key(key);
        if (!checked) throw_error(checked.error(), "remove", store->uri + key);
    }
    report_desk report;
    std::atomic<std::size_t> next = 0;
    auto const work = [&]() -> awaitable<void> {
        for (std::size_t i = next++; i < keys.size(); i = next++) co_await remove_one(store, keys[i], &report, options);
    };
    co_await async::run_workers(std::min(requests_in_flight, keys.size()), &work);
    co_return report.take();
}

}  // namespace

awaitable<remove_report> remove(store_pointer store, std::vector<object_key> keys, call_options options) {
    std::string where = store->uri;
    if (keys.size() == 1) where += keys.front();
    return store::at_edge("remove", std::move(where), remove_all(std::move(store), std::move(keys), std::move(options)));
}

}  // namespace sluice::inline v0::azure
