#include "transfer/at_edge.hpp"
#include "transfer/local_file.hpp"

#include <sluice/operations.hpp>

#include <atomic>
#include <utility>

namespace sluice::inline v0 {

namespace transfer {

namespace {

awaitable<object_meta> get_file(std::shared_ptr<object_store> store, object_key where, std::string path, range_engine_options options,
                                progress report) {
    transfer_edge const here("get_file", store->uri() + where);
    result<local_file> created = co_await local_file::create_beside(std::move(path));
    local_file file = here.deliver(std::move(created));
    std::atomic<std::uint64_t> done = 0, total = 0;
    options.opened = [&total, then = std::move(options.opened)](object_meta const& object) {
        total = object.size;
        if (then) then(object);
    };
    part_sink const write = [&](std::uint64_t offset, bytes part) -> awaitable<void> {
        result<void> const written = co_await file.write(offset, part.view());
        here.deliver(written);
        done += part.size();
        if (report) report(done, total);
    };
    object_meta const object = co_await scatter_ranged(store, where, byte_range::whole(), write, std::move(options));
    if (done != object.size) here.raise({errc::truncated, std::to_string(done) + " of " + std::to_string(object.size) + " bytes"});
    result<void> const published = co_await file.publish();
    here.deliver(published);
    co_return object;
}

class file_source final : public payload_source {
public:
    file_source(local_file file, transfer_edge here, progress report)
        : file_(std::move(file)),
          here_(std::move(here)),
          report_(std::move(report)) {}

    std::uint64_t size() const noexcept override { return file_.size(); }
    awaitable<void> read(std::uint64_t offset, std::span<std::byte> into) override {
        result<void> const got = co_await file_.read(offset, into);
        here_.deliver(got);
        if (report_) report_(offset + into.size(), file_.size());
    }

private:
    local_file file_;
    transfer_edge here_;
    progress report_;
};

awaitable<put_result> put_file(std::shared_ptr<object_store> store, object_key where, std::string path, put_options options,
                               progress report) {
    transfer_edge here("put_file", store->uri() + where);
    result<local_file> opened = co_await local_file::open_to_read(std::move(path));
    local_file file = here.deliver(std::move(opened));
    payload data(std::make_shared<file_source>(std::move(file), std::move(here), std::move(report)));
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
