#include "conformance/fixture.hpp"

#include <sluice/async/task_group.hpp>

#include <algorithm>
#include <memory>

using namespace sluice;
using namespace sluice::test;

CONFORMANCE("put replaces the whole object and tells its ETag") {
    payload one("one"), longer("longer");
    put_result const first = co_await p.store->put(p.key("k"), one);
    put_result const second = co_await p.store->put(p.key("k"), longer);
    CHECK_FALSE(first.etag.empty());
    CHECK(first.etag != second.etag);
    object_meta const about = co_await p.store->head(p.key("k"));
    CHECK(about.etag == second.etag);
    std::string const now = co_await content(p, "k");
    CHECK(now == "longer");
}

CONFORMANCE("a payload of many pieces arrives in order") {
    std::vector<bytes> pieces;
    std::string expected;
    for (std::uint32_t i = 0; i < 40; ++i) {
        std::string const piece = pattern(i * 701, i);
        expected += piece;
        pieces.push_back(bytes::copy_of(piece));
    }
    payload data(pieces);
    CHECK(data.size() == expected.size());
    co_await p.store->put(p.key("pieces"), std::move(data));
    std::string const got = co_await content(p, "pieces");
    CHECK(got == expected);
}

namespace {

class string_source final : public payload_source {
public:
    explicit string_source(std::string data) : data_(std::move(data)) {}
    std::uint64_t size() const noexcept override { return data_.size(); }
    awaitable<void> read(std::uint64_t offset, std::span<std::byte> into) override {
        auto const from = std::as_bytes(std::span(data_)).subspan(offset, into.size());
        std::ranges::copy(from, into.begin());
        co_return;
    }

private:
    std::string data_;
};

}  // namespace

CONFORMANCE("a payload from a source arrives whole") {
    std::string const data = pattern(3'000'001);
    payload body(std::make_shared<string_source>(data));
    co_await p.store->put(p.key("source"), std::move(body));
    std::string const got = co_await content(p, "source");
    CHECK(got == data);
}

CONFORMANCE("attributes and metadata come back as they were put") {
    if (!p.store->can().attributes) co_return;
    put_options options;
    options.attributes.content_type = "application/x-sluice; v=1";
    options.attributes.cache_control = "max-age=60, private";
    options.attributes.content_disposition = "attachment; filename=\"a b.txt\"";
    options.attributes.content_language = "en";
    options.attributes.content_encoding = "identity-x";
    options.attributes.metadata = {{"colour", "dark  blue"}, {"notempty", "x"}, {"zahl", "42"}};
    payload data("attributed");
    co_await p.store->put(p.key("attr"), std::move(data), options);
    object_meta about = co_await p.store->head(p.key("attr"));
    std::ranges::sort(about.attributes.metadata);
    CHECK(about.attributes.content_type == options.attributes.content_type);
    CHECK(about.attributes.cache_control == options.attributes.cache_control);
    CHECK(about.attributes.content_disposition == options.attributes.content_disposition);
    CHECK(about.attributes.content_language == options.attributes.content_language);
    CHECK(about.attributes.content_encoding == options.attributes.content_encoding);
    CHECK(about.attributes.metadata == options.attributes.metadata);
    body_reader const body = co_await p.store->get(p.key("attr"));
    CHECK(body.object().attributes.content_type == options.attributes.content_type);
}

CONFORMANCE("a create-only put meets an existing object: already_exists, content unchanged") {
    put_options create;
    create.create_only = true;
    payload mine("mine"), yours("yours");
    if (!p.store->can().create_only_put) {
        CHECK_FAILS(errc::unsupported, p.store->put(p.key("once"), mine, create));
        co_return;
    }
    co_await p.store->put(p.key("once"), mine, create);
    CHECK_FAILS(errc::already_exists, p.store->put(p.key("once"), yours, create));
    std::string const now = co_await content(p, "once");
    CHECK(now == "mine");
}

namespace {

/// What a store that cannot swap promises: an error of this kind, and nothing has changed.
awaitable<void> check_no_swap(place p, errc expected) {
    payload first("first"), other("other");
    put_options swap;
    put_result const put = co_await p.store->put(p.key("kept"), first);
    swap.if_match = put.etag;
    CHECK_FAILS(expected, p.store->put(p.key("kept"), other, swap));
    CHECK_FAILS(expected, p.store->put(p.key("absent"), other, swap));
    object_meta const now = co_await p.store->head(p.key("kept"));
    CHECK(now.etag == put.etag);
    std::string const kept = co_await content(p, "kept");
    CHECK(kept == "first");
    bool const appeared = co_await exists(p.store, p.key("absent"));
    CHECK_FALSE(appeared);
}

/// Appends `id` to the history by compare and swap, once, whoever else does so. A swap whose outcome is unknown may still be applied, so
/// every round looks first.
awaitable<void> append(place p, std::string id) {
    for (;;) {
        whole_object const now = co_await get_all(p.store, p.key("history"));
        std::string history(now.data.text());
        if (history.find(id) != std::string::npos) co_return;
        history += id;
        put_options swap;
        swap.if_match = now.object.etag;
        payload data(history);
        errc outcome{};
        try {
            co_await p.store->put(p.key("history"), std::move(data), swap);
        } catch (error const& e) {
            outcome = e.reason();
        }
        if (outcome == errc{}) co_return;
        REQUIRE((outcome == errc::precondition_failed || outcome == errc::ambiguous));
    }
}

}  // namespace

