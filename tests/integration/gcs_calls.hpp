#pragma once

#include "stream/gcs/fixture.hpp"

#include <sluice/upload.hpp>

#include <string_view>

// Every call of a store, one by one: of the object "there", or to write "k".
namespace sluice::test {

using store_pointer = std::shared_ptr<object_store>;

inline awaitable<void> head_it(store_pointer store) { co_await store->head("there"); }
inline awaitable<void> get_it(store_pointer store) { co_await content_of(store, "there"); }
inline awaitable<void> read_it(store_pointer store) {
    std::vector<std::byte> into(10);
    byte_range const some = byte_range::bounded(1, 10);
    co_await store->read("there", some, into);
}
inline awaitable<void> list_it(store_pointer store) { co_await store->list(""); }
inline awaitable<void> put_it(store_pointer store) { co_await store->put("k", payload("x")); }
inline awaitable<void> put_by_session(store_pointer store) { co_await store->put("k", from_source(400'000)); }
inline awaitable<void> put_in_parts(store_pointer store) {
    upload to = co_await store->create_upload("k");
    part_place const first{1, 0};
    co_await to.write(first, payload("x"));
    co_await to.complete();
}
inline awaitable<void> copy_it(store_pointer store) { co_await store->copy("there", "k"); }
inline awaitable<void> remove_it(store_pointer store) {
    std::vector<object_key> const keys(1, "there");
    remove_report const report = co_await store->remove(keys);
    if (!report.failed.empty()) throw_error(failure(errc::permission_denied, report.failed[0].message), "remove", "gs://bucket/there");
}

struct gcs_call {
    char const* name;
    awaitable<void> (*run)(store_pointer);
};
inline constexpr gcs_call gcs_calls[] = {{"head", head_it},       {"get", get_it},   {"read", read_it},
                                         {"list", list_it},       {"put", put_it},   {"session", put_by_session},
                                         {"parts", put_in_parts}, {"copy", copy_it}, {"remove", remove_it}};

inline bool says(error_info const& failed, std::string_view words) { return failed.detail.find(words) != std::string::npos; }

}  // namespace sluice::test
