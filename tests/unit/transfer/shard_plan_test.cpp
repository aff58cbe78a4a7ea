#include "transfer/shard_plan.hpp"

#include "base/utf8.hpp"
#include "support/sanitized.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <functional>
#include <map>
#include <random>
#include <set>

using namespace sluice;
using namespace sluice::transfer;
using sluice::test::every_nth;

namespace {

using keys = std::set<std::string>;

list_page page_of(keys const& all, std::string const& prefix, std::string const& after, std::size_t limit) {
    list_page page;
    auto it = std::max(all.lower_bound(prefix), all.upper_bound(after),
                       [&](auto a, auto b) { return b == all.end() || (a != all.end() && *a < *b); });
    for (; it != all.end() && it->starts_with(prefix); ++it) {
        if (page.objects.size() == limit) {
            page.next = "more";
            break;
        }
        object_meta one;
        one.key = *it;
        page.objects.push_back(std::move(one));
    }
    return page;
}

struct listed {
    std::vector<std::string> all;
    std::size_t requests = 0, rounds = 0;
    std::uint64_t most_waiting = 0;
};

/// Lists by the plan; every round answers all that is under way, in an order of chance, and takes what it may.
listed list_by_plan(keys const& all, std::string const& prefix, std::string const& after, std::size_t page, shard_plan::limits most,
                    std::mt19937& chance) {
    shard_plan plan(prefix, after, most);
    listed done;
    while (!plan.done()) {
        std::vector<shard_plan::request> asked;
        while (std::optional<shard_plan::request> r = plan.next()) {
            REQUIRE(base::valid_utf8(r->after));
            REQUIRE(r->after.size() <= 1024);
            asked.push_back(*r);
        }
        REQUIRE_FALSE(asked.empty());  // or it would never end
        REQUIRE(asked.size() <= most.in_flight);
        std::ranges::shuffle(asked, chance);
        for (shard_plan::request const& r : asked) {
            list_page one = page_of(all, prefix, r.after, page);
            REQUIRE(plan.answered(r.shard, std::move(one)).has_value());
            ++done.requests;
        }
        ++done.rounds;
        done.most_waiting = std::max(done.most_waiting, plan.waiting());
        for (std::vector<object_meta> some = plan.take(); !some.empty(); some = plan.take())
            for (object_meta const& one : some) done.all.push_back(one.key);
        REQUIRE(done.rounds < 100'000);
    }
    return done;
}

std::string numbered(std::string_view format, std::size_t i) {
    char text[256];
    std::snprintf(text, sizeof text, std::string(format).c_str(), i);
    return text;
}

keys many(std::size_t count, std::function<std::string(std::size_t)> const& name) {
    keys all;
    for (std::size_t i = 0; all.size() < count && i < count * 4; ++i) all.insert(name(i));
    return all;
}

std::string character(std::uint32_t code) {
    std::string to;
    auto const put = [&to](std::uint32_t byte) { to += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xc0 | code >> 6), put(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        put(0xe0 | code >> 12), put(0x80 | (code >> 6 & 0x3f)), put(0x80 | (code & 0x3f));
    } else {
        put(0xf0 | code >> 18), put(0x80 | (code >> 12 & 0x3f)), put(0x80 | (code >> 6 & 0x3f)), put(0x80 | (code & 0x3f));
    }
    return to;
}

struct distribution {
    char const* what;
    std::function<std::string(std::size_t, std::mt19937&)> name;
};

std::string random_text(std::mt19937& chance, std::vector<std::uint32_t> const& characters, std::size_t longest) {
    std::string text;
    for (std::size_t n = 1 + chance() % longest; n > 0; --n) text += character(characters[chance() % characters.size()]);
    return text;
}

std::vector<distribution> const& distributions() {
    static std::vector<distribution> const all{
        {"numbers", [](std::size_t i, std::mt19937&) { return numbered("obj-%08zu", i); }},
        {"numbers of any length", [](std::size_t i, std::mt19937&) { return numbered("%zu", i); }},
        {"hashes", [](std::size_t, std::mt19937& c) { return numbered("%016zx", std::size_t(c()) << 32 | c()); }},
        {"days",
         [](std::size_t i, std::mt19937& c) { return numbered("logs/2026/%04zu/", i / 50) + numbered("%06zu.gz", c() % 1'000'000); }},
        {"a long way down", [](std::size_t i, std::mt19937&) { return std::string(200, 'd') + "/" + numbered("%08zu", i); }},
        {"one crowd, few around",
         [](std::size_t i, std::mt19937& c) {
             return i % 100 == 0 ? random_text(c, {'a', 'm', 'z'}, 20) : numbered("crowd/%09zu", i);
         }},
        {"each longer than the last",
         [](std::size_t i, std::mt19937&) { return std::string(i % 1000 + 1, 'a') + numbered("%zu", i / 1000); }},
        {"two letters",
         [](std::size_t, std::mt19937& c) {
             return random_text(c, {'a', 'b'}, 24);
         }},
        {"Japanese",
         [](std::size_t, std::mt19937& c) {
             return random_text(c, {0x65e5, 0x672c, 0x3042, 0x30a2, 0x8a9e}, 12);
         }},
        {"all of Unicode",
         [](std::size_t, std::mt19937& c) {
             return random_text(c, {1, ' ', 'z', 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff}, 8);
         }},
    };
    return all;
}

}  // namespace

TEST_CASE("sharded listing: whatever the keys, each comes once and in order, as plain paging gives them") {
    std::mt19937 chance(20261126);
    for (distribution const& d : distributions()) {
        CAPTURE(d.what);
        for (std::size_t const count : {0u, 1u, 7u, 10u, 11u, 300u, 5000u}) {
            keys const all = many(count, [&](std::size_t i) { return d.name(i, chance); });
            for (std::size_t const page : {1u, 10u, 1000u}) {
                if (count / page > 600) continue;
                shard_plan::limits most;
                most.in_flight = 1 + chance() % 40;
                most.memory = chance() % 2 == 0 ? 0 : 256u << 20;
                std::string const some = all.empty() ? "x" : *std::next(all.begin(), static_cast<std::ptrdiff_t>(chance() % all.size()));
                std::string prefix = chance() % 2 == 0 ? some.substr(0, chance() % 4) : "";
                while (!base::valid_utf8(prefix)) prefix.pop_back();
                std::string const after = chance() % 3 == 0 ? some : "";
                std::vector<std::string> const expected = [&] {
                    std::vector<std::string> plain;
                    for (std::string const& key : all)
                        if (key > after && key.starts_with(prefix)) plain.push_back(key);
                    return plain;
                }();
                listed const done = list_by_plan(all, prefix, after, page, most, chance);
                CHECK(done.all == expected);
            }
        }
    }
}

TEST_CASE("sharded listing: it takes few rounds, whatever the keys") {
    std::mt19937 chance(7);
    shard_plan::limits const most;
    std::size_t seen = 0;
    for (distribution const& d : distributions()) {
        if (seen++ % every_nth != 0) continue;
        keys const all = many(100'000, [&](std::size_t i) { return d.name(i, chance); });
        listed const done = list_by_plan(all, "", "", 100, most, chance);
        std::size_t const pages = all.size() / 100 + 1;
        MESSAGE(std::string(d.what) << ": " << all.size() << " keys, " << pages << " pages, " << done.requests << " requests in "
                                    << done.rounds << " rounds");
        CHECK(done.all.size() == all.size());
        if (std::string_view(d.what) == "each longer than the last") {
            CHECK(done.requests < pages * 3);  // no better than page by page, and not much dearer
            continue;
        }
        CHECK(done.rounds * 10 < pages);
        CHECK(done.requests * 2 < pages * 5);
    }
}

TEST_CASE("sharded listing: a small one costs one request") {
    std::mt19937 chance(1);
    keys const all = many(900, [&](std::size_t i) { return numbered("%zu", i); });
    CHECK(list_by_plan(all, "", "", 1000, {}, chance).requests == 1);
}

TEST_CASE("sharded listing: few pages cost few requests, whatever the keys") {
    std::mt19937 chance(1);
    for (distribution const& d : distributions()) {
        CAPTURE(d.what);
        keys const three = many(3000, [&](std::size_t i) { return d.name(i, chance); });
        CHECK(list_by_plan(three, "", "", 1000, {}, chance).requests == 3);  // in turn: nothing is cut yet
        keys const nine = many(9000, [&](std::size_t i) { return d.name(i, chance); });
        CHECK(list_by_plan(nine, "", "", 1000, {}, chance).requests <= 2 * 9);
    }
}

TEST_CASE("sharded listing: answers may take their time, each another") {
    keys const all = many(100'000, [](std::size_t i) { return numbered("data/part-%010zu.bin", i); });
    for (unsigned seed = 1; seed <= 10; seed += every_nth) {
        std::mt19937 chance(seed);
        shard_plan plan("", "", {});
        std::multimap<std::size_t, shard_plan::request> under_way;  // by when the answer comes
        std::size_t now = 0;
        for (;;) {
            while (std::optional<shard_plan::request> r = plan.next()) under_way.emplace(now + 50 + chance() % 30, *std::move(r));
            if (under_way.empty()) break;
            auto const first = under_way.extract(under_way.begin());
            now = first.key();
            list_page page = page_of(all, "", first.mapped().after, 100);
            REQUIRE(plan.answered(first.mapped().shard, std::move(page)).has_value());
            while (!plan.take().empty()) continue;
        }
        CHECK(plan.done());
        CHECK(now * 10 < 1001 * 65);
    }
}

TEST_CASE("sharded listing: memory is bounded, and it still goes on side by side") {
    std::mt19937 chance(1);
    keys const all = many(200'000, [&](std::size_t i) { return numbered("obj-%08zu", i); });
    shard_plan::limits most;
    most.memory = 20ull << 20;
    listed const done = list_by_plan(all, "", "", 1000, most, chance);
    CHECK(done.all.size() == all.size());
    MESSAGE("most waiting: " << done.most_waiting << " bytes, " << done.rounds << " rounds for 200 pages");
    CHECK(done.most_waiting < 24u << 20);
    CHECK(done.rounds < 80);
}

TEST_CASE("sharded listing: a store without order of keys is told, not believed") {
    shard_plan plan("", "", {});
    std::optional<shard_plan::request> const first = plan.next();
    REQUIRE(first.has_value());
    CHECK(first->after.empty());
    CHECK_FALSE(plan.next().has_value());
    list_page page;
    for (char const* key : {"b", "a"}) {
        object_meta one;
        one.key = key;
        page.objects.push_back(one);
    }
    CHECK(plan.answered(first->shard, page).error().reason() == errc::unsupported);
    shard_plan again("", "m", {});
    std::optional<shard_plan::request> const behind = again.next();
    REQUIRE(behind.has_value());
    CHECK(behind->after == "m");
    CHECK(again.answered(behind->shard, page).error().reason() == errc::unsupported);  // start_after was not heeded
    shard_plan third("", "", {});
    list_page nothing;
    nothing.next = "more";
    CHECK(third.answered(third.next()->shard, nothing).error().reason() == errc::protocol);
}

TEST_CASE("sharded listing: cuts lie strictly inside, rise, and are keys that could be") {
    std::mt19937 chance(3);
    for (int round = 0; round < 3000; ++round) {
        distribution const& d = distributions()[chance() % distributions().size()];
        std::vector<std::string> some;
        for (int i = 0; i < 4; ++i) some.push_back(d.name(chance() % 100'000, chance));
        std::ranges::sort(some);
        alphabet letters;
        letters.learn(some[1]);
        key_range range;
        range.after = some[0];
        range.until = some[3];
        range.open_end = chance() % 4 == 0;
        std::vector<std::string> const at = cuts(letters, range, some[1], some[2], chance() % 40);
        CHECK(std::ranges::is_sorted(at));
        CHECK(std::ranges::adjacent_find(at) == at.end());
        for (std::string const& cut : at) {
            REQUIRE(cut > some[2]);
            REQUIRE((range.open_end || cut < some[3]));
            REQUIRE(base::valid_utf8(cut));
        }
    }
}
