#include "backend/azure/upload.hpp"

#include "async/entropy.hpp"
#include "backend/azure/body_proof.hpp"
#include "backend/azure/request.hpp"
#include "backend/azure/response.hpp"
#include "backend/azure/writing.hpp"
#include "store/part_list.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

namespace sluice::inline v0::azure {

namespace {

using retry::operation_kind;

constexpr std::size_t drain_limit = 64 * 1024;

failure ended() { return {errc::invalid_argument, "the upload has ended"}; }

class azure_upload final : public upload_target {
public:
    azure_upload(std::shared_ptr<core const> store, object_key where, put_options options, std::string name)
        : store_(std::move(store)),
          where_(std::move(where)),
          options_(std::move(options)),
          name_(std::move(name)) {}

    /// There is no request that throws blocks away.
    std::string id() const override { return {}; }

    std::vector<written_part> parts() const override {
        std::lock_guard const lock(mutex_);
        return parts_.parts();
    }

    void found(std::vector<listed_block> const& blocks) {
        std::lock_guard const lock(mutex_);
        for (listed_block const& block : blocks) {
            std::optional<block_place> const place = place_of_block(name_, block.id);
            if (!place || place->number == 0 || place->number > max_blocks) continue;
            parts_.add(part_place{place->number, place->offset}, block.size);
            ids_.insert_or_assign(place->number, block.id);
        }
    }

    awaitable<void> write(part_place where, payload data) override {
        boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
        operation op(store_, std::move(executor), "write part", where_, operation_kind::overwrite, options_);
        try {
            std::uint64_t const size = data.size();
            op.deliver(begin_part(where, size));
            if (size == 0) {  // the service has no blocks without bytes
                took(where, 0, {});
                co_return;
            }
            std::string id = block_id(name_, where.number, where.offset);
            cloud::part_checksum const sum = co_await checksum_of(&data, store_->send);
            recipe r = block_recipe(where_, id, std::move(data), options_.keeping.key);
            add_proof(r.headers, store_->send, sum);
            result<http::response> sent = co_await op.send(&r);
            http::response answer = op.deliver(std::move(sent));
            op.deliver(check_stored(answer.head().headers, store_->send, sum));
            co_await answer.drain(drain_limit);
            took(where, size, std::move(id));
            op.succeeded(size);
        } catch (...) {
            op.rethrow();
        }
    }

    awaitable<put_result> complete() override {
        boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
        operation op(store_, std::move(executor), "complete upload", where_, operation_kind::overwrite, options_);
        try {
            std::uint64_t const size = op.deliver(whole());
            recipe r = op.deliver(commit_recipe(where_, ids(), options_));
            op.expect_long_work();
            result<put_result> written = co_await send_write(&op, &r, &options_);
            put_result done = op.deliver(std::move(written));
            end();
            op.succeeded(size);
            co_return std::move(done);
        } catch (...) {
            op.rethrow();
        }
    }

    /// No request throws blocks away: the service does within a week. What could be taken up again is marked.
    awaitable<void> abort() override {
        if (has_ended()) co_return;
        boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
        operation op(store_, std::move(executor), "abort upload", where_, operation_kind::overwrite, options_);
        try {
            if (!options_.resume_as.empty()) {
                std::string const mark = block_id(name_, 0, 0);
                recipe const r = block_recipe(where_, mark, payload("aborted"), options_.keeping.key);
                result<http::response> sent = co_await op.send(&r);
                http::response answer = op.deliver(std::move(sent));
                co_await answer.drain(drain_limit);
            }
            end();
        } catch (...) {
            op.rethrow();
        }
    }

private:
    /// What the part held before is no more, also when it is not written to its end.
    result<void> begin_part(part_place where, std::uint64_t size) {
        if (size > max_block) return failure(errc::invalid_argument, "a block has " + std::to_string(max_block) + " bytes at most");
        std::lock_guard const lock(mutex_);
        if (ended_) return ended();
        result<void> const checked = parts_.check(where, size);
        if (!checked) return checked;
        parts_.drop(where.number);
        ids_.erase(where.number);
        return {};
    }

    void took(part_place where, std::uint64_t size, std::string id) {
        std::lock_guard const lock(mutex_);
        parts_.add(where, size);
        if (!id.empty()) ids_.insert_or_assign(where.number, std::move(id));
    }

    result<std::uint64_t> whole() const {
        std::lock_guard const lock(mutex_);
        if (ended_) return ended();
        return parts_.whole();
    }

    std::vector<std::string> ids() const {
        std::lock_guard const lock(mutex_);
        std::vector<std::string> all;
        for (auto const& [number, id] : ids_) all.push_back(id);
        return all;
    }

    void end() {
        std::lock_guard const lock(mutex_);
        ended_ = true;
    }
    bool has_ended() const {
        std::lock_guard const lock(mutex_);
        return ended_;
    }

    std::shared_ptr<core const> const store_;
    object_key const where_;
    put_options const options_;
    std::string const name_;    // what its blocks begin with
    mutable std::mutex mutex_;  // guards what follows
    store::part_list parts_{max_blocks};
    std::map<std::uint32_t, std::string> ids_;
    bool ended_ = false;
};

/// What an earlier upload has left; nothing where there is no such blob.
awaitable<result<std::vector<listed_block>>> left_blocks(operation* op) {
    recipe const r = block_list_recipe(op->key());
    result<std::string> text = co_await op->send_for_text(&r, block_list_limit);
    if (!text && text.error().info().service_code == "BlobNotFound") co_return std::vector<listed_block>();
    if (!text) co_return std::move(text).error();
    co_return parse_block_list(std::move(*text));
}

/// The name of the first upload that was not aborted, of those that `resume_as` stands for.
std::string name_to_take_up(std::string_view const resume_as, std::vector<listed_block> const& left) {
    for (unsigned generation = 0;; ++generation) {
        std::string name = upload_name(resume_as, generation);
        std::string const mark = block_id(name, 0, 0);
        if (std::ranges::none_of(left, [&](listed_block const& block) { return block.id == mark; })) return name;
    }
}

}  // namespace

awaitable<upload> create_upload(std::shared_ptr<core const> store, object_key where, put_options options) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    std::string name = async::entropy::of(executor).id_text();
    operation op(store, std::move(executor), "create_upload", std::move(where), operation_kind::read, options);
    try {
        op.deliver(check_key(op.key()));
        op.deliver(store->check_customer_key(options.keeping.key));
        op.deliver(commit_recipe(op.key(), {}, options));
        std::vector<listed_block> blocks;
        if (!options.resume_as.empty()) {
            result<std::vector<listed_block>> left = co_await left_blocks(&op);
            blocks = op.deliver(std::move(left));
            name = name_to_take_up(options.resume_as, blocks);
        }
        name.resize(upload_name_size, '0');
        auto const begun = std::make_shared<azure_upload>(store, op.key(), std::move(options), std::move(name));
        begun->found(blocks);
        op.succeeded(0);
        co_return upload(begun);
    } catch (...) {
        op.rethrow();
    }
}

}  // namespace sluice::inline v0::azure
