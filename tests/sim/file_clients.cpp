#include "sim/files.hpp"

#include <sluice/open.hpp>
#include <sluice/operations.hpp>
#include <sluice/range_engine.hpp>

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

namespace sluice::sim {

namespace {

using outcome = file_trial::outcome;
using work = std::function<awaitable<void>()>;

class file_owner {
public:
    file_owner(file_trial* t, unsigned number) : t_(*t), prefix_("own" + std::to_string(number) + "/") {}

    awaitable<void> go() {
        for (std::uint64_t n = 2 + t_.world.pick(8); n > 0; --n) {
            key_ = some_key();
            co_await one();
        }
    }

private:
    // Folders come and go with them.
    std::string some_key() {
        std::string const n = std::to_string(t_.world.pick(3));
        return t_.world.pick(2) == 0 ? prefix_ + "k" + n : "shared/deep/" + prefix_ + "k" + n;
    }

    std::string fresh() { return t_.fresh(t_.world.pick(4) == 0 ? 60'000 : 3'000); }

    awaitable<void> one() {
        switch (t_.world.pick(8)) {
        case 0:
        case 1: return put();
        case 2: return create();
        case 3: return remove();
        case 4: return upload_parts();
        case 5: return copy();
        default: return read();
        }
    }

    awaitable<void> put() {
        std::string const data = fresh();
        work const write = [&]() -> awaitable<void> { co_await t_.store->put(key_, payload(data)); };
        co_await t_.attempt_write("put", key_, data, {}, write);
    }

    awaitable<void> create() {
        std::string const data = fresh();
        contents const before = t_.keys[key_].live;
        work const write = [&]() -> awaitable<void> {
            put_options options;
            options.create_only = true;
            co_await t_.store->put(key_, payload(data), options);
        };
        std::vector<errc> const logical(1, errc::already_exists);
        outcome const o = co_await t_.attempt_write("create", key_, data, logical, write);
        if (o.is(errc::already_exists) && !before.can_be_there()) t_.find("create " + key_ + ": there was nothing");
        if (o.is(errc::already_exists)) t_.keys[key_].live.is_there();
        if (o.finished && !before.can_be_missing()) t_.find("create " + key_ + " replaced an object");
    }

    awaitable<void> remove() {
        file_trial::known_key const before = t_.keys[key_];
        std::uint64_t failed = 0;
        work const write = [&]() -> awaitable<void> {
            std::vector<object_key> const keys(1, key_);
            remove_report const report = co_await t_.store->remove(keys);
            failed = report.failed.size();
        };
        co_await t_.attempt_write("remove", key_, std::nullopt, {}, write);
        if (failed == 0) co_return;
        if (t_.calm()) t_.find("remove " + key_ + " removed nothing");
        t_.keys[key_] = before;
        t_.keys[key_].may_have(std::nullopt);
    }

    awaitable<void> upload_parts() {
        std::string const data = t_.fresh(80'000);
        std::size_t const size = 4096 * (1 + t_.world.pick(8));
        work const write = [&]() -> awaitable<void> {
            put_options options;
            if (t_.world.pick(2) == 0) options.resume_as = "one of " + std::to_string(data.size());
            upload up = co_await t_.store->create_upload(key_, options);
            for (std::size_t at = 0, number = 1; at < data.size(); at += size, ++number) {
                part_place where;
                where.number = static_cast<std::uint32_t>(number);
                where.offset = at;
                co_await up.write(where, payload(data.substr(at, size)));
            }
            co_await up.complete();
        };
        co_await t_.attempt_write("upload", key_, data, {}, write);
    }

    awaitable<void> copy() {
        std::string const from = some_key();
        if (from == key_) co_return;
        contents::value const data = t_.disk.read("/data/store/" + from);  // nobody else writes it
        work const write = [&]() -> awaitable<void> { co_await t_.store->copy(from, key_); };
        if (data) {
            outcome const o = co_await t_.attempt_write("copy " + from + " to", key_, data, {}, write);
            if (o.is(errc::not_found)) t_.find("copy " + from + " did not find it");
            co_return;
        }
        outcome const o = co_await t_.attempt("copy nothing", write);
        if (o.finished) t_.find("copy " + from + " found what is not there");
    }

    awaitable<void> read() {
        contents::value there;
        range_engine_options options;
        options.threshold = 1 + t_.world.pick(20'000);
        options.part_size = 4096 + t_.world.pick(9'000);
        work const look = [&]() -> awaitable<void> {
            whole_object const got = co_await get_all(t_.store, key_, options);
            there = std::string(got.data.text());
        };
        outcome const o = co_await t_.attempt("read " + key_, look);
        bool const tells = o.finished || o.is(errc::not_found);
        if (tells && !t_.keys[key_].live.saw(there))
            t_.find("read " + key_ + " saw " + (there ? std::to_string(there->size()) + " bytes" : "nothing") +
                    ", and may see:" + t_.keys[key_].live.text());
    }

    file_trial& t_;
    std::string const prefix_;
    std::string key_;
};

}  // namespace

awaitable<void> own_files(file_trial* const t, unsigned const number) {
    file_owner one(t, number);
    co_await one.go();
}

awaitable<void> download(file_trial* const t) {
    for (std::uint64_t n = 1 + t->world.pick(4); n > 0; --n) {
        std::size_t const which = t->world.pick(t->sources.size());
        std::string const from = "src/" + std::to_string(which), to = "down/" + std::to_string(which);
        bool const plainly = t->world.pick(4) == 0;
        work const fetch = [&]() -> awaitable<void> {
            range_engine_options read;
            read.threshold = 1;
            read.part_size = 4096 * (1 + t->world.pick(6));
            if (plainly) {
                co_await get_file(t->remote, from, "/data/store/" + to, read);
                co_return;
            }
            copy_options how;
            how.read = read;
            how.keep_partial = true;
            co_await copy_object(t->remote, from, t->store, to, how);
        };
        // `get_file` needs the folder.
        if (plainly) t->disk.make_folder("/data/store/down");
        co_await t->attempt_write("download", to, t->sources[which], {}, fetch);
    }
}

awaitable<void> look_at_files(file_trial* const t) {
    for (std::uint64_t n = 3 + t->world.pick(6); n > 0; --n) {
        if (t->keys.empty()) break;
        std::string const key = std::next(t->keys.begin(), static_cast<std::ptrdiff_t>(t->world.pick(t->keys.size())))->first;
        std::optional<std::string> there;
        work const look = [&]() -> awaitable<void> {
            range_engine_options options;
            options.threshold = 1 + t->world.pick(3000);
            options.part_size = 4096;
            whole_object const got = co_await get_all(t->store, key, options);
            there = std::string(got.data.text());
        };
        outcome const o = co_await t->attempt("look at " + key, look);
        if (o.finished && !t->keys[key].live.ever(there))
            t->find("look at " + key + ": " + std::to_string(there->size()) + " bytes that nobody wrote");
        std::vector<std::string> names;
        work const list = [&]() -> awaitable<void> {
            list_page const all = co_await list_all(t->store, "");
            for (object_meta const& object : all.objects) names.push_back(object.key);
        };
        co_await t->attempt("list", list);
        if (std::ranges::adjacent_find(names, std::ranges::greater_equal()) != names.end()) t->find("list: not in order, or twice");
        for (std::string const& name : names)
            if (!t->keys.contains(name)) t->find("list: " + name + " was never written");
    }
}

}  // namespace sluice::sim
