#include "async/clock.hpp"
#include "backend/memory/shelf.hpp"
#include "backend/memory/upload.hpp"

#include <sluice/memory.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace sluice::inline v0 {

namespace memory {

namespace {

/// Reads from the version it was opened on, whatever happens to the key afterwards.
class memory_body final : public body_source {
public:
    memory_body(std::shared_ptr<stored const> object, resolved_range range)
        : object_(std::move(object)),
          range_(range),
          rest_(object_->data.view().subspan(range.offset, range.length)) {}

    object_meta const& object() const noexcept override { return object_->meta; }
    resolved_range range() const noexcept override { return range_; }
    awaitable<std::size_t> read_some(std::span<std::byte> into) override {
        std::size_t const n = std::min(into.size(), rest_.size());
        if (n > 0) std::memcpy(into.data(), rest_.data(), n);
        rest_ = rest_.subspan(n);
        co_return n;
    }

private:
    std::shared_ptr<stored const> object_;
    resolved_range range_;
    std::span<std::byte const> rest_;
};

// The coroutines hold the shelf, not the store: a store may die while its operations run.

awaitable<object_meta> head(std::shared_ptr<shelf const> objects, object_key where, head_options options) {
    co_return objects->open("head", where, store::read_conditions(options))->meta;
}

awaitable<read_result> read(std::shared_ptr<shelf const> objects, object_key where, byte_range range, std::span<std::byte> into,
                            get_options options) {
    std::shared_ptr<stored const> const object = objects->open("read", where, store::read_conditions(options));
    resolved_range const here = objects->within("read", *object, range);
    if (here.length > into.size())
        objects->fail(errc::buffer_too_small, "read", where,
                      std::to_string(here.length) + " bytes do not fit into " + std::to_string(into.size()));
    if (here.length > 0) std::memcpy(into.data(), object->data.data() + here.offset, here.length);
    read_result done;
    done.object = object->meta;
    done.range = here;
    co_return done;
}

awaitable<body_reader> get(std::shared_ptr<shelf const> objects, object_key where, get_options options) {
    std::shared_ptr<stored const> object = objects->open("get", where, store::read_conditions(options));
    resolved_range const here = objects->within("get", *object, options.range);
    co_return body_reader(std::make_unique<memory_body>(std::move(object), here));
}

awaitable<put_result> put(std::shared_ptr<shelf> objects, object_key where, payload data, put_options options) {
    objects->check_write("put", where, options);
    bytes whole = co_await gather(std::move(data));
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    wall_time const now = async::clock::of(executor).wall();
    co_return objects->put(std::move(where), std::move(whole), std::move(options), now);
}

awaitable<copied> copy(std::shared_ptr<shelf> objects, object_key what, object_key as, store_copy_options options) {
    objects->check_write("copy", as, options);
    std::shared_ptr<stored const> const source = objects->open("copy", what, store::read_conditions(options.source));
    boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
    wall_time const now = async::clock::of(executor).wall();
    if (options.attributes == attributes()) options.attributes = source->meta.attributes;
    progress const report = options.report;
    copied done;
    done.object = source->meta;
    done.put = objects->put(std::move(as), source->data, std::move(options), now);
    if (report) report(done.object.size, done.object.size);
    co_return std::move(done);
}

awaitable<list_page> list(std::shared_ptr<shelf const> objects, std::string prefix, list_options options) {
    co_return objects->list(prefix, options);
}

awaitable<remove_report> remove(std::shared_ptr<shelf> objects, std::vector<object_key> keys) { co_return objects->remove(keys); }

class memory_store final : public object_store {
public:
    explicit memory_store(std::shared_ptr<shelf> objects) : objects_(std::move(objects)) {}

    awaitable<object_meta> head(object_key where, head_options options) override {
        return memory::head(objects_, std::move(where), std::move(options));
    }
    awaitable<read_result> read(object_key where, byte_range range, std::span<std::byte> into, get_options options) override {
        return memory::read(objects_, std::move(where), range, into, std::move(options));
    }
    awaitable<body_reader> get(object_key where, get_options options) override {
        return memory::get(objects_, std::move(where), std::move(options));
    }
    awaitable<put_result> put(object_key where, payload data, put_options options) override {
        return memory::put(objects_, std::move(where), std::move(data), std::move(options));
    }
    awaitable<upload> create_upload(object_key where, put_options options) override {
        return memory::create_upload(objects_, std::move(where), std::move(options));
    }
    awaitable<copied> copy(object_key what, object_key as, store_copy_options options) override {
        return memory::copy(objects_, std::move(what), std::move(as), std::move(options));
    }
    awaitable<list_page> list(std::string prefix, list_options options) override {
        return memory::list(objects_, std::move(prefix), std::move(options));
    }
    awaitable<remove_report> remove(std::vector<object_key> keys, call_options) override {
        return memory::remove(objects_, std::move(keys));
    }
    capabilities can() const noexcept override {
        capabilities c;
        c.create_only_put = c.conditional_put = c.attributes = c.uploads = c.resumes = c.copies = true;
        c.remove_batch = 1000;
        c.max_parts = max_parts;
        c.max_part = std::numeric_limits<std::int64_t>::max();
        return c;
    }
    std::string uri() const override { return objects_->uri(); }

private:
    std::shared_ptr<shelf> objects_;
};

}  // namespace

}  // namespace memory

std::shared_ptr<object_store> make_memory_store(std::string name, std::uint32_t page_limit) {
    return std::make_shared<memory::memory_store>(std::make_shared<memory::shelf>(std::move(name), page_limit));
}

}  // namespace sluice::inline v0
