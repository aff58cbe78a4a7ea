#pragma once

#include <sluice/object_store.hpp>

#include <memory>
#include <utility>

namespace sluice::test {

/// Another store without its uploads and copies: one that writes in one request.
class plain_store : public object_store {
public:
    explicit plain_store(std::shared_ptr<object_store> inner) : inner_(std::move(inner)) {}

    awaitable<object_meta> head(object_key where, head_options options) override { return inner_->head(where, options); }
    awaitable<read_result> read(object_key where, byte_range range, std::span<std::byte> into, get_options options) override {
        return inner_->read(where, range, into, options);
    }
    awaitable<body_reader> get(object_key where, get_options options) override { return inner_->get(where, options); }
    awaitable<put_result> put(object_key where, payload data, put_options options) override {
        return inner_->put(where, std::move(data), options);
    }
    awaitable<upload> create_upload(object_key, put_options) override {
        throw_error(failure(errc::unsupported, "it writes in one request"), "create_upload", uri());
    }
    awaitable<copied> copy(object_key, object_key, store_copy_options) override {
        throw_error(failure(errc::unsupported, "it copies nothing"), "copy", uri());
    }
    awaitable<list_page> list(std::string prefix, list_options options) override { return inner_->list(prefix, options); }
    awaitable<remove_report> remove(std::vector<object_key> keys, call_options options) override { return inner_->remove(keys, options); }
    capabilities can() const noexcept override {
        capabilities able = inner_->can();
        able.uploads = able.resumes = able.resumes_puts = able.copies = false;
        able.max_parts = 0;
        able.min_part = able.max_part = 0;
        return able;
    }
    std::string uri() const override { return inner_->uri(); }

private:
    std::shared_ptr<object_store> inner_;
};

}  // namespace sluice::test
