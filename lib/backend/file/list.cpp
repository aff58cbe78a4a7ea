#include "backend/file/list.hpp"

#include "backend/file/lister.hpp"
#include "store/check.hpp"

#include <algorithm>
#include <utility>

namespace sluice::inline v0::file {

namespace {

constexpr std::size_t walk_memory = std::size_t{64} << 20;  // for names: docs/design tells why

result<void> check_texts(std::string const& prefix, list_options const& options) {
    result<void> checked = store::check_listing(prefix, options);
    if (checked) checked = store::check_listing_text(options.next, "the page token");
    return checked;
}

/// Where the page begins: with what the page before kept for it, if that is still true.
awaitable<std::unique_ptr<list_walk>> begin(operation* op, roots::folder root, std::string prefix, list_options options) {
    std::unique_ptr<list_walk> kept = op->store().listings.take(prefix, options);
    if (kept) {
        folder_reader reader(op, std::move(root));
        bool const current = co_await reader.is_current(kept.get());
        if (current) co_return std::move(kept);
    }
    co_return std::make_unique<list_walk>(std::move(prefix), options, walk_memory);
}

/// Adds what was found to the page: the last key or group of it, where the next page begins.
std::string append(list_page& page, std::vector<candidate>&& found) {
    std::string last;
    if (page.objects.empty()) page.objects.reserve(found.size());
    for (candidate& c : found) {
        if (c.group.empty()) {
            last = c.key;
            page.objects.push_back(std::move(c.meta));
        } else {
            last = c.group;
            bool const told = !page.prefixes.empty() && page.prefixes.back() == c.group;
            if (!told) page.prefixes.push_back(std::move(c.group));
        }
    }
    return last;
}

/// The page is full: looks whether there is another, and keeps what is known for it.
awaitable<result<void>> turn_page(operation* op, lister* pages, list_page* page, std::string last, list_options options) {
    bool const missed_one = pages->missed_last();
    std::size_t const misses = pages->misses();
    result<std::vector<candidate>> const another = co_await pages->next(1);
    if (!another) co_return another.error();
    if (another->empty()) co_return result<void>();
    page->next = last;
    // What was not there may be by then, and the walk has passed it.
    if (missed_one || pages->misses() != misses) co_return result<void>();
    pages->walk().put_back();
    std::string prefix = pages->walk().prefix();
    op->store().listings.keep(std::move(prefix), std::move(options.delimiter), std::move(last), pages->take_walk());
    co_return result<void>();
}

}  // namespace

awaitable<result<list_page>> list_objects(operation* op, std::string prefix, list_options options) {
    result<void> const checked = check_texts(prefix, options);
    if (!checked) co_return checked.error();
    result<roots::folder> const root = co_await op->living_root();
    if (!root) co_return root.error();
    std::unique_ptr<list_walk> walk = co_await begin(op, *root, std::move(prefix), options);
    lister pages(op, *root, std::move(walk));

    std::size_t const limit = options.max_keys;
    list_page page;
    std::string last;
    for (std::size_t size = 0; size < limit; size = page.objects.size() + page.prefixes.size()) {
        result<std::vector<candidate>> found = co_await pages.next(limit - size);
        if (!found) co_return found.error();
        if (found->empty()) co_return std::move(page);
        bool const group_last = !found->back().group.empty();
        last = append(page, std::move(*found));
        if (group_last) pages.walk().pass_over(last);
    }
    result<void> const turned = co_await turn_page(op, &pages, &page, std::move(last), std::move(options));
    if (!turned) co_return turned.error();
    co_return std::move(page);
}

}  // namespace sluice::inline v0::file
