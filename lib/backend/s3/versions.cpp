#include "backend/s3/versions.hpp"

#include "backend/s3/document.hpp"
#include "backend/s3/operation.hpp"
#include "backend/s3/remove.hpp"
#include "base/http_date.hpp"
#include "store/check.hpp"

#include <charconv>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

using codec::xml_element;
using store_pointer = std::shared_ptr<core const>;
using retry::operation_kind;

failure broken(std::string what) { return {errc::protocol, std::move(what)}; }

result<object_version> read_version(xml_element const entry, std::string_view const prefix, bool const encoded) {
    auto key = name_under(prefix, entry.child("Key"), encoded);
    if (!key) return key.error();
    object_version one;
    one.key = std::move(*key);
    one.version = entry.text_of("VersionId");
    if (one.version.empty()) return broken("the listing has a version without an id");
    one.latest = entry.text_of("IsLatest") == "true";
    one.removed = entry.name() == "DeleteMarker";
    one.last_modified = base::parse_iso8601(entry.text_of("LastModified"));
    if (one.removed) return one;
    std::string const size = entry.text_of("Size");
    auto const [end, error] = std::from_chars(size.data(), size.data() + size.size(), one.size);
    if (error != std::errc() || end != size.data() + size.size()) return broken("the listing has a version without a size");
    one.etag = quoted_etag(entry.text_of("ETag"));
    return one;
}

/// One page is one operation, as with `object_store::list`.
awaitable<versions_page> page_of(store_pointer store, std::string prefix, listing_marker after, key_form* form, call_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(std::move(store), std::move(executor), "list versions", prefix, operation_kind::read, options);
    try {
        for (;;) {
            recipe const r = op.deliver(list_versions_recipe(prefix, after, *form));
            result<std::string> text = co_await op.send_for_text(&r, uploads_limit);
            std::string document = op.deliver(std::move(text));
            versions_page page = op.deliver(parse_versions(std::move(document), prefix, *form));
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

}  // namespace

result<recipe> list_versions_recipe(std::string_view const prefix, listing_marker const& after, key_form const form) {
    if (auto const checked = store::check_listing_text(prefix, "the prefix"); !checked) return checked.error();
    recipe r;
    if (form == key_form::encoded) add_query(r.query, "encoding-type", "url");
    if (!after.key.empty()) add_query(r.query, "key-marker", after.key);
    add_query(r.query, "max-keys", "1000");
    if (!prefix.empty()) add_query(r.query, "prefix", prefix);
    if (!after.key.empty() && !after.id.empty()) add_query(r.query, "version-id-marker", after.id);
    add_query(r.query, "versions", "");
    return r;
}

result<versions_page> parse_versions(std::string document, std::string_view const prefix, key_form const asked) {
    auto const parsed = parse_as(std::move(document), uploads_limit, "ListVersionsResult");
    if (!parsed) return parsed.error();
    xml_element const root = parsed->root();
    bool const encoded = root.text_of("EncodingType") == "url";
    versions_page page;
    for (xml_element e = root.first_child(); e; e = e.next()) {
        if (e.name() != "Version" && e.name() != "DeleteMarker") continue;
        page.unclear = asked == key_form::encoded && !encoded;
        if (page.unclear) return page;
        auto one = read_version(e, prefix, encoded);
        if (!one) return one.error();
        page.versions.push_back(std::move(*one));
    }
    auto const more = goes_on(root);
    if (!more) return more.error();
    page.more = *more;
    if (!page.more) return page;
    auto key = name_of(root.child("NextKeyMarker"), encoded);
    if (!key) return key.error();
    if (key->empty()) return broken("the listing says it goes on, but not where");
    page.next.key = std::move(*key);
    page.next.id = root.text_of("NextVersionIdMarker");
    return page;
}

awaitable<void> for_each_version(store_pointer store, std::string prefix, version_visitor visit, call_options options) {
    listing_marker after;
    listing_progress progress;
    key_form form = key_form::encoded;
    for (;;) {
        versions_page page = co_await page_of(store, prefix, after, &form, options);
        bool const more = page.more;
        after = std::move(page.next);
        bool const go_on = co_await visit(std::move(page.versions));
        if (!go_on || !more) co_return;
        if (!progress.advances_to(after))
            throw_error(failure(errc::protocol, "the service goes round in circles"), "list versions", store->uri + prefix);
    }
}

awaitable<remove_report> remove_versions(store_pointer store, std::vector<object_version> what, call_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    object_key const shown = what.size() == 1 ? what.front().key : object_key();
    operation op(std::move(store), std::move(executor), "remove versions", shown, operation_kind::overwrite, options);
    try {
        std::vector<removal> each;
        each.reserve(what.size());
        for (object_version& one : what) {
            if (one.version.empty()) op.raise({errc::invalid_argument, "a version has an id; to remove an object there is `remove`"});
            each.emplace_back(std::move(one.key), std::move(one.version));
        }
        result<remove_report> removed = co_await remove_all(&op, std::move(each));
        remove_report report = op.deliver(std::move(removed));
        op.succeeded(0);
        co_return std::move(report);
    } catch (...) {
        op.rethrow();
    }
}

}  // namespace sluice::inline v0::s3
