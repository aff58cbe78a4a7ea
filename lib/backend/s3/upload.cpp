#include "backend/s3/upload.hpp"

#include "backend/s3/body_proof.hpp"
#include "backend/s3/completion.hpp"
#include "backend/s3/multipart.hpp"
#include "backend/s3/response.hpp"
#include "store/check.hpp"
#include "store/part_list.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

using retry::operation_kind;

constexpr std::size_t drain_limit = 64 * 1024;

failure ended() { return {errc::invalid_argument, "the upload has ended"}; }

/// Sends one part until it is taken: its ETag.
awaitable<result<std::string>> send_part(operation* op, recipe r, body_proof* proof) {
    if (proof->must_read()) co_await proof->read();
    proof->attach(r);
    result<http::response> answer = co_await op->send(&r);
    if (!answer) co_return std::move(answer).error();
    std::string etag = meta_of({}, answer->head()).etag;
    if (etag.empty()) co_return failure(errc::protocol, "the answer to the part names no ETag, so nothing says that it was stored");
    std::string const& checksum = proof->checksum().value;
    if (!checksum.empty()) {
        result<void> const stored = check_stored(answer->head().headers, *op->checksums().send, checksum);
        if (!stored) co_return stored.error();
    }
    co_await answer->drain(drain_limit);
    co_return etag;
}

class s3_upload final : public copying_upload {
public:
    s3_upload(std::shared_ptr<core const> store, object_key where, put_options options, std::optional<checksum_algorithm> checksum,
              std::string id)
        : store_(std::move(store)),
          where_(std::move(where)),
          options_(std::move(options)),
          checksum_(checksum),
          id_(std::move(id)) {}

    std::string id() const override { return id_; }

    std::vector<written_part> parts() const override {
        std::lock_guard const lock(mutex_);
        return parts_.parts();
    }

    awaitable<void> write(part_place where, payload data) override {
        boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
        operation op(store_, std::move(executor), "write part", where_, operation_kind::overwrite, options_);
        try {
            std::uint64_t const size = data.size();
            op.deliver(begin_part(where, size));
            sent_part part;
            part.number = where.number;
            checksum_rules rules = op.checksums();
            if (data.source()) rules = co_await op.rules_for_source();
            rules.send = checksum_;
            body_proof proof(data, rules, body_proof::source_policy::read);
            recipe r = part_recipe(where_, id_, where.number, std::move(data), options_.keeping.key);
            result<std::string> sent = co_await send_part(&op, std::move(r), &proof);
            part.etag = op.deliver(std::move(sent));
            part.checksum = proof.checksum();
            took(where, size, std::move(part));
            op.succeeded(size);
        } catch (...) {
            op.rethrow();
        }
    }

    awaitable<void> copy(part_place where, std::uint64_t length, copy_source from) override {
        boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
        operation op(by_account(store_), std::move(executor), "copy part", where_, operation_kind::overwrite, options_);
        try {
            op.deliver(begin_part(where, length));
            resolved_range const range{where.offset, length};
            recipe const r = part_copy_recipe(where_, id_, where.number, from, range, options_.keeping.key);
            result<put_result> made = co_await send_for_etag(&op, &r, "CopyPartResult");
            sent_part part;
            part.number = where.number;
            part.etag = op.deliver(std::move(made)).etag;
            took(where, length, std::move(part));
            op.succeeded(length);
        } catch (...) {
            op.rethrow();
        }
    }

    awaitable<put_result> complete() override {
        boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
        operation op(store_, std::move(executor), "complete upload", where_, operation_kind::overwrite, options_);
        try {
            std::uint64_t const size = op.deliver(whole());
            std::vector<sent_part> parts = sent();
            if (parts.empty()) {  // the protocol has no object without parts
                sent_part none;
                checksum_rules rules = op.checksums();
                rules.send = checksum_;
                body_proof proof(payload(), rules, body_proof::source_policy::read);
                recipe r = part_recipe(where_, id_, 1, payload(), options_.keeping.key);
                result<std::string> sent_none = co_await send_part(&op, std::move(r), &proof);
                none.etag = op.deliver(std::move(sent_none));
                none.checksum = proof.checksum();
                parts.push_back(std::move(none));
            }
            upload_checksums sums = sums_of(parts);
            if (size == 0) sums.whole.reset();  // nothing to protect, and MinIO computes another one of no bytes
            result<put_result> completed =
                co_await complete_upload(&op, id_, std::move(parts), size, options_, store_->settings.put_if_match, std::move(sums));
            put_result done = op.deliver(std::move(completed));
            end();
            op.succeeded(size);
            co_return std::move(done);
        } catch (...) {
            op.rethrow();
        }
    }

