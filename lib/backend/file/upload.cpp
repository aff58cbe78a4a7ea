#include "backend/file/upload.hpp"

#include "backend/file/folders.hpp"
#include "backend/file/keeper.hpp"
#include "backend/file/operation.hpp"
#include "backend/file/publish.hpp"
#include "backend/file/usable.hpp"
#include "backend/file/writing.hpp"
#include "store/part_list.hpp"

#include <mutex>
#include <utility>

namespace sluice::inline v0::file {

namespace {

failure ended() { return {errc::invalid_argument, "the upload has ended"}; }

class file_upload final : public upload_target {
public:
    file_upload(std::shared_ptr<core const> store, keeper& owner, begun_file begun, put_options options)
        : store_(std::move(store)),
          options_(std::move(options)),
          where_(std::move(begun.where)),
          writer_(std::move(begun.writer)),
          lasts_(begun.file.log != nullptr) {
        for (written_part const& part : begun.file.parts) parts_.add(part.where, part.size);
        file_ = std::make_unique<kept<lasting_file>>(owner, std::move(begun.file));
    }

    std::string id() const override { return {}; }

    std::vector<written_part> parts() const override {
        std::lock_guard const lock(mutex_);
        return parts_.parts();
    }

    awaitable<void> write(part_place where, payload data) override {
        auto work = [this, where, data = std::move(data)](operation* op) { return write_part(op, where, data); };
        return at_edge<void>(store_, "write part", where_.whole(), options_, std::move(work));
    }

    awaitable<put_result> complete() override {
        auto const work = [this](operation* op) { return publish_all(op); };
        return at_edge<put_result>(store_, "complete upload", where_.whole(), options_, work);
    }

    awaitable<void> abort() override {
        auto const work = [this](operation* op) { return discard(op); };
        return at_edge<void>(store_, "abort upload", where_.whole(), options_, work);
    }

private:
    awaitable<result<void>> write_part(operation* op, part_place where, payload data) {
        result<std::vector<std::uint32_t>> const spoilt = begin_part(where, data.size());
        if (!spoilt) co_return spoilt.error();
        lasting_file* const into = file_->get();
        result<usable_file> to = usable(into == nullptr ? nullptr : &into->fresh.content(), op->files());
        if (!to) co_return to.error();
        result<void> done = result<void>();
        for (std::uint32_t const number : *spoilt)
            if (lasts_ && done) done = co_await into->log->undo(&op->files(), number);
        if (done) done = co_await writer_->write(to->get(), where.offset, &data);
        if (done && lasts_) done = co_await into->log->finished(&op->files(), {where, data.size()});
        if (!done) co_return done;
        std::lock_guard const lock(mutex_);
        parts_.add(where, data.size());
        co_return result<void>();
    }

    /// What the part held before is no more, also when it is not written to its end; nor are other parts that it runs into. The numbers of
    /// all that may be listed.
    result<std::vector<std::uint32_t>> begin_part(part_place where, std::uint64_t size) {
        std::lock_guard const lock(mutex_);
        if (!file_) return ended();
        result<void> const checked = parts_.check(where, size);
        if (!checked) return checked.error();
        std::vector<std::uint32_t> spoilt = parts_.spoilt_by(where, size);
        for (std::uint32_t const number : spoilt) parts_.drop(number);
        spoilt.push_back(where.number);  // one whose line has failed may be listed, too
        return spoilt;
    }

    awaitable<result<put_result>> publish_all(operation* op) {
        if (!file_) co_return ended();
        result<std::uint64_t> const size = parts_.whole();
        if (!size) co_return size.error();
        result<lasting_file*> const whole = come_over(op);
        if (!whole) co_return whole.error();
        fresh_file* const fresh = &(*whole)->fresh;
        result<void> finished = co_await writer_->finish(&fresh->content(), *size);
        if (finished && lasts_) finished = co_await fresh->content().resize(*size);  // nobody here knows what else was written before
        if (!finished) co_return finished.error();
        result<put_result> done = co_await publish(op, fresh, where_, publish_terms(options_));
        if (done) {
            op->succeeded(*size);
            std::unique_ptr<kept<lasting_file>> const published = std::move(file_);
            if (lasts_) co_await (*whole)->log->remove(&fresh->folder());  // a rest that nobody believes, should this fail
        }
        co_return std::move(done);
    }

    awaitable<result<void>> discard(operation* op) {
        if (!file_) co_return result<void>();
        result<lasting_file*> const there = come_over(op);
        if (!there && lasts_) co_return there.error();  // it stays
        result<void> gone = result<void>();
        if (there && lasts_) gone = co_await (*there)->log->remove(&(*there)->fresh.folder());
        if (there && gone) gone = co_await (*there)->fresh.discard();
        if (!gone) co_return gone;
        file_.reset();
        result<roots::folder> const root = co_await op->living_root();
        if (root) co_await prune_folders(op, *root, where_.folder);  // no key could have the name of one that stays
        co_return gone;
    }

    /// Nothing else is under way: the file becomes that of the context that ends the upload.
    result<lasting_file*> come_over(operation* op) {
        lasting_file* const here = file_->get();
        if (here == nullptr) return failure(errc::io, "the context the upload was begun on has gone");
        if (&here->fresh.content().handle().owner() == &op->files().provider()) return here;
        lasting_file moved;
        if (here->log) {
            result<std::unique_ptr<journal>> log = here->log->move_to(op->files());
            if (!log) return log.error();
            moved.log = std::move(*log);
        }
        result<fresh_file> fresh = here->fresh.move_to(op->files());
        if (!fresh) return fresh.error();
        moved.fresh = std::move(*fresh);
        file_ = std::make_unique<kept<lasting_file>>(keeper::of(op->executor()), std::move(moved));
        return file_->get();
    }

    std::shared_ptr<core const> const store_;
    put_options const options_;
    key_path const where_;
    std::unique_ptr<part_writer> const writer_;
    mutable std::mutex mutex_;  // guards what follows while parts are written
    store::part_list parts_{max_parts};
    bool const lasts_;
    std::unique_ptr<kept<lasting_file>> file_;  // null when the upload has ended
};

using target = std::shared_ptr<upload_target>;

awaitable<result<target>> begin(operation* op, std::shared_ptr<core const> store, put_options options) {
    result<begun_file> begun = co_await begin_object(op, options);
    if (!begun) co_return begun.error();
    co_return std::make_shared<file_upload>(std::move(store), keeper::of(op->executor()), std::move(*begun), std::move(options));
}

}  // namespace

awaitable<upload> create_upload(std::shared_ptr<core const> store, object_key where, put_options options) {
    auto work = [store, options](operation* op) { return begin(op, store, options); };
    target begun = co_await at_edge<target>(store, "create_upload", std::move(where), options, std::move(work));
    co_return upload(std::move(begun));
}

}  // namespace sluice::inline v0::file
