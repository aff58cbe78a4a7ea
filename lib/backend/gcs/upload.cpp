#include "backend/gcs/upload.hpp"

#include "async/entropy.hpp"
#include "backend/gcs/composing.hpp"
#include "backend/gcs/operation.hpp"
#include "backend/gcs/writing.hpp"
#include "store/at_edge.hpp"
#include "store/part_list.hpp"

#include <sluice/async/shield.hpp>

#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <map>
#include <mutex>
#include <utility>

namespace sluice::inline v0::gcs {

namespace {

constexpr std::chrono::seconds clear_limit{5};  // of who was cancelled

failure ended() { return {errc::invalid_argument, "the upload has ended"}; }

class composed_upload final : public upload_target {
public:
    composed_upload(composition what, std::string id, std::vector<part_object> found) : what_(std::move(what)), id_(std::move(id)) {
        for (part_object& part : found) {
            parts_.add(part.where, part.size);
            written_.insert_or_assign(part.where.number, std::move(part));
        }
    }

    std::string id() const override { return id_; }

    std::vector<written_part> parts() const override {
        std::lock_guard const lock(mutex_);
        return parts_.parts();
    }

    awaitable<void> write(part_place where, payload data) override {
        std::uint64_t const size = data.size();
        if (result<void> const good = begin_part(where, size); !good) refuse(good.error(), "write part");
        put_place at("write part", what_.target, part_name(what_.folder, where));
        resource stored = co_await write_object(what_.store, std::move(at), std::move(data), options_of_parts(what_.options));
        took(where, std::move(stored));
    }

    awaitable<put_result> complete() override {
        if (result<void> const good = whole(); !good) refuse(good.error(), "complete upload");
        std::vector<part_object> parts = written();
        put_result done;
        if (parts.empty()) {
            put_place at("complete upload", what_.target, what_.target);
            resource const stored = co_await write_object(what_.store, std::move(at), payload(), what_.options);
            done = stored.put();
        } else {
            done = co_await compose_all(&what_, std::move(parts));
        }
        end();
        co_await clear_quietly();
        co_return std::move(done);
    }

    awaitable<void> abort() override {
        if (has_ended()) co_return;
        co_await clear_folder(&what_);
        end();
    }

private:
    [[noreturn]] void refuse(failure f, char const* const operation) const {
        throw_error(std::move(f), operation, what_.store->uri + what_.target);
    }

    /// What the part held before is no more, also when it is not written to its end.
    result<void> begin_part(part_place where, std::uint64_t size) {
        if (size > max_object) return failure(errc::invalid_argument, "a part has " + std::to_string(max_object) + " bytes at most");
        std::lock_guard const lock(mutex_);
        if (ended_) return ended();
        result<void> const checked = parts_.check(where, size);
        if (!checked) return checked;
        parts_.drop(where.number);
        written_.erase(where.number);
        return {};
    }

    void took(part_place where, resource stored) {
        part_object part;
        part.where = where;
        part.name = std::move(stored.object.key);
        part.generation = std::move(stored.object.version);
        part.size = stored.object.size;
        part.crc32c = std::move(stored.crc32c);
        std::lock_guard const lock(mutex_);
        parts_.add(where, part.size);
        written_.insert_or_assign(where.number, std::move(part));
    }

    /// Errors: invalid_argument for parts that make no object.
    result<void> whole() const {
        std::lock_guard const lock(mutex_);
        if (ended_) return ended();
        result<std::uint64_t> const size = parts_.whole();
        if (!size) return size.error();
        if (*size > max_object) return failure(errc::invalid_argument, "an object has " + std::to_string(max_object) + " bytes at most");
        return {};
    }

    std::vector<part_object> written() const {
        std::lock_guard const lock(mutex_);
        std::vector<part_object> all;
        for (auto const& [number, part] : written_) all.push_back(part);
        return all;
    }

    /// The object is there: that its parts are left behind is no failure of it. Who is cancelled still tries to remove them.
    awaitable<void> clear_quietly() {
        bool const cancelled = co_await try_to_clear(&what_);
        if (!cancelled) co_return;
        composition again = what_;
        again.options.time_limit = clear_limit;
        bool const throwing = co_await boost::asio::this_coro::throw_if_cancelled();
        co_await boost::asio::this_coro::throw_if_cancelled(false);
        auto const clear = [this, &again]() -> awaitable<void> { co_await try_to_clear(&again); };
        co_await async::shield(clear);
        co_await boost::asio::this_coro::throw_if_cancelled(throwing);
    }

    /// Whether it was cancelled.
    awaitable<bool> try_to_clear(composition const* what) {
        try {
            co_await clear_folder(what);
        } catch (boost::system::system_error const& e) {
            if (e.code() == errc::cancelled) co_return true;
            what->store->log.write(log_level::info, std::string("temporary parts were left behind: ") + e.what());
        }
        co_return false;
    }

    void end() {
        std::lock_guard const lock(mutex_);
        ended_ = true;
    }
    bool has_ended() const {
        std::lock_guard const lock(mutex_);
        return ended_;
    }

    composition const what_;
    std::string const id_;
    mutable std::mutex mutex_;  // guards what follows
    store::part_list parts_{max_parts};
    std::map<std::uint32_t, part_object> written_;
    bool ended_ = false;
};

awaitable<void> check(std::shared_ptr<core const> store, object_key where, put_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation const op(store, std::move(executor), "create_upload", std::move(where), retry::operation_kind::read, options);
    op.deliver(check_key(op.key()));
    if (store->settings.parts_prefix.empty())
        op.raise({errc::unsupported, "without gcs_settings::parts_prefix there are no uploads in parts"});
    op.deliver(store->check_writing(options));
}

awaitable<upload> begin(std::shared_ptr<core const> store, object_key where, put_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    co_await check(store, where, options);
    bool const resumes = !options.resume_as.empty();
    std::string id = resumes ? resumed_id(where, options.resume_as) : async::entropy::of(executor).id_text();
    composition what;
    what.folder = store->settings.parts_prefix + id + '/';
    what.store = std::move(store);
    what.target = std::move(where);
    what.options = std::move(options);
    parts_page found;
    if (resumes) found = co_await list_folder(&what, "create_upload");
    auto target = std::make_shared<composed_upload>(std::move(what), std::move(id), std::move(found.parts));
    co_return upload(std::move(target));
}

}  // namespace

awaitable<upload> create_upload(std::shared_ptr<core const> store, object_key where, put_options options) {
    std::string shown = store->uri + where;
    return store::at_edge("create_upload", std::move(shown), begin(std::move(store), std::move(where), std::move(options)));
}

}  // namespace sluice::inline v0::gcs
