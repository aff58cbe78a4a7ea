#include "backend/file/lister.hpp"

#include "backend/file/folder_entry.hpp"
#include "backend/file/version.hpp"
#include "uring/errors.hpp"
#include "uring/look.hpp"

#include <sluice/async/task_group.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>

namespace sluice::inline v0::file {

namespace {

constexpr std::size_t batch_size = 1024;
constexpr std::size_t most_folders = 64;  // open for one batch
constexpr std::size_t bulk_size = 128;
constexpr std::size_t questions_in_flight = 32;

/// Of several coroutines that go on until one of them fails. Threads: any.
class first_failure {
public:
    void take(result<void> const& done) {
        if (done) return;
        std::lock_guard const lock(mutex_);
        if (!failed_.exchange(true)) outcome_ = done;
    }
    explicit operator bool() const noexcept { return failed_; }
    result<void> const& outcome() const noexcept { return outcome_; }  ///< when all have ended

private:
    std::atomic<bool> failed_ = false;
    std::mutex mutex_;
    result<void> outcome_ = result<void>();
};

}  // namespace

awaitable<result<std::vector<candidate>>> lister::next(std::size_t limit) {
    std::vector<candidate> batch;
    while (batch.empty() && !at_end_) {
        result<void> done = co_await gather(&batch, std::min(limit, batch_size));
        if (done) done = co_await look_at_all(&batch);
        if (!done) co_return done.error();
        if (!batch.empty()) missed_last_ = !batch.back().there;
        misses_ += std::erase_if(batch, [](candidate const& c) { return !c.there; });
    }
    co_return std::move(batch);
}

awaitable<result<void>> lister::gather(std::vector<candidate>* batch, std::size_t limit) {
    batch->reserve(limit);
    for (std::size_t folders = 0; batch->size() < limit && folders < most_folders;) {
        list_walk::step const step = walk_->next();
        if (step == list_walk::step::end) {
            at_end_ = true;
            break;
        }
        if (step == list_walk::step::read_folder) {
            result<void> const read = co_await reader_.read(walk_.get());
            if (!read) co_return read;
            continue;
        }
        bool const in_folder = step == list_walk::step::object && walk_->kind() == entry_kind::file;
        if (in_folder && !is_in_folder()) {
            result<void> const there = co_await go_to_folder();
            if (!there) co_return there;
            ++folders;
        }
        add(batch, step);
    }
    co_return result<void>();
}

/// Whether `folder_` is that of the walk's key.
bool lister::is_in_folder() const noexcept {
    std::string_view const key = walk_->key();
    return folder_known_ && key.substr(0, key.size() - walk_->name().size()) == in_front_;
}

awaitable<result<void>> lister::go_to_folder() {
    folder_known_ = false;
    in_front_ = walk_->key();
    in_front_.resize(in_front_.size() - walk_->name().size());
    result<folder_reader::folder> opened = co_await reader_.open(walk_->folder());
    folder_ = nullptr;
    if (!opened && opened.error().reason() != errc::not_found) co_return opened.error();
    if (opened) folder_ = std::move(*opened);
    folder_known_ = true;
    co_return result<void>();
}

void lister::add(std::vector<candidate>* batch, list_walk::step step) const {
    candidate& found = batch->emplace_back();
    found.key = walk_->key();
    found.kind = walk_->kind();
    if (step == list_walk::step::group) {
        found.group = walk_->group();
        found.there = found.kind == entry_kind::file;
    } else if (found.kind == entry_kind::file) {
        found.folder = folder_;
    }
}

// Files in bulk, links and folders each by itself.
awaitable<result<void>> lister::look_at_all(std::vector<candidate>* batch) {
    std::vector<candidate*> files, others;
    for (candidate& c : *batch) {
        if (c.folder) files.push_back(&c);
        if (c.kind != entry_kind::file) others.push_back(&c);
    }
    if (files.size() + others.size() <= 1) {
        result<void> done = co_await look_at_files(files);
        if (done && !others.empty()) done = co_await look_at(others.front());
        co_return done;
    }
    std::atomic<std::size_t> at = 0;
    first_failure failed;
    auto const one_by_one = [&]() -> awaitable<void> {
        for (std::size_t i = at++; i < others.size() && !failed; i = at++) {
            result<void> const done = co_await look_at(others[i]);
            failed.take(done);
        }
    };
    auto const in_bulk = [&](std::span<candidate* const> some) -> awaitable<void> {
        result<void> const done = co_await look_at_files(some);
        failed.take(done);
    };
    auto const body = [&](async::task_group& group) -> awaitable<void> {
        for (std::span<candidate* const> rest = files; !rest.empty();) {
            std::span<candidate* const> const some = rest.first(std::min(rest.size(), bulk_size));
            group.spawn([&in_bulk, some] { return in_bulk(some); });
            rest = rest.subspan(some.size());
        }
        std::size_t const workers = std::min(questions_in_flight, others.size());
        for (std::size_t n = 0; n < workers; ++n) group.spawn([&one_by_one] { return one_by_one(); });
        co_return;
    };
    co_await async::with_task_group(body);
    co_return failed.outcome();
}

awaitable<result<void>> lister::look_at_files(std::span<candidate* const> files) {
    std::vector<uring::look> looks;
    looks.reserve(files.size());
    for (candidate const* const c : files) looks.emplace_back(c->folder.get(), c->name());
    co_await uring::look_at_all(looks);
    for (std::size_t i = 0; i < files.size(); ++i) {
        uring::look const& found = looks[i];
        bool const gone = found.error != 0 && uring::reason_of(found.error) == errc::not_found;
        if (gone) continue;
        if (found.error != 0) co_return found.outcome().error();
        if (found.status.kind == uring::file_kind::regular) files[i]->is(found.status);
    }
    co_return result<void>();
}

awaitable<result<void>> lister::look_at(candidate* what) {
    if (what->kind == entry_kind::folder) {
        std::string path = what->key.substr(0, what->key.size() - 1);
        result<bool> const found = co_await has_object(root_.get(), std::move(path), walk_->after());
        if (!found) co_return found.error();
        what->there = *found;
        co_return result<void>();
    }
    result<std::optional<uring::file_status>> const target = co_await follow_link(root_.get(), what->key);
    if (!target) co_return target.error();
    if (*target) what->is(**target);
    co_return result<void>();
}

void candidate::is(uring::file_status const& status) {
    there = true;
    if (group.empty()) meta = meta_of(key, status);
}

}  // namespace sluice::inline v0::file
