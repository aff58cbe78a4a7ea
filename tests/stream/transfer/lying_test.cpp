// Stores of others may be wrong about what they give. Whoever puts an object together from their answers says so, and gives out no bytes
// of another place, version or length.
#include <sluice/memory.hpp>
#include <sluice/operations.hpp>
#include <sluice/range_engine.hpp>

#include "support/co_test.hpp"
#include "support/s3_place.hpp"

#include <map>
#include <optional>

using namespace sluice;
using namespace sluice::test;

namespace {

enum class lie {
    none,
    ends_early,      ///< bodies lack their last byte
    opens_beside,    ///< bodies are of the range one byte further on
    reads_less,      ///< all but the last byte
    reads_beside,    ///< one byte further on
    another_size,    ///< parts are of an object that is longer
    another_etag,    ///< parts are of another version
    no_strong_etag,  ///< of anything
};

class lying_body final : public body_source {
public:
    lying_body(body_reader inner, lie what)
        : inner_(std::move(inner)),
          object_(inner_.object()),
          range_(inner_.range()),
          left_(range_.length) {
        if (what == lie::ends_early) --left_;
        if (what == lie::opens_beside) ++range_.offset;
        if (what == lie::no_strong_etag) object_.etag = "W/\"weak\"";
    }
    object_meta const& object() const noexcept override { return object_; }
    resolved_range range() const noexcept override { return range_; }
    awaitable<std::size_t> read_some(std::span<std::byte> into) override {
        std::size_t const n = co_await inner_.read_some(into.first(std::min<std::size_t>(left_, into.size())));
        left_ -= n;
        co_return n;
    }

private:
    body_reader inner_;
    object_meta object_;
    resolved_range range_;
    std::uint64_t left_;
};

/// A store in memory that tells one lie.
class lying_store final : public object_store {
public:
    explicit lying_store(std::shared_ptr<object_store> inner) : inner_(std::move(inner)) {}
    lie what = lie::none;
    bool tries_twice = false;     ///< to put: the first time it takes some bytes only
    std::optional<lie> at_front;  ///< what bodies tell there, if not that

