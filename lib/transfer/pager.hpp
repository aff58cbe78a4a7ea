#pragma once

#include "transfer/token_watch.hpp"

#include <sluice/awaitable.hpp>
#include <sluice/object_store.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace sluice::inline v0::transfer {

/// The pages of a listing in turn.
///
/// Lifetime: outlives its coroutines, one at a time.
class pager {
public:
    pager(std::shared_ptr<object_store> store, std::string prefix, list_options options)
        : store_(std::move(store)),
          prefix_(std::move(prefix)),
          options_(std::move(options)),
          watch_(options_.next) {}

    /// Nothing behind the last page. Errors: those of `list`, after which it may be asked for again; protocol when the service goes round.
    awaitable<std::optional<list_page>> next() {
        if (ended_) co_return std::nullopt;
        list_page page = co_await store_->list(prefix_, options_);
        ended_ = page.next.empty();
        if (!ended_ && watch_.seen(page.next)) {
            ended_ = true;
            throw_error(failure(errc::protocol, "the service gave the same page token twice"), "list", store_->uri() + prefix_);
        }
        options_.next = page.next;
        co_return std::optional<list_page>(std::move(page));
    }

private:
    std::shared_ptr<object_store> const store_;
    std::string const prefix_;
    list_options options_;
    token_watch watch_;
    bool ended_ = false;
};

}  // namespace sluice::inline v0::transfer