    awaitable<void> abort() override {
        if (has_ended()) co_return;
        boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
        operation op(store_, std::move(executor), "abort upload", where_, operation_kind::overwrite, options_);
        try {
            recipe const r = abort_recipe(where_, id_);
            result<http::response> answer = co_await op.send(&r);
            std::string const code = answer ? std::string() : answer.error().info().service_code;
            bool const gone = code == "NoSuchUpload" || code == "NoSuchBucket";
            if (!answer && !gone) op.raise(std::move(answer).error());
            end();
        } catch (...) {
            op.rethrow();
        }
    }

private:
    /// What the part held before is no more, also when it is not written to its end.
    result<void> begin_part(part_place where, std::uint64_t size) {
        if (size > max_part) return failure(errc::invalid_argument, "a part has " + std::to_string(max_part) + " bytes at most");
        std::lock_guard const lock(mutex_);
        if (ended_) return ended();
        result<void> const checked = parts_.check(where, size);
        if (!checked) return checked;
        parts_.drop(where.number);
        sent_.erase(where.number);
        return {};
    }

    void took(part_place where, std::uint64_t size, sent_part part) {
        std::lock_guard const lock(mutex_);
        parts_.add(where, size);
        sent_.insert_or_assign(where.number, std::move(part));
    }

    /// The size of the object. Errors: invalid_argument for parts that make none.
    result<std::uint64_t> whole() const {
        std::lock_guard const lock(mutex_);
        if (ended_) return ended();
        result<std::uint64_t> const size = parts_.whole();
        if (!size) return size;
        std::vector<written_part> const all = parts_.parts();
        if (result<void> const checked = check_sizes(all); !checked) return checked.error();
        return size;
    }

    std::vector<sent_part> sent() const {
        std::lock_guard const lock(mutex_);
        std::vector<sent_part> all;
        for (auto const& [number, part] : sent_) all.push_back(part);
        return all;
    }

    upload_checksums sums_of(std::vector<sent_part> const& parts) const {
        upload_checksums sums;
        sums.algorithm = checksum_;
        if (!sums.algorithm) return sums;
        std::vector<part_checksum> each;
        for (sent_part const& part : parts) each.push_back(part.checksum);
        sums.whole = combined(*sums.algorithm, each);
        return sums;
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
    std::optional<checksum_algorithm> const checksum_;  // by which its parts are checked
    std::string const id_;
    mutable std::mutex mutex_;  // guards what follows
    store::part_list parts_{max_parts};
    std::map<std::uint32_t, sent_part> sent_;
    bool ended_ = false;
};

awaitable<std::shared_ptr<s3_upload>> begin(std::shared_ptr<core const> store, object_key where, put_options options,
                                            std::optional<checksum_algorithm> checksum) {
    boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    operation op(store, std::move(executor), "create_upload", std::move(where), operation_kind::overwrite, options);
    try {
        op.deliver(store::check_key(op.key()));
        op.deliver(store->check_writing(options.keeping));
        upload_checksums sums;
        sums.algorithm = checksum;
        recipe const r = op.deliver(begin_upload_recipe(op.key(), options, store->settings.put_if_match, sums));
        result<std::string> text = co_await op.send_for_text(&r, begun_limit);
        std::string document = op.deliver(std::move(text));
        std::string id = op.deliver(parse_begun(std::move(document)));
        op.succeeded(0);
        co_return std::make_shared<s3_upload>(store, op.key(), std::move(options), checksum, std::move(id));
    } catch (...) {
        op.rethrow();
    }
}

}  // namespace

awaitable<upload> create_upload(std::shared_ptr<core const> store, object_key where, put_options options) {
    std::optional<checksum_algorithm> const checksum = store->checksums.send;
    std::shared_ptr<s3_upload> begun = co_await begin(std::move(store), std::move(where), std::move(options), checksum);
    co_return upload(std::move(begun));
}

awaitable<std::shared_ptr<copying_upload>> begin_copy(std::shared_ptr<core const> store, object_key where, put_options options) {
    std::shared_ptr<s3_upload> begun = co_await begin(std::move(store), std::move(where), std::move(options), std::nullopt);
    co_return std::move(begun);
}

}  // namespace sluice::inline v0::s3
