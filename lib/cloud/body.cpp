#include "cloud/body.hpp"

#include <optional>
#include <utility>

namespace sluice::inline v0::cloud {

namespace {

class open_range final : public body_source {
public:
    open_range(std::unique_ptr<reading> how, byte_range range) : how_(std::move(how)), asked_(range), download_(how_.get(), range) {}

    object_meta const& object() const noexcept override { return download_.object(); }
    resolved_range range() const noexcept override { return download_.range(); }

    awaitable<std::size_t> read_some(std::span<std::byte> into) override {
        // A member coroutine: its reader outlives it by contract.
        try {
            result<std::size_t> n = co_await download_.read_some(into);
            std::size_t const got = how_->op().deliver(std::move(n));
            note_end();
            co_return got;
        } catch (...) {
            how_->op().rethrow();
        }
    }

    awaitable<void> open() {
        try {
            how_->op().deliver(how_->check(asked_));
            result<void> const opened = co_await download_.open();
            how_->op().deliver(opened);
            note_end();
        } catch (...) {
            how_->op().rethrow();
        }
    }

private:
    void note_end() {
        if (download_.complete() && !std::exchange(told_, true)) how_->op().succeeded(download_.range().length);
    }

    std::unique_ptr<reading> how_;
    byte_range asked_;
    download download_;
    bool told_ = false;  // that all is well
};

}  // namespace

awaitable<read_result> read_into(reading* const how, byte_range const range, std::span<std::byte> const into) {
    operation* const op = &how->op();
    op->deliver(how->check(range));
    for (;;) {
        download body(how, range);
        result<void> const opened = co_await body.open();
        op->deliver(opened);
        std::uint64_t const length = body.range().length;
        if (length > into.size())
            op->raise({errc::buffer_too_small, std::to_string(length) + " bytes do not fit into " + std::to_string(into.size())});
        result<std::size_t> filled = co_await body.read_all(into.first(static_cast<std::size_t>(length)));
        if (!filled && filled.error().reason() == errc::checksum_mismatch) {  // nobody has seen the bytes yet
            std::optional<failure> final = co_await op->recover(std::move(filled).error(), retry::outcome::damaged_body);
            if (!final) continue;
            op->raise(std::move(*final));
        }
        op->deliver(filled);
        op->succeeded(length);
        read_result done;
        done.range = body.range();
        done.object = body.take_object();
        co_return std::move(done);
    }
}

awaitable<body_reader> open_body(std::unique_ptr<reading> how, byte_range const range) {
    auto body = std::make_unique<open_range>(std::move(how), range);
    co_await body->open();
    co_return body_reader(std::move(body));
}

}  // namespace sluice::inline v0::cloud
