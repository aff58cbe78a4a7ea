#include "backend/s3/tagging.hpp"

#include "backend/s3/bucket.hpp"
#include "backend/s3/document.hpp"
#include "backend/s3/operation.hpp"
#include "store/check.hpp"

#include <utility>

namespace sluice::inline v0::s3 {

namespace {

using retry::operation_kind;

constexpr std::size_t drain_limit = 64 * 1024;

void address(recipe& r, object_key const& key, std::string_view const version) {
    r.key = key;
    r.query = "tagging=";
    if (!version.empty()) add_query(r.query, "versionId", version);
}

void add_element(std::string& to, std::string_view const name, std::string_view const text) {
    to.append("<").append(name).append(">");
    codec::xml_escape(to, text);
    to.append("</").append(name).append(">");
}

}  // namespace

recipe read_tags_recipe(object_key const& key, std::string_view const version) {
    recipe r;
    address(r, key, version);
    return r;
}

result<recipe> write_tags_recipe(object_key const& key, std::string_view const version, object_tags const& tags) {
    keeping kept;
    kept.tags = tags;
    if (auto const checked = store::check_keeping(kept); !checked) return checked.error();
    recipe r;
    if (tags.empty()) {
        r.method = "DELETE";
    } else {
        std::string document = "<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TagSet>";
        for (auto const& [name, value] : tags) {
            document += "<Tag>";
            add_element(document, "Key", name);
            add_element(document, "Value", value);
            document += "</Tag>";
        }
        document += "</TagSet></Tagging>";
        r = with_document("PUT", {}, document);
    }
    address(r, key, version);
    return r;
}

result<object_tags> parse_tags(std::string document) {
    auto const parsed = parse_as(std::move(document), tags_limit, "Tagging");
    if (!parsed) return parsed.error();
    object_tags tags;
    for (codec::xml_element e = parsed->root().child("TagSet").first_child(); e; e = e.next()) {
        if (e.name() == "Tag") tags.emplace_back(e.text_of("Key"), e.text_of("Value"));
    }
    return tags;
}

awaitable<object_tags> read_tags(std::shared_ptr<core const> store, object_key where, std::string version, call_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(std::move(store), std::move(executor), "read tags", std::move(where), operation_kind::read, options);
    try {
        op.deliver(store::check_key(op.key()));
        recipe const r = read_tags_recipe(op.key(), version);
        result<std::string> text = co_await op.send_for_text(&r, tags_limit);
        std::string document = op.deliver(std::move(text));
        object_tags tags = op.deliver(parse_tags(std::move(document)));
        op.succeeded(0);
        co_return std::move(tags);
    } catch (...) {
        op.rethrow();
    }
}

awaitable<void> write_tags(std::shared_ptr<core const> store, object_key where, object_tags tags, std::string version,
                           call_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(std::move(store), std::move(executor), "write tags", std::move(where), operation_kind::overwrite, options);
    try {
        op.deliver(store::check_key(op.key()));
        recipe const r = op.deliver(write_tags_recipe(op.key(), version, tags));
        result<http::response> sent = co_await op.send(&r);
        http::response answer = op.deliver(std::move(sent));
        co_await answer.drain(drain_limit);
        op.succeeded(0);
    } catch (...) {
        op.rethrow();
    }
}

}  // namespace sluice::inline v0::s3
