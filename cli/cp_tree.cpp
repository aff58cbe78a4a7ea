#include "copying.hpp"
#include "progress_display.hpp"
#include "text/printable.hpp"
#include "verbs.hpp"

#include <sluice/async/semaphore.hpp>
#include <sluice/async/task_group.hpp>

#include <algorithm>
#include <utility>

namespace sluice::inline v0::cli {

namespace {

constexpr std::size_t memory = 256u << 20;  // of all copies under way
constexpr std::size_t most_copies = 64;     // side by side

/// What a copy may hold in memory, as a share of the whole.
std::size_t share_of(object_meta const& object) {
    return static_cast<std::size_t>(std::clamp<std::uint64_t>(object.size, memory / most_copies, memory / 2));
}

/// A zero-byte object named like a folder, as consoles make them: there is nothing to copy.
bool is_folder_marker(object_meta const& object) { return object.size == 0 && object.key.ends_with('/'); }

/// The root of a tree: a folder, or a bucket with the part of the keys in front of it.
opened tree_at(session& at, place const& where) {
    if (where.is_stream()) refuse_copy("is no folder", where.text);
    if (where.is_local()) return at.open(where.uri_of(where.path.ends_with('/') ? where.path : where.path + '/'));
    opened there = at.open(where.text);
    if (!there.key.empty() && there.key.back() != '/') there.key += '/';
    return there;
}

class tree_copy {
public:
    tree_copy(session& at, cp_options const& options)
        : at_(at),
          how_(copying(at, options)),
          from_(tree_at(at, place_of(options.from))),
          to_(tree_at(at, place_of(options.to))),
          text_(without_secrets(options.from)),
          room_(memory),
          display_(at.global().progress, at.global().verbosity) {
        how_.read.memory_limit = memory / 2;
        if (how_.read.strategy == read_strategy::sharded) refuse_copy("strategy sharded is for one object, not for -r", text_);
        if (place_of(options.from).what == place::kind::file) throw_error(failure(errc::not_found, "there is no such folder"), "cp", text_);
        std::string const from = from_.store->uri() + from_.key, to = to_.store->uri() + to_.key;
        if (to.starts_with(from)) refuse_copy("lies within what is to be copied", options.to);
    }

    awaitable<void> run() {
        auto const all = [this](async::task_group& group) { return copy_all(&group); };
        co_await async::with_task_group(all);
        if (seen_ == 0) throw_error(failure(errc::not_found, "there is nothing below it"), "cp", text_);
        display_.summary(done_, copied_);
    }

private:
    awaitable<void> copy_all(async::task_group* group) {
        page_visitor const each = [this, group](list_page page) -> awaitable<bool> {
            for (object_meta& object : page.objects) {
                ++seen_;
                if (is_folder_marker(object)) continue;
                total_ += object.size;
                async::semaphore::permit room = co_await room_.acquire(share_of(object));
                group->spawn([this, object = std::move(object), room = std::move(room)]() mutable {
                    return copy_one(std::move(object), std::move(room));
                });
            }
            co_return true;
        };
        co_await for_each_page(from_.store, from_.key, list_options(), each);
    }

    /// One that fails is told of; the others go on.
    awaitable<void> copy_one(object_meta object, async::semaphore::permit) {
        object_key as = to_.key + object.key.substr(from_.key.size());
        copy_options how = how_;
        std::uint64_t told = 0;
        how.report = [this, &told](std::uint64_t done, std::uint64_t) {
            done_ += done - std::exchange(told, done);
            display_.update(done_, total_);
        };
        std::string const from = from_.store->uri() + object.key, to = to_.store->uri() + as;
        copied done;
        try {
            done = co_await copy_object(from_.store, std::move(object.key), to_.store, std::move(as), std::move(how));
        } catch (error const& e) {
            if (e.reason() == errc::cancelled) throw;
            done_ -= told;
            at_.report(e);
            co_return;
        }
        ++copied_;
        co_await tell_copy(&at_, from, to, done.object.size, done.put.etag, done.resumed);
    }

    session& at_;
    copy_options how_;
    opened const from_, to_;
    std::string const text_;
    async::semaphore room_;
    progress_display display_;
    std::uint64_t seen_ = 0, copied_ = 0, done_ = 0, total_ = 0;
};

}  // namespace

void run_tree_copy(session& at, cp_options const& options) {
    tree_copy whole(at, options);
    at.run([&whole] { return whole.run(); });
}

}  // namespace sluice::inline v0::cli
