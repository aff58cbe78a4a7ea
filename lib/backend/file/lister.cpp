#include "backend/file/lister.hpp"

#include "backend/file/folder_entry.hpp"
#include "backend/file/version.hpp"

#include <sluice/async/task_group.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <set>

namespace sluice::inline v0::file {

namespace {

constexpr std::size_t batch_size = 512;
constexpr std::size_t most_folders = 64;  // open for one batch
constexpr std::size_t questions_in_flight = 32;

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
    std::set<uring::directory*> folders;
    while (batch->size() < limit && folders.size() < most_folders) {
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
        result<candidate> found = co_await came_to(step);
        if (!found) co_return found.error();
        if (found->folder) folders.insert(found->folder.get());
        batch->push_back(std::move(*found));
    }
    co_return result<void>();
}

awaitable<result<candidate>> lister::came_to(list_walk::step step) {
    candidate found;
    found.key = walk_->key();
    found.name = walk_->name();
    found.kind = walk_->kind();
    if (step == list_walk::step::group) {
        found.group = walk_->group();
        found.there = found.kind == entry_kind::file;
    } else if (found.kind == entry_kind::file) {
        result<folder_reader::folder> folder = co_await reader_.open(walk_->folder());
        if (!folder && folder.error().reason() != errc::not_found) co_return folder.error();
        if (folder) found.folder = std::move(*folder);
    }
    co_return std::move(found);
}

awaitable<result<void>> lister::look_at_all(std::vector<candidate>* batch) {
    if (batch->empty()) co_return result<void>();
    if (batch->size() == 1) co_return co_await look_at(&batch->front());
    std::atomic<std::size_t> at = 0;
    std::mutex mutex;
    result<void> outcome = result<void>();
    auto const work = [&]() -> awaitable<void> {
        for (std::size_t i = at++; i < batch->size(); i = at++) {
            result<void> const done = co_await look_at(&(*batch)[i]);
            if (done) continue;
            std::lock_guard const lock(mutex);
            outcome = done;
            at = batch->size();
        }
    };
    auto const body = [&](async::task_group& group) -> awaitable<void> {
        std::size_t const workers = std::min(questions_in_flight, batch->size());
        for (std::size_t n = 0; n < workers; ++n) group.spawn([&work] { return work(); });
        co_return;
    };
    co_await async::with_task_group(body);
    co_return outcome;
}

awaitable<result<void>> lister::look_at(candidate* what) {
    if (what->there) co_return result<void>();
    result<bool> found = false;
    if (what->kind == entry_kind::folder) {
        std::string path = what->key.substr(0, what->key.size() - 1);
        found = co_await has_object(root_.get(), std::move(path), walk_->after());
    } else {
        found = co_await look_at_file(what);
    }
    if (!found) co_return found.error();
    what->there = *found;
    co_return result<void>();
}

awaitable<result<bool>> lister::look_at_file(candidate* what) {
    std::optional<uring::file_status> status;
    if (what->kind == entry_kind::link) {
        result<std::optional<uring::file_status>> const target = co_await follow_link(root_.get(), what->key);
        if (!target) co_return target.error();
        status = *target;
    } else if (what->folder) {
        result<uring::file_status> const found = co_await what->folder->status(what->name);
        if (!found && found.error().reason() != errc::not_found) co_return found.error();
        if (found && found->kind == uring::file_kind::regular) status = *found;
    }
    if (status && what->group.empty()) what->meta = meta_of(what->key, *status);
    co_return status.has_value();
}

}  // namespace sluice::inline v0::file
