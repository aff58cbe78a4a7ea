#include "transfer/at_edge.hpp"
#include "transfer/local_file.hpp"

#include <sluice/operations.hpp>

#include <atomic>
#include <utility>

namespace sluice::inline v0 {

namespace transfer {

namespace {

/// Unwraps what a file call said, naming the transfer it was for.
template <class T>
T checked(result<T> outcome, std::string_view operation, std::string const& uri) {
    if (outcome.has_error()) throw_error(outcome.error(), operation, uri);
    if constexpr (!std::is_void_v<T>) return std::move(*outcome);
}

awaitable<object_meta> get_file(std::shared_ptr<object_store> store, object_key where, std::string path, range_engine_options options,
                                progress report) {
    std::string const uri = store->uri() + where;
    result<local_file> created = co_await local_file::create_beside(std::move(path));
    local_file file = checked(std::move(created), "get_file", uri);
    std::atomic<std::uint64_t> done = 0, total = 0;
    options.opened = [&total, then = std::move(options.opened)](object_meta const& object) {
        total = object.size;
        if (then) then(object);
    };
    part_sink const write = [&](std::uint64_t offset, bytes part) -> awaitable<void> {
        result<void> const written = co_await file.write(offset, part.view());
        checked(written, "get_file", uri);
        done += part.size();
        if (report) report(done, total);
    };
    object_meta const object = co_await scatter_ranged(store, where, byte_range::whole(), write, std::move(options));
    if (done != object.size)
        throw_error(failure(errc::truncated, std::to_string(done) + " of " + std::to_string(object.size) + " bytes"), "get_file", uri);
    result<void> const published = co_await file.publish();
    checked(published, "get_file", uri);
    co_return object;
}

class file_source final : public payload_source {
public:
    file_source(local_file file, std::string uri, progress report)
        : file_(std::move(file)),
          uri_(std::move(uri)),
          report_(std::move(report)) {}

    std::uint64_t size() const noexcept override { return file_.size(); }
    awaitable<void> read(std::uint64_t offset, std::span<std::byte> into) override {
        result<void> const got = co_await file_.read(offset, into);
        checked(got, "put_file", uri_);
        if (report_) report_(offset + into.size(), file_.size());
    }

private:
    local_file file_;
    std::string uri_;
    progress report_;
};

awaitable<put_result> put_file(std::shared_ptr<object_store> store, object_key where, std::string path, put_options options,
                               progress report) {
    std::string const uri = store->uri() + where;
    result<local_file> opened = co_await local_file::open_to_read(std::move(path));
    local_file file = checked(std::move(opened), "put_file", uri);
    payload data(std::make_shared<file_source>(std::move(file), uri, std::move(report)));
    co_return co_await store->put(std::move(where), std::move(data), std::move(options));
}

}  // namespace

}  // namespace transfer

awaitable<object_meta> get_file(std::shared_ptr<object_store> store, object_key where, std::string path, range_engine_options options,
                                progress report) {
    return transfer::at_edge("get_file", store, where,
                             transfer::get_file(store, where, std::move(path), std::move(options), std::move(report)));
}

awaitable<put_result> put_file(std::shared_ptr<object_store> store, object_key where, std::string path, put_options options,
                               progress report) {
    return transfer::at_edge("put_file", store, where,
                             transfer::put_file(store, where, std::move(path), std::move(options), std::move(report)));
}

}  // namespace sluice::inline v0