CONFORMANCE("compare and swap: only the current version can be replaced") {
    if (!p.store->can().conditional_put) co_return co_await check_no_swap(p, errc::unsupported);
    if (!p.swaps) co_return co_await check_no_swap(p, errc::precondition_failed);
    payload v1("v1"), v2("v2"), v3("v3");
    put_result const first = co_await p.store->put(p.key("cas"), v1);
    put_options swap;
    swap.if_match = first.etag;
    co_await p.store->put(p.key("cas"), v2, swap);
    CHECK_FAILS(errc::precondition_failed, p.store->put(p.key("cas"), v3, swap));
    std::string const now = co_await content(p, "cas");
    CHECK(now == "v2");
    CHECK_FAILS(errc::precondition_failed, p.store->put(p.key("absent"), v1, swap));
    bool const appeared = co_await exists(p.store, p.key("absent"));
    CHECK_FALSE(appeared);
    swap.if_match = "*";
    CHECK_FAILS(errc::precondition_failed, p.store->put(p.key("absent"), v1, swap));
    co_await p.store->put(p.key("cas"), v3, swap);
    std::string const last = co_await content(p, "cas");
    CHECK(last == "v3");
}

CONFORMANCE("compare and swap: of five writers that append ten times each, every one is in the history once") {
    if (!p.store->can().conditional_put) co_return co_await check_no_swap(p, errc::unsupported);
    if (!p.swaps) co_return co_await check_no_swap(p, errc::precondition_failed);
    co_await put(p, "history", ";");
    auto work = [&](char writer) -> awaitable<void> {
        for (char i = '0'; i <= '9'; ++i) {
            std::string const id{writer, i, ';'};
            co_await append(p, id);
        }
    };
    auto body = [&](async::task_group& group) -> awaitable<void> {
        for (char writer = 'a'; writer < 'f'; ++writer) group.spawn([&work, writer] { return work(writer); });
        co_return;
    };
    co_await async::with_task_group(body);
    std::string const history = co_await content(p, "history");
    CHECK(history.size() == 1 + 50 * 3);
    for (char writer = 'a'; writer < 'f'; ++writer)
        for (char i = '0'; i <= '9'; ++i) CHECK(history.find(std::string{';', writer, i, ';'}) != std::string::npos);
}

CONFORMANCE("a write that was refused leaves no folder in the way of a key: found by the random programs") {
    if (!p.store->can().conditional_put) co_return;
    put_options swap;
    swap.if_match = "*";
    payload data("x");
    CHECK_FAILS(errc::precondition_failed, p.store->put(p.key("way/deep/x"), data, swap));
    co_await put(p, "way", "free");
    std::string const got = co_await content(p, "way");
    CHECK(got == "free");
}

CONFORMANCE("an upload that was aborted leaves no folder in the way of a key: found by the random programs") {
    if (!p.store->can().uploads) co_return;
    upload begun = co_await p.store->create_upload(p.key("way/deep/x"));
    upload other = co_await p.store->create_upload(p.key("way/deep/y"));
    co_await begun.abort();
    payload part("y");
    co_await other.write({1, 0}, part);
    co_await other.complete();
    std::string got = co_await content(p, "way/deep/y");
    CHECK(got == "y");
    co_await p.store->remove(std::vector<object_key>(1, p.key("way/deep/y")));
    upload last = co_await p.store->create_upload(p.key("way/deep/z"));
    co_await last.abort();
    co_await put(p, "way", "free");
    got = co_await content(p, "way");
    CHECK(got == "free");
}

CONFORMANCE("remove: batches, missing keys, keys that XML must escape") {
    std::vector<object_key> keys;
    for (int i = 0; i < 25; ++i) keys.push_back(p.key("batch/" + std::to_string(i)));
    keys.push_back(p.key("batch/<a> & \"b\" 'c'"));
    for (object_key const& key : keys) {
        payload data(key);
        co_await p.store->put(key, std::move(data));
    }
    std::vector<object_key> some(keys.begin() + 3, keys.end());
    some.push_back(p.key("batch/never-was"));
    std::size_t const asked = some.size();
    remove_report const report = co_await p.store->remove(std::move(some));
    CHECK(report.failed.empty());
    CHECK(report.removed == asked);
    list_page const left = co_await list_all(p.store, p.key("batch/"));
    CHECK(names(p, left) == std::vector<std::string>{"batch/0", "batch/1", "batch/2"});
    CHECK_FAILS(errc::not_found, p.store->head(keys[5]));
    remove_report const nothing = co_await p.store->remove(std::vector<object_key>());
    CHECK(nothing.removed == 0);
}

