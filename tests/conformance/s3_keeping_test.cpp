// What S3 services keep beside the bytes, on every such service: tags, attributes, storage classes; and objects under keys of their own.
#include "conformance/fixture.hpp"

#include <sluice/s3_bucket.hpp>

#include <algorithm>

using namespace sluice;
using namespace sluice::test;

namespace {

object_tags sorted(object_tags tags) {
    std::ranges::sort(tags);
    return tags;
}

attributes odd_attributes() {
    attributes odd;
    odd.content_type = "text/x-odd; charset=utf-8";
    odd.content_encoding = "identity-x";
    odd.content_language = "de, en";
    odd.content_disposition = "attachment; filename=\"a b;c.txt\"";
    odd.cache_control = "max-age=60, private";
    odd.metadata = {{"a", "0"},
                    {"equals", "a=b; c=\"d\""},
                    {"inner", "two  blanks"},
                    {"long", std::string(1'500, 'l')},
                    {"path", "/a%2Fb/?x=1&y=<2>+3"},
                    {"with-dash", "'`|\\~^{}[]"}};
    return odd;
}

void check_same(attributes kept, attributes const& given, std::string_view of) {
    std::erase_if(kept.metadata, [](auto const& one) { return one.second.empty(); });
    std::ranges::sort(kept.metadata);
    CHECK_MESSAGE((kept.content_type == given.content_type), of);
    CHECK_MESSAGE((kept.content_encoding == given.content_encoding), of);
    CHECK_MESSAGE((kept.content_language == given.content_language), of);
    CHECK_MESSAGE((kept.content_disposition == given.content_disposition), of);
    CHECK_MESSAGE((kept.cache_control == given.cache_control), of);
    CHECK_MESSAGE((kept.metadata == given.metadata), of);
}

/// An upload of two parts, whose content is given back.
awaitable<std::string> upload_two(place p, std::string name, put_options options) {
    std::string const first = pattern(static_cast<std::size_t>(p.store->can().min_part), 1), second = pattern(100'003, 2);
    upload to = co_await p.store->create_upload(p.key(name), options);
    payload one(first), two(second);
    co_await to.write(part_place{1, 0}, std::move(one));
    co_await to.write(part_place{2, first.size()}, std::move(two));
    co_await to.complete();
    co_return first + second;
}

customer_key const ours(std::string(16, '\x01') + std::string(16, '\xfe')), theirs(std::string(32, 't'));

put_options under(customer_key const& key) {
    put_options options;
    options.keeping.key = key;
    return options;
}

get_options by(customer_key const& key) {
    get_options options;
    options.key = key;
    return options;
}

/// Services word it differently; what they have in common is that it is told as one of these, and nothing is read.
void check_refused(errc reason) {
    bool const told = reason == errc::permission_denied || reason == errc::invalid_argument || reason == errc::unsupported;
    CHECK_MESSAGE(told, to_string(reason));
}

awaitable<std::string> content_by(place p, std::string name, customer_key key) {
    range_engine_options in_parts;
    in_parts.part_size = 1u << 20;
    in_parts.get.key = key;
    whole_object const object = co_await get_all(p.store, p.key(name), in_parts);
    co_return std::string(object.data.text());
}

awaitable<void> check_closed(place p, std::string name, get_options options) {
    std::string into(16, 'x');
    errc const read = co_await reason_of(
        [&]() -> awaitable<void> { co_await p.store->read(p.key(name), byte_range::bounded(0, 16), writable(into), options); });
    check_refused(read);
    errc const get = co_await reason_of([&]() -> awaitable<void> { co_await p.store->get(p.key(name), options); });
    check_refused(get);
    errc const head = co_await reason_of([&]() -> awaitable<void> { co_await p.store->head(p.key(name), options); });
    check_refused(head);
}

}  // namespace

CONFORMANCE("s3 tags: put with an object, read, replaced and taken away, and the object stays what it was") {
    s3_bucket const bucket(*p.service);
    put_options options;
    options.keeping.tags = {{"path", "a/b c+d=e"}, {"project", "x"}};
    payload data("tagged");
    put_result const done = co_await p.store->put(p.key("tagged"), std::move(data), options);
    object_tags now = co_await bucket.tags(p.key("tagged"));
    CHECK(sorted(now) == options.keeping.tags);
    object_tags const others{{"empty", ""}, {"n:1_2.3", "@ -"}};
    co_await bucket.set_tags(p.key("tagged"), others);
    now = co_await bucket.tags(p.key("tagged"));
    CHECK(sorted(now) == others);
    co_await bucket.set_tags(p.key("tagged"), {});
    now = co_await bucket.tags(p.key("tagged"));
    CHECK(now.empty());
    object_meta const about = co_await p.store->head(p.key("tagged"));
    CHECK(about.etag == done.etag);
    std::string const still = co_await content(p, "tagged");
    CHECK(still == "tagged");
}

CONFORMANCE("s3 tags: of an object that is not there not_found") {
    s3_bucket const bucket(*p.service);
    object_tags const some{{"a", "b"}};
    CHECK_FAILS(errc::not_found, bucket.tags(p.key("nothing")));
    CHECK_FAILS(errc::not_found, bucket.set_tags(p.key("nothing"), some));
    CHECK_FAILS(errc::not_found, p.store->head(p.key("nothing")));
}

CONFORMANCE("s3 tags: travel with a copy") {
    s3_bucket const bucket(*p.service);
    put_options options;
    options.keeping.tags = {{"made", "first"}};
    payload data("tagged");
    co_await p.store->put(p.key("from"), std::move(data), options);
    co_await p.store->copy(p.key("from"), p.key("same"));
    object_tags const same = co_await bucket.tags(p.key("same"));
    CHECK(same == options.keeping.tags);
}

CONFORMANCE("s3 tags: are given anew with a copy") {
    s3_bucket const bucket(*p.service);
    put_options options;
    options.keeping.tags = {{"made", "first"}};
    payload data("tagged");
    co_await p.store->put(p.key("from"), std::move(data), options);
    store_copy_options anew;
    anew.keeping.tags = {{"made", "anew"}};
    co_await p.store->copy(p.key("from"), p.key("other"), anew);
    object_tags const other = co_await bucket.tags(p.key("other"));
    CHECK(other == anew.keeping.tags);
}

CONFORMANCE("s3 tags of an upload in parts") {
    s3_bucket const bucket(*p.service);
    put_options options;
    options.keeping.tags = {{"project", "a b"}};
    co_await upload_two(p, "parts", options);
    object_tags const now = co_await bucket.tags(p.key("parts"));
    CHECK(now == options.keeping.tags);
}

CONFORMANCE("s3 attributes: odd values come back from an object, from an upload in parts, and from copies of both") {
    put_options options;
    options.attributes = odd_attributes();
    payload data("attributed");
    co_await p.store->put(p.key("one"), std::move(data), options);
    co_await upload_two(p, "parts", options);
    co_await p.store->copy(p.key("one"), p.key("copy of one"));
    co_await p.store->copy(p.key("parts"), p.key("copy of parts"));
    for (char const* const name : {"one", "parts", "copy of one", "copy of parts"}) {
        object_meta const head = co_await p.store->head(p.key(name));
        check_same(head.attributes, options.attributes, name);
        get_options some;
        some.range = byte_range::bounded(1, 3);
        body_reader const body = co_await p.store->get(p.key(name), some);
        check_same(body.object().attributes, options.attributes, name);
    }
}

CONFORMANCE("s3 conditions of reads hold for an upload in parts, by its own ETag") {
    put_options const plain;
    std::string const data = co_await upload_two(p, "parts", plain);
    object_meta const about = co_await p.store->head(p.key("parts"));
    CHECK(about.size == data.size());
    get_options match, none;
    match.if_match = none.if_none_match = about.etag;
    std::string into(data.size(), 'x');
    co_await p.store->read(p.key("parts"), byte_range::whole(), writable(into), match);
    CHECK((into == data));
    CHECK_FAILS(errc::not_modified, p.store->get(p.key("parts"), none));
    put_options renewed;
    renewed.attributes.content_type = "text/plain";
    payload other("other");
    co_await p.store->put(p.key("parts"), std::move(other), renewed);
    CHECK_FAILS(errc::precondition_failed, p.store->read(p.key("parts"), byte_range::whole(), writable(into), match));
    co_await p.store->get(p.key("parts"), none);
}

CONFORMANCE("s3 storage class: the standard one is taken, and told by head and listing alike, or by neither") {
    put_options options;
    options.keeping.storage_class = "STANDARD";
    payload data("kept");
    co_await p.store->put(p.key("kept"), std::move(data), options);
    object_meta const about = co_await p.store->head(p.key("kept"));
    CHECK((about.storage_class.empty() || about.storage_class == "STANDARD"));
    list_page const page = co_await list_all(p.store, p.prefix);
    REQUIRE(page.objects.size() == 1);
    CHECK((page.objects[0].storage_class.empty() || page.objects[0].storage_class == "STANDARD"));
}

CONFORMANCE("s3 storage class: another one is kept and told") {
    put_options options;
    options.keeping.storage_class = "REDUCED_REDUNDANCY";
    payload data("kept");
    co_await p.store->put(p.key("kept"), std::move(data), options);
    object_meta const about = co_await p.store->head(p.key("kept"));
    CHECK(about.storage_class == "REDUCED_REDUNDANCY");
}

CONFORMANCE("s3 customer's key: an object is read under the key it was put by, in ranges and whole, and under no other") {
    std::string const data = pattern(3'000'001);
    payload body(data);
    co_await p.store->put(p.key("closed"), std::move(body), under(ours));
    object_meta const about = co_await p.store->head(p.key("closed"), by(ours));
    CHECK(about.size == data.size());
    std::string into(5'000, 'x');
    read_result const got = co_await p.store->read(p.key("closed"), byte_range::bounded(1'234'567, 5'000), writable(into), by(ours));
    CHECK(got.object.size == data.size());
    CHECK((into == data.substr(1'234'567, 5'000)));
    std::string const whole = co_await content_by(p, "closed", ours);
    CHECK((whole == data));
    co_await check_closed(p, "closed", get_options());
    co_await check_closed(p, "closed", by(theirs));
}

CONFORMANCE("s3 customer's key: an object in the open is read under none") {
    co_await put(p, "open", "anybody's");
    errc const open = co_await reason_of([&]() -> awaitable<void> { co_await p.store->get(p.key("open"), by(ours)); });
    check_refused(open);
}

CONFORMANCE("s3 customer's key: an upload in parts is under its key, part by part") {
    std::string const data = co_await upload_two(p, "parts", under(ours));
    std::string const whole = co_await content_by(p, "parts", ours);
    CHECK((whole == data));
    std::size_t const seam = static_cast<std::size_t>(p.store->can().min_part) - 7;
    std::string into(14, 'x');
    co_await p.store->read(p.key("parts"), byte_range::bounded(seam, 14), writable(into), by(ours));
    CHECK((into == data.substr(seam, 14)));
    co_await check_closed(p, "parts", get_options());
    co_await check_closed(p, "parts", by(theirs));
}

CONFORMANCE("s3 customer's key: a copy goes from one key to another, and from a key into the open") {
    std::string const data = pattern(100'003);
    payload body(data);
    co_await p.store->put(p.key("closed"), std::move(body), under(ours));
    store_copy_options rekeyed;
    rekeyed.source.key = ours;
    rekeyed.keeping.key = theirs;
    co_await p.store->copy(p.key("closed"), p.key("rekeyed"), rekeyed);
    std::string const moved = co_await content_by(p, "rekeyed", theirs);
    CHECK((moved == data));
    co_await check_closed(p, "rekeyed", by(ours));
    store_copy_options opened;
    opened.source.key = ours;
    co_await p.store->copy(p.key("closed"), p.key("opened"), opened);
    std::string const plain = co_await content(p, "opened");
    CHECK((plain == data));
    errc const without = co_await reason_of([&]() -> awaitable<void> { co_await p.store->copy(p.key("closed"), p.key("stolen")); });
    check_refused(without);
    CHECK_FAILS(errc::not_found, p.store->head(p.key("stolen")));
}

CONFORMANCE("s3 a customer's key is used, or it is said that it is not") {
    payload body("to be closed");
    bool used = true;
    try {
        co_await p.store->put(p.key("closed"), std::move(body), under(ours));
    } catch (error const& e) {
        used = false;
        CHECK(to_string(e.reason()) == to_string(errc::unsupported));
    }
    if (used) co_await check_closed(p, "closed", get_options());
    co_await put(p, "open", "anybody's");
    store_copy_options closing;
    closing.keeping.key = ours;
    errc copied{};
    try {
        co_await p.store->copy(p.key("open"), p.key("copy"), closing);
    } catch (error const& e) {
        copied = e.reason();
    }
    CHECK((copied == errc::unsupported || (used && copied == errc{})));
    upload to = co_await p.store->create_upload(p.key("parts"), under(ours));
    payload part("to be closed");
    errc reason{};
    try {
        co_await to.write(part_place{1, 0}, std::move(part));
    } catch (error const& e) {
        reason = e.reason();
    }
    CHECK((used ? reason == errc{} : reason == errc::unsupported));
    co_await to.abort();
}
