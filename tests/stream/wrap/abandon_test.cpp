// Every operation through wrappers that wait themselves, broken off, cancelled and abandoned at each step.
#include "support/abandon.hpp"
#include "stream/s3/fixture.hpp"

#include <sluice/wrap/faulty.hpp>
#include <sluice/wrap/limited.hpp>

using namespace sluice;
using namespace sluice::test;

namespace {

using wrapping = std::function<std::shared_ptr<object_store>(std::shared_ptr<object_store>)>;

std::shared_ptr<object_store> limited(std::shared_ptr<object_store> inner) {
    limited_options one_at_a_time;
    one_at_a_time.operations = 1;
    one_at_a_time.bytes = 1000;
    return make_limited(std::move(inner), one_at_a_time);
}

std::shared_ptr<object_store> slow(std::shared_ptr<object_store> inner) {
    faulty_options options;
    options.slow = 1;
    options.delay = std::chrono::milliseconds(300);
    return make_faulty(std::move(inner), options);
}

/// All that a store does. Its keys are below "below/", for the wrapper that puts it there.
awaitable<void> everything(std::shared_ptr<object_store> store, std::string at) {
    payload first(pattern(2500));
    co_await store->put(at + "a", std::move(first));
    object_meta const about = co_await store->head(at + "a");
    CHECK(about.size == 2500);
    poisoned into(500);
    co_await store->read(at + "a", byte_range::bounded(1000, 500), into.span());
    CHECK(into.text(500) == pattern(2500).substr(1000, 500));
    co_await store->copy(at + "a", at + "b");
    body_reader body = co_await store->get(at + "b");
    poisoned all(2500);
    std::size_t const n = co_await body.read_all(all.span());
    CHECK(n == 2500);
    CHECK(all.text(2500) == pattern(2500));
    list_page const page = co_await store->list(at);
    CHECK(page.objects.size() == 2);
    std::vector<object_key> const keys{at + "a", at + "b"};
    remove_report const report = co_await store->remove(keys);
    throw_refusals(report);
    CHECK(report.removed == 2);
}

story through(std::string name, wrapping wrap) {
    story s;
    s.name = std::move(name);
    s.operations = 10;
    s.several = true;
    s.thinned = 8;
    s.open = [wrap = std::move(wrap)](scenery&, s3_settings const& settings) { return wrap(make_s3_store(settings)); };
    s.before = [](scenery& at) {
        at.s3.put("bucket", "other", "bystander");
        for (char const* const key : {"below/a", "below/b"}) at.s3.remove("bucket", key);
    };
    s.always = [](scenery const& at) {
        CHECK(at.s3.get("bucket", "other") == "bystander");
        for (char const* const key : {"below/a", "below/b"}) CHECK(at.s3.get("bucket", key).value_or(pattern(2500)) == pattern(2500));
    };
    return s;
}

void tell_everything(story& s, std::string at) {
    s.tell = [at](std::shared_ptr<object_store> store) -> awaitable<void> { co_await everything(store, at); };
}

}  // namespace

TEST_CASE("abandon: everything through a limited store, one call at a time") {
    story s = through("limited", limited);
    tell_everything(s, "below/");
    abandon(s);
}

TEST_CASE("abandon: everything through a store that is slow") {
    story s = through("faulty", slow);
    tell_everything(s, "below/");
    abandon(s);
}