CONFORMANCE("remove_prefix removes what lies under it, and no sibling") {
    for (char const* const name : {"tree/a", "tree/b/c", "tree/b/d", "treetop", "tre"}) co_await put(p, name, "x");
    remove_report const report = co_await remove_prefix(p.store, p.key("tree/"));
    CHECK(report.removed == 3);
    CHECK(report.failed.empty());
    list_page const left = co_await list_all(p.store, p.prefix);
    CHECK(names(p, left) == std::vector<std::string>{"tre", "treetop"});
    CHECK_FAILS(errc::invalid_argument, remove_prefix(p.store, ""));
}

CONFORMANCE("ill-formed keys are refused before anything is sent") {
    payload data("x");
    std::string const too_long(1025, 'k');
    std::string const with_nul = p.prefix + std::string("a\0b", 3);
    CHECK_FAILS(errc::invalid_argument, p.store->put("", data));
    CHECK_FAILS(errc::invalid_argument, p.store->put(too_long, data));
    CHECK_FAILS(errc::invalid_argument, p.store->put(with_nul, data));
    std::string const not_utf8 = p.prefix + "a\xff";
    CHECK_FAILS(errc::invalid_argument, p.store->put(not_utf8, data));
    CHECK_FAILS(errc::invalid_argument, p.store->head(""));
    std::vector<object_key> const empty_key(1);
    CHECK_FAILS(errc::invalid_argument, p.store->remove(empty_key));
}

CONFORMANCE("a choice of how to keep an object is unsupported where there is none, never passed over") {
    put_options tagged;
    tagged.keeping.tags = {{"project", "a b"}};
    auto const put_one = [&]() -> awaitable<void> {
        payload data("x");
        co_await p.store->put(p.key("kept"), std::move(data), tagged);
    };
    auto const upload_one = [&]() -> awaitable<void> {
        upload up = co_await p.store->create_upload(p.key("kept-upload"), tagged);
        payload data("x");
        co_await up.write({1, 0}, std::move(data));
        co_await up.complete();
    };
    if (p.store->can().keeping) {
        co_await put_one();
        co_await upload_one();
        object_meta const about = co_await p.store->head(p.key("kept-upload"));
        CHECK(about.size == 1);
    } else {
        CHECK_FAILS(errc::unsupported, put_one());
        CHECK_FAILS(errc::unsupported, upload_one());
        CHECK_FAILS(errc::not_found, p.store->head(p.key("kept")));
    }
}

CONFORMANCE("what an operation was given may be gone before it is awaited") {
    auto key = std::make_unique<object_key>(p.key("a name that is too long to lie within the string itself"));
    auto data = std::make_unique<std::string>(pattern(1000));
    object_key const same = *key;
    auto const ruin = [&] {
        std::ranges::fill(*key, '#');
        std::ranges::fill(*data, '#');
        key = std::make_unique<object_key>(same);
        data = std::make_unique<std::string>(pattern(1000));
    };
    auto options = std::make_unique<put_options>();
    if (p.store->can().attributes) options->attributes.content_type = "text/a type that is too long to lie within the string itself";
    awaitable<put_result> putting = p.store->put(*key, payload(*data), *options);
    std::ranges::fill(options->attributes.content_type, '#');
    options.reset();
    ruin();
    co_await std::move(putting);

    awaitable<object_meta> looking = p.store->head(*key);
    ruin();
    object_meta const about = co_await std::move(looking);
    CHECK(about.size == 1000);
    if (p.store->can().attributes) CHECK(about.attributes.content_type == "text/a type that is too long to lie within the string itself");
    awaitable<body_reader> opening = p.store->get(*key);
    ruin();
    body_reader body = co_await std::move(opening);
    std::string there(1000, '-');
    std::size_t const got = co_await body.read_all(writable(there));
    CHECK(got == 1000);
    CHECK(there == pattern(1000));

    awaitable<upload> beginning = p.store->create_upload(*key);
    ruin();
    upload up = co_await std::move(beginning);
    awaitable<void> writing = up.write({1, 0}, payload(*data));
    ruin();
    co_await std::move(writing);
    co_await up.complete();
    auto keys = std::make_unique<std::vector<object_key>>(1, *key);
    awaitable<remove_report> removing = p.store->remove(*keys);
    keys->front() = p.key("another");
    keys.reset();
    ruin();
    remove_report const report = co_await std::move(removing);
    CHECK(report.removed == 1);
}
