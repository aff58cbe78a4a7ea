#include "store/check.hpp"

#include <sluice/error.hpp>
#include <sluice/wrap/prefixed.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace sluice::inline v0 {

namespace wrap {

namespace {

/// What is fixed about a prefixed store; its operations hold it, not the store.
struct view {
    std::shared_ptr<object_store> inner;
    std::string prefix;

    std::string uri() const { return inner->uri() + prefix; }

    object_key whole(std::string_view operation, object_key const& key) const {
        object_key whole = prefix + key;
        result<void> const checked = store::check_key(key.empty() ? key : whole);
        if (!checked) throw_error(checked.error(), operation, uri() + key);
        return whole;
    }
    void strip(std::string& key) const {
        if (key.starts_with(prefix)) key.erase(0, prefix.size());
    }
};

using view_pointer = std::shared_ptr<view const>;

/// A body whose object goes by its short name.
class stripped_body final : public body_source {
public:
    stripped_body(body_reader inner, view const& seen) : inner_(std::move(inner)), object_(inner_.object()) { seen.strip(object_.key); }
    object_meta const& object() const noexcept override { return object_; }
    resolved_range range() const noexcept override { return inner_.range(); }
    awaitable<std::size_t> read_some(std::span<std::byte> into) override { return inner_.read_some(into); }

private:
    body_reader inner_;
    object_meta object_;
};

awaitable<object_meta> head(view_pointer seen, object_key where, head_options options) {
    object_key whole = seen->whole("head", where);
    object_meta about = co_await seen->inner->head(std::move(whole), std::move(options));
    seen->strip(about.key);
    co_return std::move(about);
}

awaitable<read_result> read(view_pointer seen, object_key where, byte_range range, std::span<std::byte> into, get_options options) {
    object_key whole = seen->whole("read", where);
    read_result done = co_await seen->inner->read(std::move(whole), range, into, std::move(options));
    seen->strip(done.object.key);
    co_return std::move(done);
}

awaitable<body_reader> get(view_pointer seen, object_key where, get_options options) {
    object_key whole = seen->whole("get", where);
    body_reader body = co_await seen->inner->get(std::move(whole), std::move(options));
    co_return body_reader(std::make_unique<stripped_body>(std::move(body), *seen));
}

awaitable<put_result> put(view_pointer seen, object_key where, payload data, put_options options) {
    object_key whole = seen->whole("put", where);
    co_return co_await seen->inner->put(std::move(whole), std::move(data), std::move(options));
}

awaitable<upload> create_upload(view_pointer seen, object_key where, put_options options) {
    object_key whole = seen->whole("create_upload", where);
    co_return co_await seen->inner->create_upload(std::move(whole), std::move(options));
}

awaitable<copied> copy(view_pointer seen, object_key what, object_key as, store_copy_options options) {
    object_key whole = seen->whole("copy", what);
    object_key whole_as = seen->whole("copy", as);
    copied done = co_await seen->inner->copy(std::move(whole), std::move(whole_as), std::move(options));
    seen->strip(done.object.key);
    co_return std::move(done);
}

awaitable<list_page> list(view_pointer seen, std::string prefix, list_options options) {
    if (!options.start_after.empty()) options.start_after.insert(0, seen->prefix);
    list_page page = co_await seen->inner->list(seen->prefix + prefix, std::move(options));
    for (object_meta& object : page.objects) seen->strip(object.key);
    for (std::string& group : page.prefixes) seen->strip(group);
    co_return std::move(page);
}

awaitable<remove_report> remove(view_pointer seen, std::vector<object_key> keys, call_options options) {
    for (object_key& key : keys) key = seen->whole("remove", key);
    remove_report report = co_await seen->inner->remove(std::move(keys), std::move(options));
    for (remove_report::failed_key& failed : report.failed) seen->strip(failed.key);
    co_return std::move(report);
}

class prefixed_store final : public object_store {
public:
    explicit prefixed_store(view_pointer seen) : seen_(std::move(seen)) {}

    awaitable<object_meta> head(object_key where, head_options options) override {
        return wrap::head(seen_, std::move(where), std::move(options));
    }
    awaitable<read_result> read(object_key where, byte_range range, std::span<std::byte> into, get_options options) override {
        return wrap::read(seen_, std::move(where), range, into, std::move(options));
    }
    awaitable<body_reader> get(object_key where, get_options options) override {
        return wrap::get(seen_, std::move(where), std::move(options));
    }
    awaitable<put_result> put(object_key where, payload data, put_options options) override {
        return wrap::put(seen_, std::move(where), std::move(data), std::move(options));
    }
    awaitable<upload> create_upload(object_key where, put_options options) override {
        return wrap::create_upload(seen_, std::move(where), std::move(options));
    }
    awaitable<copied> copy(object_key what, object_key as, store_copy_options options) override {
        return wrap::copy(seen_, std::move(what), std::move(as), std::move(options));
    }
    awaitable<list_page> list(std::string prefix, list_options options) override {
        return wrap::list(seen_, std::move(prefix), std::move(options));
    }
    awaitable<remove_report> remove(std::vector<object_key> keys, call_options options) override {
        return wrap::remove(seen_, std::move(keys), std::move(options));
    }
    capabilities can() const noexcept override {
        capabilities c = seen_->inner->can();
        c.longest_key -= std::min(c.longest_key, static_cast<std::uint32_t>(seen_->prefix.size()));
        return c;
    }
    std::string uri() const override { return seen_->uri(); }

private:
    view_pointer seen_;
};

}  // namespace

}  // namespace wrap

std::shared_ptr<object_store> make_prefixed(std::shared_ptr<object_store> inner, std::string prefix) {
    result<void> const checked = store::check_listing_text(prefix, "the prefix");
    if (!checked) throw_error(checked.error(), "open", inner->uri());
    auto seen = std::make_shared<wrap::view>();
    seen->inner = std::move(inner);
    seen->prefix = std::move(prefix);
    return std::make_shared<wrap::prefixed_store>(std::move(seen));
}

}  // namespace sluice::inline v0
