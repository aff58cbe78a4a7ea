#include "wrap/around.hpp"

#include "store/at_edge.hpp"

#include <type_traits>
#include <utility>

namespace sluice::inline v0::wrap {

namespace {

using store_pointer = std::shared_ptr<object_store>;
using interceptor_pointer = std::shared_ptr<interceptor>;

template <class T>
std::uint64_t bytes_of(T const& done, std::uint64_t asked) {
    if constexpr (std::is_same_v<T, read_result>) return done.range.length;
    if constexpr (std::is_same_v<T, std::size_t>) return done;
    if constexpr (std::is_same_v<T, put_result>) return asked;
    return 0;
}

/// For a catch block: the exception in flight, as the caller will see it.
[[noreturn]] void rethrow(store::edge const& edge, visit* const here) {
    try {
        edge.rethrow();
    } catch (...) {
        if (here != nullptr) here->failed(std::current_exception());
        throw;
    }
}

template <class T>
awaitable<T> around(interceptor_pointer by, call what, awaitable<T> work) {
    store::named_edge const edge(what.name, what.uri);
    std::uint64_t const asked = what.bytes;
    std::unique_ptr<visit> here;
    try {
        here = co_await by->enter(std::move(what));
        if constexpr (std::is_void_v<T>) {
            co_await std::move(work);
            here->succeeded(asked);
        } else {
            T done = co_await std::move(work);
            here->succeeded(bytes_of(done, asked));
            co_return std::move(done);
        }
    } catch (...) {
        rethrow(edge, here.get());
    }
}

class around_body final : public body_source {
public:
    around_body(body_reader inner, interceptor_pointer by, std::string uri)
        : inner_(std::move(inner)),
          by_(std::move(by)),
          uri_(std::move(uri)) {}

    object_meta const& object() const noexcept override { return inner_.object(); }
    resolved_range range() const noexcept override { return inner_.range(); }
    awaitable<std::size_t> read_some(std::span<std::byte> into) override {
        return around(by_, call("read body", uri_, into.size()), inner_.read_some(into));
    }

private:
    body_reader inner_;
    interceptor_pointer by_;
    std::string uri_;
};

class around_upload final : public upload_target {
public:
    around_upload(upload inner, interceptor_pointer by, std::string uri)
        : inner_(std::move(inner)),
          by_(std::move(by)),
          uri_(std::move(uri)) {}

    std::string id() const override { return inner_.id(); }
    std::vector<written_part> parts() const override { return inner_.parts(); }
    awaitable<void> write(part_place where, payload data) override {
        call what("write part", uri_, data.size());
        return around(by_, std::move(what), inner_.write(where, std::move(data)));
    }
    awaitable<put_result> complete() override { return around(by_, call("complete upload", uri_, 0), inner_.complete()); }
    awaitable<void> abort() override { return around(by_, call("abort upload", uri_, 0), inner_.abort()); }

private:
    upload inner_;
    interceptor_pointer by_;
    std::string uri_;
};

awaitable<body_reader> get(store_pointer inner, interceptor_pointer by, object_key where, get_options options) {
    std::string uri = inner->uri() + where;
    body_reader body = co_await around(by, call("get", uri, 0), inner->get(std::move(where), std::move(options)));
    co_return body_reader(std::make_unique<around_body>(std::move(body), std::move(by), std::move(uri)));
}

awaitable<upload> create_upload(store_pointer inner, interceptor_pointer by, object_key where, put_options options) {
    std::string uri = inner->uri() + where;
    upload begun = co_await around(by, call("create_upload", uri, 0), inner->create_upload(std::move(where), std::move(options)));
    co_return upload(std::make_shared<around_upload>(std::move(begun), std::move(by), std::move(uri)));
}

class around_store final : public object_store {
public:
    around_store(store_pointer inner, interceptor_pointer by) : inner_(std::move(inner)), by_(std::move(by)) {}

    awaitable<object_meta> head(object_key where, head_options options) override {
        call what("head", inner_->uri() + where, 0);
        by_->equip(what, options);
        return around(by_, std::move(what), inner_->head(std::move(where), std::move(options)));
    }
    awaitable<read_result> read(object_key where, byte_range range, std::span<std::byte> into, get_options options) override {
        call what("read", inner_->uri() + where, into.size());
        by_->equip(what, options);
        return around(by_, std::move(what), inner_->read(std::move(where), range, into, std::move(options)));
    }
    awaitable<body_reader> get(object_key where, get_options options) override {
        by_->equip(call("get", inner_->uri() + where, 0), options);
        return wrap::get(inner_, by_, std::move(where), std::move(options));
    }
    awaitable<put_result> put(object_key where, payload data, put_options options) override {
        call what("put", inner_->uri() + where, data.size());
        by_->equip(what, options);
        return around(by_, std::move(what), inner_->put(std::move(where), std::move(data), std::move(options)));
    }
    awaitable<upload> create_upload(object_key where, put_options options) override {
        by_->equip(call("create_upload", inner_->uri() + where, 0), options);
        return wrap::create_upload(inner_, by_, std::move(where), std::move(options));
    }
    awaitable<copied> copy(object_key what, object_key as, store_copy_options options) override {
        call seen("copy", inner_->uri() + what, 0);
        by_->equip(seen, options);
        return around(by_, std::move(seen), inner_->copy(std::move(what), std::move(as), std::move(options)));
    }
    awaitable<list_page> list(std::string prefix, list_options options) override {
        call what("list", inner_->uri() + prefix, 0);
        by_->equip(what, options);
        return around(by_, std::move(what), inner_->list(std::move(prefix), std::move(options)));
    }
    awaitable<remove_report> remove(std::vector<object_key> keys, call_options options) override {
        call what("remove", inner_->uri() + (keys.size() == 1 ? keys.front() : object_key()), 0);
        by_->equip(what, options);
        return around(by_, std::move(what), inner_->remove(std::move(keys), std::move(options)));
    }
    capabilities can() const noexcept override { return inner_->can(); }
    std::string uri() const override { return inner_->uri(); }

private:
    store_pointer inner_;
    interceptor_pointer by_;
};

}  // namespace

std::shared_ptr<object_store> make_around(std::shared_ptr<object_store> inner, std::shared_ptr<interceptor> by) {
    return std::make_shared<around_store>(std::move(inner), std::move(by));
}

}  // namespace sluice::inline v0::wrap
