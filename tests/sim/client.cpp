#include "sim/trial.hpp"

#include <sluice/operations.hpp>
#include <sluice/range_engine.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace sluice::sim {

namespace {

std::string text_of(bytes const& data) { return std::string(data.text()); }

/// The operations of one client on its own keys.
class owner {
public:
    owner(trial* t, unsigned number) : t_(*t), prefix_("own/" + std::to_string(number) + "/") {}

    awaitable<void> go() {
        for (std::uint64_t n = 3 + t_.world.pick(10); n > 0; --n) {
            key_ = prefix_ + "k " + std::to_string(t_.world.pick(4)) + "+%";
            co_await one();
        }
    }

private:
    contents& known() { return t_.keys[key_]; }

    std::string fresh() {
        std::uint64_t const id = t_.fresh_id();
        return content(id, t_.world.pick(4) == 0 ? t_.world.pick(300'000) : t_.world.pick(5'000));
    }

    awaitable<void> one() {
        switch (t_.world.pick(9)) {
        case 0:
        case 1: return put();
        case 2: return create();
        case 3: return remove();
        case 4: return upload_parts();
        case 5: return stream_up();
        case 6: return copy();
        case 7: return read_whole();
        default: return read_some();
        }
    }

    /// What a write of `now` has come to; `kept` are failures that leave all as it was.
    void note(std::string const& name, outcome const& o, contents::value now, std::vector<errc> kept = {}) {
        t_.judge(name, o, kept);
        if (o.finished)
            known().wrote(std::move(now));
        else if (!o.why || std::ranges::find(kept, o.why->reason()) == kept.end())
            known().may_have(std::move(now));
    }

    awaitable<void> put() {
        std::string const data = fresh();
        known().may_have(data);  // others look while it is under way
        std::function<awaitable<void>()> const work = [&]() -> awaitable<void> { co_await t_.store->put(key_, payload(data)); };
        outcome const o = co_await t_.attempt("put " + key_, work);
        note("put " + key_, o, data);
    }

    awaitable<void> create() {
        std::string const data = fresh();
        contents const before = known();
        known().may_have(data);
        std::function<awaitable<void>()> const work = [&]() -> awaitable<void> {
            put_options options;
            options.create_only = true;
            co_await t_.store->put(key_, payload(data), options);
        };
        outcome const o = co_await t_.attempt("create " + key_, work);
        if (o.is(errc::already_exists)) {
            if (!before.can_be_there()) t_.find("create " + key_ + ": there was nothing, and it said: " + o.why->what());
            known() = before;
            known().is_there();
            co_return;
        }
        if (o.finished && !before.can_be_missing()) t_.find("create " + key_ + " replaced an object");
        note("create " + key_, o, data);
    }

    awaitable<void> remove() {
        known().may_have(std::nullopt);
        std::uint64_t removed = 0;
        std::function<awaitable<void>()> const work = [&]() -> awaitable<void> {
            std::vector<object_key> const keys(1, key_);
            remove_report const report = co_await t_.store->remove(keys);
            removed = report.removed;
        };
        outcome const o = co_await t_.attempt("remove " + key_, work);
        if (o.finished && removed == 1)
            known().wrote(std::nullopt);
        else if (o.finished && t_.sky.calm())
            t_.find("remove " + key_ + " removed nothing");
        else
            note("remove " + key_, outcome(), std::nullopt);
        t_.judge("remove " + key_, o);
    }

