#include "backend/file/copying.hpp"
#include "backend/file/list.hpp"
#include "backend/file/reading.hpp"
#include "backend/file/remove.hpp"
#include "backend/file/upload.hpp"
#include "backend/file/writing.hpp"

#include <limits>
#include <utility>

namespace sluice::inline v0 {

namespace file {

namespace {

using store_pointer = std::shared_ptr<core const>;

// Every operation holds the core, not the store: a store may die while its operations run.

awaitable<object_meta> head(store_pointer store, object_key where, head_options options) {
    auto work = [options](operation* op) { return look_at(op, store::read_conditions(options)); };
    return at_edge<object_meta>(std::move(store), "head", std::move(where), options, std::move(work));
}

awaitable<read_result> read(store_pointer store, object_key where, byte_range range, std::span<std::byte> into, get_options options) {
    auto work = [range, into, options](operation* op) { return read_object(op, range, into, options); };
    return at_edge<read_result>(std::move(store), "read", std::move(where), options, std::move(work));
}

awaitable<std::unique_ptr<body_source>> open_reader(store_pointer store, object_key where, get_options options) {
    auto work = [store, options](operation* op) { return open_body(op, store, options); };
    return at_edge<std::unique_ptr<body_source>>(std::move(store), "get", std::move(where), options, std::move(work));
}

awaitable<body_reader> get(store_pointer store, object_key where, get_options options) {
    std::unique_ptr<body_source> source = co_await open_reader(std::move(store), std::move(where), std::move(options));
    co_return body_reader(std::move(source));
}

awaitable<put_result> put(store_pointer store, object_key where, payload data, put_options options) {
    auto work = [data = std::move(data), options](operation* op) { return write_object(op, data, options); };
    return at_edge<put_result>(std::move(store), "put", std::move(where), options, std::move(work));
}

awaitable<copied> copy(store_pointer store, object_key what, object_key as, store_copy_options options) {
    call_options const call = options;
    auto work = [store, what = std::move(what), options = std::move(options)](operation* op) {
        return copy_within(op, store, what, options);
    };
    return at_edge<copied>(store, "copy", std::move(as), call, std::move(work));
}

awaitable<list_page> list(store_pointer store, std::string prefix, list_options options) {
    auto work = [prefix, options](operation* op) { return list_objects(op, prefix, options); };
    return at_edge<list_page>(std::move(store), "list", prefix, options, std::move(work));
}

awaitable<remove_report> remove(store_pointer store, std::vector<object_key> keys, call_options options) {
    object_key first = keys.size() == 1 ? keys.front() : object_key();
    auto work = [keys = std::move(keys)](operation* op) { return remove_objects(op, keys); };
    return at_edge<remove_report>(std::move(store), "remove", std::move(first), options, std::move(work));
}

class file_store final : public object_store {
public:
    explicit file_store(store_pointer store) : store_(std::move(store)) {}

    awaitable<object_meta> head(object_key where, head_options options) override {
        return file::head(store_, std::move(where), std::move(options));
    }
    awaitable<read_result> read(object_key where, byte_range range, std::span<std::byte> into, get_options options) override {
        return file::read(store_, std::move(where), range, into, std::move(options));
    }
    awaitable<body_reader> get(object_key where, get_options options) override {
        return file::get(store_, std::move(where), std::move(options));
    }
    awaitable<put_result> put(object_key where, payload data, put_options options) override {
        return file::put(store_, std::move(where), std::move(data), std::move(options));
    }
    awaitable<upload> create_upload(object_key where, put_options options) override {
        return file::create_upload(store_, std::move(where), std::move(options));
    }
    awaitable<copied> copy(object_key what, object_key as, store_copy_options options) override {
        return file::copy(store_, std::move(what), std::move(as), std::move(options));
    }
    awaitable<list_page> list(std::string prefix, list_options options) override {
        return file::list(store_, std::move(prefix), std::move(options));
    }
    awaitable<remove_report> remove(std::vector<object_key> keys, call_options options) override {
        return file::remove(store_, std::move(keys), std::move(options));
    }
    capabilities can() const noexcept override {
        capabilities c;
        c.create_only_put = c.conditional_put = c.uploads = c.resumes = c.copies = c.paths = true;
        c.remove_batch = 1000;
        c.max_parts = max_parts;
        c.max_part = std::numeric_limits<std::int64_t>::max();
        // A page-cache hit is a copy that one thread does best in one go; a disk wants to be asked for many things at once.
        if (!store_->direct()) c.reading.strategy = read_strategy::single;
        return c;
    }
    std::string uri() const override { return store_->uri; }

private:
    store_pointer store_;
};

}  // namespace

}  // namespace file

std::shared_ptr<object_store> make_file_store(file_settings settings) {
    result<std::shared_ptr<file::core const>> store = file::core::make(std::move(settings));
    if (!store) throw_error(std::move(store).error(), "make_file_store", {});
    return std::make_shared<file::file_store>(std::move(*store));
}

}  // namespace sluice::inline v0