    awaitable<object_meta> head(object_key where, head_options options) override { return inner_->head(where, options); }
    awaitable<read_result> read(object_key where, byte_range range, std::span<std::byte> into, get_options options) override {
        if (what == lie::reads_less) {
            --range.length;
            into = into.first(into.size() - 1);
        }
        if (what == lie::reads_beside) ++range.offset;
        read_result done = co_await inner_->read(where, range, into, options);
        if (what == lie::another_size) ++done.object.size;
        if (what == lie::another_etag) done.object.etag = "\"another\"";
        co_return done;
    }
    awaitable<body_reader> get(object_key where, get_options options) override {
        body_reader inner = co_await inner_->get(where, options);
        lie const here = inner.range().offset == 0 ? at_front.value_or(what) : what;
        std::unique_ptr<body_source> body = std::make_unique<lying_body>(std::move(inner), here);
        co_return body_reader(std::move(body));
    }
    awaitable<put_result> put(object_key where, payload data, put_options options) override {
        std::string front(10, '#');
        std::span<std::byte> const into = std::as_writable_bytes(std::span(front));
        if (tries_twice) co_await data.source()->read(0, into);
        put_result done = co_await inner_->put(where, std::move(data), options);
        co_return done;
    }
    awaitable<upload> create_upload(object_key where, put_options options) override { return inner_->create_upload(where, options); }
    awaitable<copied> copy(object_key what_object, object_key as, store_copy_options options) override {
        return inner_->copy(what_object, as, options);
    }
    awaitable<list_page> list(std::string prefix, list_options options) override { return inner_->list(prefix, options); }
    awaitable<remove_report> remove(std::vector<object_key> keys, call_options options) override { return inner_->remove(keys, options); }
    capabilities can() const noexcept override { return inner_->can(); }
    std::string uri() const override { return inner_->uri(); }

private:
    std::shared_ptr<object_store> const inner_;
};

constexpr std::size_t size = 3'500;
std::string const data = [] {
    std::string all(size, '\0');
    for (std::size_t i = 0; i < size; ++i) all[i] = static_cast<char>('a' + i * 7 % 23);
    return all;
}();

range_engine_options in_parts(read_strategy strategy) {
    range_engine_options options;
    options.strategy = strategy;
    options.threshold = options.part_size = 1'000;
    return options;
}

using reading = std::function<awaitable<void>(std::shared_ptr<object_store>)>;

awaitable<void> read_into_memory(std::shared_ptr<object_store> store) {
    std::string into(size, '#');
    co_await read_ranged(store, "o", byte_range::whole(), std::as_writable_bytes(std::span(into)), in_parts(read_strategy::ranges));
    CHECK(into == data);
}

template <read_strategy Strategy>
awaitable<void> stream_in_order(std::shared_ptr<object_store> store) {
    std::string got;
    part_sink const sink = [&got](std::uint64_t, bytes part) -> awaitable<void> {
        got += part.text();
        co_return;
    };
    co_await stream_ranged(store, "o", byte_range::whole(), sink, in_parts(Strategy));
    CHECK(got == data);
}

awaitable<void> read_pieces(std::shared_ptr<object_store> store) {
    std::vector<byte_range> const ranges{byte_range::bounded(0, 10), byte_range::bounded(2'000, 10), byte_range::bounded(size - 10, 10)};
    get_ranges_options options;
    options.gap = 1;
    std::vector<bytes> const got = co_await get_ranges(store, "o", ranges, options);
    CHECK(got[0].text() == data.substr(0, 10));
    CHECK(got[1].text() == data.substr(2'000, 10));
    CHECK(got[2].text() == data.substr(size - 10));
}

template <read_strategy Strategy>
awaitable<void> copy_elsewhere(std::shared_ptr<object_store> store) {
    auto const to = make_memory_store("to");
    copy_options options;
    options.read = in_parts(Strategy);
    co_await copy_object(store, "o", to, "copy", options);
    whole_object const got = co_await get_all(to, "copy");
    CHECK(got.data.text() == data);
}

std::string name_of(lie what) { return std::to_string(static_cast<int>(what)); }

/// The reason `how` ends with; nothing when it succeeds.
awaitable<std::optional<errc>> reason_of(reading const* how, std::shared_ptr<object_store> store) {
    try {
        co_await (*how)(store);
    } catch (error const& e) {
        CHECK_FALSE(e.info().uri.empty());
        co_return e.reason();
    }
    co_return std::nullopt;
}

using told = std::map<lie, errc>;

awaitable<void> check_lies(reading how, told wanted, std::optional<lie> at_front = {}) {
    auto const inner = make_memory_store("m");
    co_await inner->put("o", payload(data));
    auto const store = std::make_shared<lying_store>(inner);
    store->at_front = at_front;
    for (lie const what : {lie::none, lie::ends_early, lie::opens_beside, lie::reads_less, lie::reads_beside, lie::another_size,
                           lie::another_etag, lie::no_strong_etag}) {
        store->what = what;
        std::optional<errc> const reason = co_await reason_of(&how, store);
        auto const at = wanted.find(what);
        CHECK_MESSAGE(reason.has_value() == (at != wanted.end()), name_of(what));
        if (reason && at != wanted.end()) CHECK_MESSAGE(to_string(*reason) == to_string(at->second), name_of(what));
    }
}

told const of_parts{{lie::ends_early, errc::truncated},
                    {lie::opens_beside, errc::protocol},
                    {lie::reads_less, errc::protocol},
                    {lie::reads_beside, errc::protocol},
                    {lie::another_size, errc::precondition_failed},
                    {lie::another_etag, errc::precondition_failed},
                    {lie::no_strong_etag, errc::protocol}};

}  // namespace

CO_TEST("lies: what is put together from parts is whole, or the store is told to be wrong") {
    co_await check_lies(read_into_memory, of_parts);
    co_await check_lies(stream_in_order<read_strategy::ranges>, of_parts);
    co_await check_lies(copy_elsewhere<read_strategy::ranges>, of_parts);
}

CO_TEST("lies: a single body that ends early, or is of another range, is no object") {
    told const of_one{{lie::ends_early, errc::truncated}, {lie::opens_beside, errc::protocol}};
    co_await check_lies(stream_in_order<read_strategy::single>, of_one);
}

CO_TEST("lies: several ranges: a body that ends early or is of another place is told, at the first request and at later ones") {
    told const of_pieces{{lie::ends_early, errc::truncated}, {lie::opens_beside, errc::protocol}, {lie::no_strong_etag, errc::protocol}};
    co_await check_lies(read_pieces, of_pieces);
    told const of_later{
        {lie::ends_early, errc::truncated}, {lie::opens_beside, errc::protocol}, {lie::no_strong_etag, errc::precondition_failed}};
    co_await check_lies(read_pieces, of_later, lie::none);
}

CO_TEST("lies: a copy as one put takes no body that ends before the size it told") {
    told const of_one{{lie::ends_early, errc::truncated}, {lie::opens_beside, errc::protocol}};
    co_await check_lies(copy_elsewhere<read_strategy::single>, of_one);
    told const of_its_rest{
        {lie::ends_early, errc::truncated}, {lie::opens_beside, errc::protocol}, {lie::no_strong_etag, errc::precondition_failed}};
    co_await check_lies(copy_elsewhere<read_strategy::single>, of_its_rest, lie::ends_early);
}

CO_TEST("copy: as one put that is tried twice, it lets its body go before it opens another: one connection is enough") {
    testing::s3_server server;
    std::string const large(1u << 20, 'x');  // more than comes with the head
    server.put("bucket", "o", large);
    s3_settings settings = settings_for(server);
    settings.pool.max_connections = 1;
    auto const to = std::make_shared<lying_store>(make_memory_store("to"));
    to->tries_twice = true;
    std::shared_ptr<object_store> const from = make_s3_store(settings), there = to;
    copy_options options;
    options.read = in_parts(read_strategy::single);
    co_await copy_object(from, "o", there, "copy", options);
    CHECK(server.counts().gets == 2);
    whole_object const got = co_await get_all(there, "copy");
    CHECK((got.data.text() == large));
}
