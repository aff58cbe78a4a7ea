#include "store/at_edge.hpp"
#include "transfer/pager.hpp"

#include <sluice/operations.hpp>

#include <utility>

namespace sluice::inline v0 {

struct object_lister::state {
    state(std::shared_ptr<object_store> from, std::string prefix, list_options options)
        : store(std::move(from)),
          prefix(std::move(prefix)),
          pages(store, this->prefix, std::move(options)) {}

    std::shared_ptr<object_store> const store;
    std::string const prefix;
    transfer::pager pages;
    std::optional<list_page> page;
    std::size_t at = 0;
};

namespace {

template <class State>
awaitable<std::optional<object_meta>> next_of(std::shared_ptr<State> here) {
    while (!here->page || here->at == here->page->objects.size()) {
        std::optional<list_page> page = co_await here->pages.next();
        if (!page) co_return std::nullopt;
        here->page = std::move(page);
        here->at = 0;
    }
    co_return std::optional<object_meta>(std::move(here->page->objects[here->at++]));
}

}  // namespace

object_lister::object_lister(std::shared_ptr<object_store> store, std::string prefix, list_options options)
    : state_(std::make_shared<state>(std::move(store), std::move(prefix), std::move(options))) {}

awaitable<std::optional<object_meta>> object_lister::next() {
    return store::at_edge("list", state_->store->uri() + state_->prefix, next_of(state_));
}

}  // namespace sluice::inline v0
