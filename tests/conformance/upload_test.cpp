#include "conformance/fixture.hpp"

#include <sluice/async/task_group.hpp>

#include <algorithm>

using namespace sluice;
using namespace sluice::test;

namespace {

/// Whether there are uploads; where there are none, that is said and nothing else happens.
awaitable<bool> uploads_here(place p) {
    if (p.store->can().uploads) co_return true;
    CHECK_FAILS(errc::unsupported, p.store->create_upload(p.key("refused")));
    CHECK_FAILS(errc::not_found, p.store->head(p.key("refused")));
    co_return false;
}

/// The size that every part but the last must have at least.
std::size_t part_size(place const& p, std::size_t wanted) { return std::max(wanted, static_cast<std::size_t>(p.store->can().min_part)); }

awaitable<void> write(upload to, std::uint32_t number, std::uint64_t offset, std::string data) {
    payload part(data);
    co_await to.write({number, offset}, std::move(part));
}

}  // namespace

CONFORMANCE("parts written out of order are one object in the order of their numbers") {
    bool const able = co_await uploads_here(p);
    if (!able) co_return;
    std::size_t const size = part_size(p, 70'001);
    std::string const first = pattern(size, 1), second = pattern(size, 2), last = pattern(17, 3);
    upload to = co_await p.store->create_upload(p.key("parts"));
    co_await write(to, 3, 2 * size, last);
    co_await write(to, 1, 0, first);
    co_await write(to, 2, size, second);
    put_result const done = co_await to.complete();
    object_meta const about = co_await p.store->head(p.key("parts"));
    CHECK(about.etag == done.etag);
    CHECK(about.size == 2 * size + 17);
    std::string const got = co_await content(p, "parts");
    CHECK((got == first + second + last));
}

CONFORMANCE("an upload is invisible until it is complete, and what was there stays") {
    bool const able = co_await uploads_here(p);
    if (!able) co_return;
    co_await put(p, "old", "old content");
    upload replacing = co_await p.store->create_upload(p.key("old"));
    upload fresh = co_await p.store->create_upload(p.key("new"));
    co_await write(replacing, 1, 0, "new content");
    co_await write(fresh, 1, 0, "fresh");
    CHECK_FAILS(errc::not_found, p.store->head(p.key("new")));
    list_page const page = co_await list_all(p.store, p.prefix);
    CHECK(names(p, page) == std::vector<std::string>{"old"});
    list_options grouped;
    grouped.delimiter = "/";
    list_page const groups_too = co_await list_all(p.store, p.prefix, grouped);
    CHECK(names(p, groups_too) == std::vector<std::string>{"old"});
    CHECK(groups_too.prefixes.empty());
    std::string const before = co_await content(p, "old");
    CHECK(before == "old content");
    co_await replacing.complete();
    co_await fresh.complete();
    std::string const after = co_await content(p, "old");
    CHECK(after == "new content");
    std::string const there = co_await content(p, "new");
    CHECK(there == "fresh");
}

CONFORMANCE("an upload that is aborted leaves nothing, with parts and without") {
    bool const able = co_await uploads_here(p);
    if (!able) co_return;
    upload const empty = co_await p.store->create_upload(p.key("empty"));
    upload begun = co_await p.store->create_upload(p.key("begun"));
    co_await write(begun, 1, 0, "some");
    upload to_abort = empty;
    co_await to_abort.abort();
    co_await begun.abort();
    co_await begun.abort();
    list_page const page = co_await list_all(p.store, p.prefix);
    CHECK(page.objects.empty());
    CHECK_FAILS(errc::invalid_argument, write(begun, 2, 4, "more"));
    CHECK_FAILS(errc::invalid_argument, begun.complete());
    CHECK_FAILS(errc::not_found, p.store->head(p.key("begun")));
}

CONFORMANCE("an upload that is dropped does not become an object") {
    bool const able = co_await uploads_here(p);
    if (!able) co_return;
    {
        upload dropped = co_await p.store->create_upload(p.key("dropped"));
        co_await write(dropped, 1, 0, "some");
    }
    CHECK_FAILS(errc::not_found, p.store->head(p.key("dropped")));
}

CONFORMANCE("an upload without a part is an empty object") {
    bool const able = co_await uploads_here(p);
    if (!able) co_return;
    upload to = co_await p.store->create_upload(p.key("nothing"));
    co_await to.complete();
    object_meta const about = co_await p.store->head(p.key("nothing"));
    CHECK(about.size == 0);
    std::string const got = co_await content(p, "nothing");
    CHECK(got.empty());
}

CONFORMANCE("a gap between parts is refused, and may still be filled") {
    bool const able = co_await uploads_here(p);
    if (!able) co_return;
    std::size_t const size = part_size(p, 1000);
    upload to = co_await p.store->create_upload(p.key("gap"));
    co_await write(to, 1, 0, pattern(size, 1));
    co_await write(to, 3, 2 * size, "end");
    CHECK_FAILS(errc::invalid_argument, to.complete());
    CHECK_FAILS(errc::not_found, p.store->head(p.key("gap")));
    co_await write(to, 2, size, pattern(size, 2));
    co_await to.complete();
    std::string const got = co_await content(p, "gap");
    CHECK((got == pattern(size, 1) + pattern(size, 2) + "end"));
}

CONFORMANCE("a part that is written again replaces the first") {
    bool const able = co_await uploads_here(p);
    if (!able) co_return;
    std::size_t const size = part_size(p, 5000);
    upload to = co_await p.store->create_upload(p.key("again"));
    co_await write(to, 1, 0, pattern(size, 9));
    co_await write(to, 2, size, "a much longer tail than the final one");
    co_await write(to, 1, 0, pattern(size, 1));
    co_await write(to, 2, size, "tail");
    co_await to.complete();
    std::string const got = co_await content(p, "again");
    CHECK((got == pattern(size, 1) + "tail"));
}

CONFORMANCE("part numbers outside 1 to max_parts are refused") {
    bool const able = co_await uploads_here(p);
    if (!able) co_return;
    upload to = co_await p.store->create_upload(p.key("numbers"));
    CHECK_FAILS(errc::invalid_argument, write(to, 0, 0, "x"));
    CHECK_FAILS(errc::invalid_argument, write(to, p.store->can().max_parts + 1, 0, "x"));
    co_await to.abort();
}

CONFORMANCE("two uploads of one key: the object is wholly one writer's") {
    bool const able = co_await uploads_here(p);
    if (!able) co_return;
    std::size_t const size = part_size(p, 4000);
    upload one = co_await p.store->create_upload(p.key("race"));
    upload two = co_await p.store->create_upload(p.key("race"));
    co_await write(one, 1, 0, pattern(size, 11));
    co_await write(two, 2, size, pattern(size, 22));
    co_await write(two, 1, 0, pattern(size, 21));
    co_await write(one, 2, size, pattern(size, 12));
    co_await two.complete();
    std::string const first = co_await content(p, "race");
    CHECK((first == pattern(size, 21) + pattern(size, 22)));
    if (p.store->can().lone_uploads) {
        CHECK_FAILS(errc::precondition_failed, one.complete());
        std::string const still = co_await content(p, "race");
        CHECK((still == first));
        co_return;
    }
    co_await one.complete();
    std::string const second = co_await content(p, "race");
    CHECK((second == pattern(size, 11) + pattern(size, 12)));
}

CONFORMANCE("attributes given to an upload are the object's") {
    bool const able = co_await uploads_here(p);
    if (!able || !p.store->can().attributes) co_return;
    put_options options;
    options.attributes.content_type = "text/x-parts";
    options.attributes.metadata = {{"colour", "blue"}};
    upload to = co_await p.store->create_upload(p.key("attributes"), options);
    co_await write(to, 1, 0, "data");
    co_await to.complete();
    object_meta const about = co_await p.store->head(p.key("attributes"));
    CHECK(about.attributes.content_type == "text/x-parts");
    CHECK(about.attributes.metadata == options.attributes.metadata);
}

CONFORMANCE("the conditions of an upload are those of its completion") {
    bool const able = co_await uploads_here(p);
    if (!able) co_return;
    if (p.store->can().create_only_put) {
        put_options create;
        create.create_only = true;
        upload late = co_await p.store->create_upload(p.key("created"), create);
        co_await write(late, 1, 0, "late");
        co_await put(p, "created", "first");
        CHECK_FAILS(errc::already_exists, late.complete());
        co_await late.abort();
        std::string const kept = co_await content(p, "created");
        CHECK(kept == "first");
    }
    if (p.store->can().conditional_put) {
        payload v1("v1");
        put_result const old = co_await p.store->put(p.key("cas"), v1);
        put_options replace;
        replace.if_match = old.etag;
        upload good = co_await p.store->create_upload(p.key("cas"), replace);
        upload stale = co_await p.store->create_upload(p.key("cas"), replace);
        co_await write(good, 1, 0, "v2");
        co_await write(stale, 1, 0, "v3");
        co_await good.complete();
        CHECK_FAILS(errc::precondition_failed, stale.complete());
        co_await stale.abort();
        std::string const kept = co_await content(p, "cas");
        CHECK(kept == "v2");
    }
}

CONFORMANCE("parts may be written side by side") {
    bool const able = co_await uploads_here(p);
    if (!able) co_return;
    std::size_t const size = part_size(p, 30'011);
    constexpr std::uint32_t count = 12;
    upload to = co_await p.store->create_upload(p.key("side-by-side"));
    auto const all = [&](async::task_group& group) -> awaitable<void> {
        for (std::uint32_t n = count; n > 0; --n) group.spawn([&, n] { return write(to, n, (n - 1) * size, pattern(size, n)); });
        co_return;
    };
    co_await async::with_task_group(all);
    co_await to.complete();
    std::string expected;
    for (std::uint32_t n = 1; n <= count; ++n) expected += pattern(size, n);
    std::string const got = co_await content(p, "side-by-side");
    CHECK((got == expected));
}

CONFORMANCE("an upload that was dropped is taken up under its name, and under no other") {
    bool const able = co_await uploads_here(p);
    if (!able) co_return;
    std::size_t const size = part_size(p, 20'000);
    put_options options;
    options.resume_as = "source, version 1";
    if (!p.store->can().resumes) {
        CHECK_FAILS(errc::unsupported, p.store->create_upload(p.key("resumed"), options));
        co_return;
    }
    {
        upload dropped = co_await p.store->create_upload(p.key("resumed"), options);
        CHECK(dropped.parts().empty());
        co_await write(dropped, 2, size, "tail");
    }
    CHECK_FAILS(errc::not_found, p.store->head(p.key("resumed")));
    list_page const page = co_await list_all(p.store, p.prefix);
    CHECK(page.objects.empty());
    put_options other = options;
    other.resume_as = "source, version 2";
    upload different = co_await p.store->create_upload(p.key("other"), other);
    CHECK(different.parts().empty());
    co_await different.abort();

    upload again = co_await p.store->create_upload(p.key("resumed"), options);
    std::vector<written_part> const parts = again.parts();
    REQUIRE(parts.size() == 1);
    CHECK(parts.front().where.number == 2);
    CHECK(parts.front().where.offset == size);
    CHECK(parts.front().size == 4);
    co_await write(again, 1, 0, pattern(size, 1));
    co_await again.complete();
    std::string const got = co_await content(p, "resumed");
    CHECK((got == pattern(size, 1) + "tail"));
    upload fresh = co_await p.store->create_upload(p.key("resumed"), options);
    CHECK(fresh.parts().empty());
    co_await fresh.abort();
}

CONFORMANCE("an upload that was aborted is not taken up again") {
    bool const able = co_await uploads_here(p);
    if (!able || !p.store->can().resumes) co_return;
    put_options options;
    options.resume_as = "aborted";
    upload aborted = co_await p.store->create_upload(p.key("aborted"), options);
    co_await write(aborted, 1, 0, "some");
    co_await aborted.abort();
    upload again = co_await p.store->create_upload(p.key("aborted"), options);
    CHECK(again.parts().empty());
    co_await again.abort();
}
