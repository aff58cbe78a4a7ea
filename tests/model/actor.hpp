#pragma once

#include "model/reference.hpp"

#include <sluice/upload.hpp>

#include <array>
#include <memory>
#include <optional>

namespace sluice::model {

/// Does operations to a store.
class actor {
public:
    explicit actor(std::shared_ptr<object_store> store) : store_(std::move(store)) {}

    /// `etag` is that of its condition. Throws nothing but what is no error of ours.
    awaitable<answer> perform(operation op, std::string etag);

private:
    awaitable<void> attempt(operation op, std::string etag, answer* out);
    awaitable<void> write(operation op, std::string etag, answer* out);
    awaitable<void> look(operation op, std::string etag, answer* out);
    awaitable<void> list(operation op, answer* out);
    awaitable<void> begin(operation op, std::string etag);
    awaitable<void> end(operation op, answer* out);

    std::shared_ptr<object_store> store_;
    std::array<std::optional<upload>, slots> uploads_;
};

}  // namespace sluice::model
