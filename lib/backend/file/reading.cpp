#include "backend/file/reading.hpp"

#include "backend/file/caching.hpp"
#include "backend/file/direct_access.hpp"
#include "backend/file/direct_reading.hpp"
#include "backend/file/usable.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace sluice::inline v0::file {

namespace {

// What is in the page cache is copied on the thread that asks: not for long at a time.
constexpr std::size_t longest_read = std::size_t{4} << 20;

awaitable<result<void>> read_buffered(uring::file* file, std::uint64_t offset, std::span<std::byte> into) {
    while (!into.empty()) {
        std::span<std::byte> const next = into.first(std::min(into.size(), longest_read));
        result<std::size_t> const n = co_await file->read_full(offset, next);
        if (!n) co_return n.error();
        if (*n < next.size()) co_return cut_short(into.size() - *n);
        into = into.subspan(*n);
        offset += *n;
    }
    co_return result<void>();
}

/// Those of `settings` that hold for what was opened: the page cache is told nothing of what goes past it.
file_settings const* told_of(file_settings const& settings, opened_object const& object) noexcept {
    return object.direct ? nullptr : &settings;
}

/// An object that is read in order; of the version it was opened on.
class file_body final : public body_source {
public:
    file_body(std::shared_ptr<core const> store, boost::asio::any_io_executor const& executor, opened_object object, resolved_range range)
        : store_(std::move(store)),
          meta_(std::move(object.meta)),
          range_(range),
          file_(keeper::of(executor), std::move(object.file)) {
        if (object.direct) direct_.emplace(*object.direct, store_->buffers);
    }

    object_meta const& object() const noexcept override { return meta_; }
    resolved_range range() const noexcept override { return range_; }

    awaitable<std::size_t> read_some(std::span<std::byte> into) override {
        auto const work = [this, into](operation* op) { return read_next(op, into); };
        return at_edge<std::size_t>(store_, "get", meta_.key, call_options(), work);
    }

private:
    std::uint64_t left() const noexcept { return range_.length - done_; }

    awaitable<result<std::size_t>> read_next(operation* op, std::span<std::byte> into) {
        std::size_t const longest = direct_ ? longest_direct : longest_read;
        into = into.first(static_cast<std::size_t>(std::min<std::uint64_t>({into.size(), left(), longest})));
        if (into.empty()) co_return std::size_t{0};
        result<usable_file> file = usable(file_.get(), op->files());
        if (!file) co_return file.error();
        std::uint64_t const at = range_.offset + done_;
        result<std::size_t> n = std::size_t{0};
        if (direct_) {
            n = co_await direct_->read_some(file->get(), at, into, left());
        } else {
            n = co_await file->get()->read_some(at, into);
        }
        if (!n) co_return n.error();
        if (*n == 0) co_return cut_short(left());
        done_ += *n;
        result<void> const used = co_await advise(file->get(), at, *n);
        if (!used) co_return used.error();
        if (left() == 0) {
            result<void> const same = co_await finish(file->get());
            if (!same) co_return same.error();
        }
        co_return *n;
    }

    awaitable<result<void>> finish(uring::file* file) {
        result<void> const used = co_await advise(file, range_.offset, range_.length);
        if (!used) co_return used.error();
        co_return co_await check_unchanged(file, &meta_);
    }

    awaitable<result<void>> advise(uring::file* file, std::uint64_t offset, std::uint64_t length) {
        return advise_used(direct_ ? nullptr : &store_->settings, file, offset, length);
    }

    std::shared_ptr<core const> const store_;
    object_meta const meta_;
    resolved_range const range_;
    kept<uring::file> const file_;
    std::optional<direct_reader> direct_;
    std::uint64_t done_ = 0;
};

awaitable<result<void>> fill(core const* store, opened_object* object, std::uint64_t offset, std::span<std::byte> into) {
    if (!object->direct) co_return co_await read_buffered(&object->file, offset, into);
    direct_reader reader(*object->direct, store->buffers);
    co_return co_await reader.read_full(&object->file, offset, into);
}

awaitable<result<read_result>> read_by(operation* op, file_access access, byte_range range, std::span<std::byte> into,
                                       get_options options) {
    result<opened_object> object = co_await open_object(op, access, store::read_conditions(options));
    if (!object) co_return object.error();
    result<resolved_range> const here = within(object->meta, range);
    if (!here) co_return here.error();
    if (here->length > into.size())
        co_return failure(errc::buffer_too_small, std::to_string(here->length) + " bytes do not fit into " + std::to_string(into.size()));

    file_settings const* const settings = told_of(op->store().settings, *object);
    result<void> done = co_await advise_opened(settings, &object->file, false);
    if (done) done = co_await fill(&op->store(), &*object, here->offset, into.first(here->length));
    if (done) done = co_await check_unchanged(&object->file, &object->meta);
    if (done) done = co_await advise_used(settings, &object->file, here->offset, here->length);
    if (!done) co_return done.error();
    read_result all;
    all.object = std::move(object->meta);
    all.range = *here;
    co_return std::move(all);
}

/// Reads the first block, to see whether the file system that took O_DIRECT also does it.
awaitable<result<void>> try_out(operation* op, opened_object* object, resolved_range range) {
    if (!object->direct || range.length == 0) co_return result<void>();
    direct_reader reader(*object->direct, op->store().buffers);
    std::byte one{};
    co_return co_await reader.read_full(&object->file, range.offset, std::span(&one, 1));
}

awaitable<result<std::unique_ptr<body_source>>> open_by(operation* op, file_access access, std::shared_ptr<core const> store,
                                                        get_options options) {
    result<opened_object> object = co_await open_object(op, access, store::read_conditions(options));
    if (!object) co_return object.error();
    result<resolved_range> const here = within(object->meta, options.range);
    if (!here) co_return here.error();
    result<void> ready = co_await advise_opened(told_of(store->settings, *object), &object->file, true);
    if (ready && store->settings.direct == direct_mode::preferred) ready = co_await try_out(op, &*object, *here);
    if (!ready) co_return ready.error();
    std::unique_ptr<body_source> body = std::make_unique<file_body>(std::move(store), op->executor(), std::move(*object), *here);
    co_return std::move(body);
}

}  // namespace

awaitable<result<read_result>> read_object(operation* op, byte_range range, std::span<std::byte> into, get_options options) {
    auto const attempt = [&](file_access access) { return read_by(op, access, range, into, options); };
    co_return co_await by_access<read_result>(op, &attempt);
}

awaitable<result<std::unique_ptr<body_source>>> open_body(operation* op, std::shared_ptr<core const> store, get_options options) {
    auto const attempt = [&](file_access access) { return open_by(op, access, store, options); };
    co_return co_await by_access<std::unique_ptr<body_source>>(op, &attempt);
}

}  // namespace sluice::inline v0::file
