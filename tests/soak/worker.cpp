#include "soak/worker.hpp"

#include "async/clock.hpp"

#include <sluice/operations.hpp>
#include <sluice/range_engine.hpp>

#include <chrono>
#include <random>

namespace sluice::soak {

namespace {

constexpr unsigned keys = 8;  // of each worker

/// Says itself how long it is and which.
std::string content_of(std::mt19937_64& luck) {
    std::size_t const size = luck() % 16 == 0 ? 200'000 + luck() % 800'000 : luck() % 20'000;
    std::string text = std::to_string(size) + ' ' + std::to_string(luck() % 26) + ' ';
    text.resize(text.size() + size, static_cast<char>('a' + luck() % 26));
    return text;
}

bool is_whole(std::string_view const text) {
    std::size_t const blank = text.find(' '), second = text.find(' ', blank + 1);
    if (second == text.npos) return false;
    std::string_view const rest = text.substr(second + 1);
    bool const same = rest.find_first_not_of(rest.empty() ? ' ' : rest.front()) == rest.npos;
    return same && rest.size() == std::stoull(std::string(text.substr(0, blank)));
}

struct worker {
    std::shared_ptr<object_store> store;
    counts* all;
    std::mt19937_64 luck;
    std::string prefix;

    std::string key() { return prefix + std::to_string(luck() % keys); }
};

awaitable<void> write(worker* w) {
    payload data(content_of(w->luck));
    co_await w->store->put(w->key(), std::move(data));
}

awaitable<void> look(worker* w) {
    range_engine_options options;
    options.threshold = options.part_size = 100'000;
    whole_object const got = co_await get_all(w->store, w->key(), options);
    if (!is_whole(got.data.text())) w->all->wrong = "an object that nobody wrote";
}

awaitable<void> list(worker* w) {
    list_page const page = co_await list_all(w->store, w->prefix);
    if (page.objects.size() > keys) w->all->wrong = "a listing of more keys than there are";
}

awaitable<void> clear(worker* w) {
    std::vector<object_key> some{w->key(), w->key()};
    co_await w->store->remove(std::move(some));
}

awaitable<void> copy(worker* w) { co_await w->store->copy(w->key(), w->key()); }

awaitable<void> upload_one(worker* w) {
    std::string const content = content_of(w->luck);
    upload to = co_await w->store->create_upload(w->key());
    payload data(content);
    co_await to.write({1, 0}, std::move(data));
    if (w->luck() % 2 == 0) {
        co_await to.abort();
    } else {
        co_await to.complete();
    }
}

awaitable<void> any(worker* w, std::uint64_t what) {
    switch (what) {
    case 0:
    case 1:
    case 2: return write(w);
    case 3: return list(w);
    case 4: return clear(w);
    case 5: return copy(w);
    case 6: return upload_one(w);
    }
    return look(w);
}

/// Cancelled when `done` is still false.
awaitable<void> one(worker* w, bool* done) {
    std::uint64_t const what = w->luck() % 12;
    bool const cancels = what != 6 && w->luck() % 8 == 0;
    std::chrono::nanoseconds const patience = std::chrono::microseconds(w->luck() % 20'000);
    auto body = [&](async::task_group& group) -> awaitable<void> {
        auto const stop = [&group, patience]() -> awaitable<void> {
            boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
            async::clock& clock = async::clock::of(executor);
            co_await clock.sleep_until(clock.now() + patience);
            group.cancel();
        };
        if (cancels) group.spawn(stop);
        co_await any(w, what);
        *done = true;
        group.cancel();
    };
    co_await async::with_task_group(body);
}

bool is_explained(errc const reason) {
    switch (reason) {
    case errc::not_found:
    case errc::precondition_failed:  // replaced while it was read in parts
    case errc::throttled:
    case errc::timed_out:
    case errc::connection_lost:
    case errc::truncated:
    case errc::checksum_mismatch:
    case errc::ambiguous:
    case errc::server: return true;
    default: return false;
    }
}

}  // namespace

awaitable<void> work(std::shared_ptr<object_store> store, unsigned number, bool const* over, counts* all) {
    worker me{std::move(store), all, std::mt19937_64(number), "w" + std::to_string(number) + '/'};
    while (!*over) {
        bool done = false;
        try {
            co_await one(&me, &done);
            ++(done ? all->done : all->cancelled);
        } catch (error const& e) {
            ++all->failed;
            if (!is_explained(e.reason())) all->wrong = e.what();
        }
    }
}

std::optional<testing::s3_fault> befalls(testing::s3_request_view const& request, counts& all) {
    thread_local std::mt19937_64 luck(std::random_device{}());
    bool const of_upload = request.query.find("upload") != request.query.npos;
    if (of_upload || luck() % 30 != 0) return std::nullopt;
    ++all.faults;
    testing::s3_fault f;
    switch (luck() % 6) {
    case 0: f.status = 503, f.code = "SlowDown"; break;
    case 1: f.status = 500, f.code = "InternalError"; break;
    case 2: f.drop_after_apply = true; break;
    case 3: f.cut_body_after = luck() % 1000; break;
    case 4: f.delay = std::chrono::milliseconds(luck() % 50); break;
    default: f.flip_bit_of = 0; break;
    }
    return f;
}

}  // namespace sluice::soak
