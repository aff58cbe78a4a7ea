#pragma once

#include "backend/s3/directory.hpp"
#include "backend/s3/document.hpp"
#include "backend/s3/operation.hpp"

#include <boost/asio/this_coro.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Listings whose pages end with a key and an id: open uploads, versions. What they differ in is their `Kind`:
//
//     struct Kind {
//         using entry = …;
//         static constexpr char const *operation, *query, *limit, *id_marker;  // "list uploads", "uploads", "max-uploads", …
//         static constexpr char const *root, *next_id;                         // elements of the answer
//         static constexpr bool in_directories;                                // directory buckets have them
//         static bool is_entry(std::string_view element);
//         static result<entry> read(codec::xml_element from, std::string_view prefix, bool encoded);
//     };
namespace sluice::inline v0::s3 {

/// Where a page ends: the next begins behind it. Both are needed: one key may have several entries.
struct listing_marker {
    listing_marker() {}
    std::string key;
    std::string id;
};

/// How a page writes keys. Encoded is better, because XML cannot carry every key; but Ceph (16.2) encodes and does not say so, where
/// others do not know the wish. A page that does not say what it did is asked for again as plain.
enum class key_form { encoded, plain };

template <class Entry>
struct marked_page {
    marked_page() {}
    bool unclear = false;  ///< whether its keys are encoded; it is to be asked for as plain, and there is nothing in it
    std::vector<Entry> entries;
    bool more = false;
    listing_marker next;
};

/// Notices a listing that does not get on: keys must not go back where they are in order, and an id of one key, or without order the
/// whole marker, must not come back.
class listing_progress {
public:
    explicit listing_progress(bool ordered = true) : ordered_(ordered) {}
    /// False when `next` leads nowhere new.
    bool advances_to(listing_marker const& next);

private:
    bool ordered_;
    std::string key_;
    std::set<std::string> ids_;  // of that key; without order all markers
};

inline constexpr std::size_t marked_page_limit = 16u << 20;  ///< bytes of a page: 1000 keys of 1 KiB, encoded, and their ids

/// Whether the page says that it is not the last. Errors: protocol.
result<bool> goes_on(codec::xml_element root);
/// Where the page says the next one begins; nothing in it on the last. Errors: protocol for "truncated" without a key.
result<listing_marker> next_of(codec::xml_element root, std::string_view next_id, bool encoded);
/// The query of one page. Errors: invalid_argument for a text no key can begin with.
result<recipe> marked_recipe(std::string_view query, std::string_view limit, std::string_view id_marker, std::string_view prefix,
                             listing_marker const& after, key_form form);

template <class Kind>
result<recipe> page_recipe(std::string_view const prefix, listing_marker const& after, key_form const form) {
    return marked_recipe(Kind::query, Kind::limit, Kind::id_marker, prefix, after, form);
}

/// Errors: protocol for another document, an entry that is none, a key outside `prefix`, "truncated" without a key to go on from.
template <class Kind>
result<marked_page<typename Kind::entry>> parse_page(std::string document, std::string_view const prefix, key_form const asked) {
    auto const parsed = parse_as(std::move(document), marked_page_limit, Kind::root);
    if (!parsed) return parsed.error();
    codec::xml_element const root = parsed->root();
    bool const encoded = root.text_of("EncodingType") == "url";
    marked_page<typename Kind::entry> page;
    for (codec::xml_element e = root.first_child(); e; e = e.next()) {
        if (!Kind::is_entry(e.name())) continue;
        page.unclear = asked == key_form::encoded && !encoded;
        if (page.unclear) return page;
        auto one = Kind::read(e, prefix, encoded);
        if (!one) return one.error();
        page.entries.push_back(std::move(*one));
    }
    auto next = next_of(root, Kind::next_id, encoded);
    if (!next) return next.error();
    page.more = !next->key.empty();
    page.next = std::move(*next);
    return page;
}

/// One page is one operation: its retries and its time limit are its own, as with `object_store::list`.
template <class Kind>
awaitable<marked_page<typename Kind::entry>> list_page_of(std::shared_ptr<core const> store, std::string prefix, listing_marker after,
                                                          key_form* form, call_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(std::move(store), std::move(executor), Kind::operation, prefix, retry::operation_kind::read, options);
    try {
        if (op.store().directory && !Kind::in_directories) op.raise(no_directory_has("versions"));
        if (op.store().directory) op.deliver(check_directory_prefix(prefix));
        for (;;) {
            recipe const r = op.deliver(page_recipe<Kind>(prefix, after, *form));
            result<std::string> text = co_await op.send_for_text(&r, marked_page_limit);
            std::string document = op.deliver(std::move(text));
            marked_page<typename Kind::entry> page = op.deliver(parse_page<Kind>(std::move(document), prefix, *form));
            if (!page.unclear) {
                op.succeeded(0);
                co_return std::move(page);
            }
            *form = key_form::plain;
        }
    } catch (...) {
        op.rethrow();
    }
}

template <class Kind>
awaitable<void> for_each_entry(std::shared_ptr<core const> store, std::string prefix,
                               std::function<awaitable<bool>(std::vector<typename Kind::entry>)> visit, call_options options) {
    listing_marker after;
    listing_progress progress(!store->directory);
    key_form form = key_form::encoded;
    for (;;) {
        marked_page<typename Kind::entry> page = co_await list_page_of<Kind>(store, prefix, after, &form, options);
        bool const more = page.more;
        after = std::move(page.next);
        bool const go_on = co_await visit(std::move(page.entries));
        if (!go_on || !more) co_return;
        if (!progress.advances_to(after))
            throw_error(failure(errc::protocol, "the service goes round in circles"), Kind::operation, store->uri + prefix);
    }
}

}  // namespace sluice::inline v0::s3
