#include "transfer/at_edge.hpp"
#include "transfer/token_watch.hpp"

#include <sluice/operations.hpp>

#include <utility>

namespace sluice::inline v0 {

struct object_lister::state {
    state(std::shared_ptr<object_store> from, std::string prefix, list_options options)
        : store(std::move(from)),
          prefix(std::move(prefix)),
          options(std::move(options)),
          watch(this->options.next) {}

    std::shared_ptr<object_store> const store;
    std::string const prefix;
    list_options options;
    transfer::token_watch watch;
    list_page page;
    std::size_t at = 0;
    bool last = false;  // no page behind this one
};

namespace {

template <class State>
awaitable<std::optional<object_meta>> next_of(std::shared_ptr<State> here) {
    while (here->at == here->page.objects.size()) {
        if (here->last) co_return std::nullopt;
        list_page page = co_await here->store->list(here->prefix, here->options);
        here->last = page.next.empty();
        if (!here->last && here->watch.seen(page.next)) {
            here->last = true;
            throw_error(failure(errc::protocol, "the service gave the same page token twice"), "list", here->store->uri() + here->prefix);
        }
        here->options.next = page.next;
        here->page = std::move(page);
        here->at = 0;
    }
    co_return std::optional<object_meta>(std::move(here->page.objects[here->at++]));
}

}  // namespace

object_lister::object_lister(std::shared_ptr<object_store> store, std::string prefix, list_options options)
    : state_(std::make_shared<state>(std::move(store), std::move(prefix), std::move(options))) {}

awaitable<std::optional<object_meta>> object_lister::next() {
    return transfer::at_edge("list", state_->store, state_->prefix, next_of(state_));
}

}  // namespace sluice::inline v0