    awaitable<void> upload_parts() {
        bool const two = t_.world.pick(25) == 0;  // the first part must have 5 MiB
        std::uint64_t const id = t_.fresh_id();
        std::string const data = content(id, two ? (5u << 20) + 1000 : t_.world.pick(20'000));
        known().may_have(data);
        std::function<awaitable<void>()> const work = [&]() -> awaitable<void> {
            upload up = co_await t_.store->create_upload(key_);
            std::exception_ptr failed;
            try {
                for (std::size_t at = 0, number = 1; at < data.size(); at += 5u << 20, ++number) {
                    part_place where;
                    where.number = static_cast<std::uint32_t>(number);
                    where.offset = at;
                    co_await up.write(where, payload(data.substr(at, 5u << 20)));
                }
                co_await up.complete();
            } catch (error const&) {
                failed = std::current_exception();
            }
            if (!failed) co_return;
            co_await up.abort();
            std::rethrow_exception(failed);
        };
        outcome const o = co_await t_.attempt("upload " + key_, work);
        if (o.cancelled) t_.dropped(key_);  // who is cancelled can no longer abort
        note("upload " + key_, o, data, {errc::not_found});
    }

    awaitable<void> stream_up() {
        bool const in_parts = t_.world.pick(12) == 0;
        std::string const data = in_parts ? content(t_.fresh_id(), (11u << 20) + t_.world.pick(1000)) : fresh();
        known().may_have(data);
        put_stream_options options;
        options.part_size = 5u << 20;
        options.memory_limit = (5u << 20) * (1 + t_.world.pick(3));
        std::function<awaitable<void>()> const work = [&]() -> awaitable<void> {
            std::size_t at = 0;
            byte_source const from = [&](std::span<std::byte> into) -> awaitable<std::size_t> {
                std::size_t const n =
                    std::min({into.size(), data.size() - at, static_cast<std::size_t>(1 + t_.world.pick(in_parts ? 4u << 20 : 70'000))});
                std::memcpy(into.data(), data.data() + at, n);
                at += n;
                co_return n;
            };
            co_await put_stream(t_.store, key_, from, options);
        };
        outcome const o = co_await t_.attempt("stream " + key_, work);
        note("stream " + key_, o, data);
    }

    awaitable<void> copy() {
        std::string const from = prefix_ + "k " + std::to_string(t_.world.pick(4)) + "+%";
        if (from == key_) co_return;
        std::optional<std::string> const data = t_.server->get(from);  // nobody else writes it
        if (data) known().may_have(data);
        std::function<awaitable<void>()> const work = [&]() -> awaitable<void> { co_await t_.store->copy(from, key_); };
        outcome const o = co_await t_.attempt("copy " + from, work);
        if (o.is(errc::not_found) && data) t_.find("copy " + from + " did not find it");
        if (o.finished && !data) t_.find("copy " + from + " found what is not there");
        if (data)
            note("copy " + from, o, data);
        else
            t_.judge("copy " + from, o, {errc::not_found});
    }

    /// What a look at the key has shown.
    void seen(std::string const& name, outcome const& o, contents::value const& there) {
        t_.judge(name, o, {errc::not_found});
        if (o.is(errc::not_found) ? !known().saw(std::nullopt) : (o.finished && !known().saw(there)))
            t_.find(name + " saw " + (o.finished ? std::to_string(there->size()) + " bytes" : "nothing") +
                    ", and may see:" + known().text());
    }

    awaitable<void> read_whole() {
        std::string there;
        range_engine_options options;
        options.threshold = 1 + t_.world.pick(100'000);
        options.part_size = 4096 + t_.world.pick(50'000);
        std::function<awaitable<void>()> const work = [&]() -> awaitable<void> {
            whole_object const got = co_await get_all(t_.store, key_, options);
            there = text_of(got.data);
        };
        outcome const o = co_await t_.attempt("read " + key_, work);
        seen("read " + key_, o, there);
    }

    awaitable<void> read_some() {
        std::string there;
        std::function<awaitable<void>()> const work = [&]() -> awaitable<void> {
            body_reader body = co_await t_.store->get(key_);
            std::vector<std::byte> piece(1 + t_.world.pick(9000));
            for (;;) {
                std::size_t const n = co_await body.read_some(piece);
                if (n == 0) break;
                there.append(reinterpret_cast<char const*>(piece.data()), n);
            }
        };
        outcome const o = co_await t_.attempt("get " + key_, work);
        seen("get " + key_, o, there);
    }

    trial& t_;
    std::string const prefix_;
    std::string key_;
};

}  // namespace

awaitable<void> own_keys(trial* const t, unsigned const number) {
    owner one(t, number);
    co_await one.go();
}

}  // namespace sluice::sim
