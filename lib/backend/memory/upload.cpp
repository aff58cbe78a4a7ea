#include "backend/memory/upload.hpp"

#include "async/clock.hpp"

#include <boost/asio/this_coro.hpp>

#include <cstring>
#include <mutex>
#include <utility>

namespace sluice::inline v0::memory {

namespace {

class memory_upload final : public upload_target {
public:
    memory_upload(std::shared_ptr<shelf> objects, object_key where, put_options options)
        : objects_(std::move(objects)),
          where_(std::move(where)),
          options_(std::move(options)) {
        if (!options_.resume_as.empty()) parts_ = objects_->take_interrupted(where_, options_.resume_as);
    }
    ~memory_upload() override {
        if (!ended_ && !options_.resume_as.empty()) objects_->keep_interrupted(where_, options_.resume_as, std::move(parts_));
    }

    std::string id() const override { return {}; }

    std::vector<written_part> parts() const override {
        std::scoped_lock const lock(mutex_);
        return parts_.list.parts();
    }

    awaitable<void> write(part_place where, payload data) override {
        check(where, data.size());
        bytes part = co_await gather(std::move(data));
        std::scoped_lock const lock(mutex_);
        parts_.list.add(where, part.size());
        parts_.data.insert_or_assign(where.number, std::move(part));
    }

    awaitable<put_result> complete() override {
        std::vector<bytes> parts = take();
        payload const whole(std::move(parts));
        bytes data = co_await gather(whole);
        boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
        put_result done = objects_->put(where_, std::move(data), options_, async::clock::of(executor).wall());
        end();
        co_return std::move(done);
    }

    awaitable<void> abort() override {
        end();
        co_return;
    }

private:
    void check(part_place where, std::uint64_t size) const {
        std::scoped_lock const lock(mutex_);
        refuse_ended("write part");
        result<void> const checked = parts_.list.check(where, size);
        if (!checked) objects_->fail(checked.error().reason(), "write part", where_, checked.error().info().detail);
    }

    /// The parts in order; they stay.
    std::vector<bytes> take() const {
        std::scoped_lock const lock(mutex_);
        refuse_ended("complete upload");
        result<std::uint64_t> const whole = parts_.list.whole();
        if (!whole) objects_->fail(whole.error().reason(), "complete upload", where_, whole.error().info().detail);
        std::vector<bytes> parts;
        for (auto const& [number, part] : parts_.data) parts.push_back(part);
        return parts;
    }

    void end() {
        std::scoped_lock const lock(mutex_);
        ended_ = true;
        parts_ = written_parts();
    }

    void refuse_ended(std::string_view operation) const {
        if (ended_) objects_->fail(errc::invalid_argument, operation, where_, "the upload has ended");
    }

    std::shared_ptr<shelf> const objects_;
    object_key const where_;
    put_options const options_;
    mutable std::mutex mutex_;  // guards what follows
    written_parts parts_;
    bool ended_ = false;
};

}  // namespace

awaitable<upload> create_upload(std::shared_ptr<shelf> objects, object_key where, put_options options) {
    objects->check_write("create_upload", where, options);
    co_return upload(std::make_shared<memory_upload>(std::move(objects), std::move(where), std::move(options)));
}

awaitable<bytes> gather(payload data) {
    std::shared_ptr<std::byte[]> memory = std::make_shared_for_overwrite<std::byte[]>(data.size());
    std::span<std::byte> const all(memory.get(), data.size());
    std::size_t at = 0;
    for (bytes const& piece : data.pieces()) {
        if (!piece.empty()) std::memcpy(all.data() + at, piece.data(), piece.size());
        at += piece.size();
    }
    if (data.source()) co_await data.source()->read(0, all);
    co_return bytes(std::move(memory), all);
}

}  // namespace sluice::inline v0::memory
