#include "model/actor.hpp"

#include <sluice/operations.hpp>

#include <algorithm>
#include <utility>

namespace sluice::model {

namespace {

put_options conditions(operation const& op, std::string const& etag) {
    put_options options;
    options.create_only = op.when == condition::create_only;
    options.if_match = etag;
    return options;
}

get_options read_conditions(operation const& op, std::string const& etag) {
    get_options options;
    (op.when == condition::not_current ? options.if_none_match : options.if_match) = etag;
    options.range = op.what == act::get ? op.range : byte_range::whole();
    return options;
}

/// Pieces that are shorter than a part.
byte_source pieces_of(std::string data) {
    return [rest = std::make_shared<std::string>(std::move(data))](std::span<std::byte> into) -> awaitable<std::size_t> {
        std::size_t const n = std::min({into.size(), rest->size(), std::size_t{777}});
        std::ranges::copy(std::as_bytes(std::span(*rest)).first(n), into.begin());
        rest->erase(0, n);
        co_return n;
    };
}

std::string told(std::string data, object_meta const& object) { return data + " of " + std::to_string(object.size); }

awaitable<std::string> whole_body(body_reader* body) {
    std::string data, piece(3000, '\0');
    for (;;) {
        std::size_t const n = co_await body->read_some(std::as_writable_bytes(std::span(piece)));
        if (n == 0) co_return data;
        data.append(piece, 0, n);
    }
}

}  // namespace

awaitable<void> actor::write(operation op, std::string etag, answer* const out) {
    put_result done;
    if (op.what == act::put) {
        payload data(data_of(op));
        done = co_await store_->put(op.key, std::move(data), conditions(op, etag));
    } else if (op.what == act::stream) {
        put_stream_options options;
        options.put = conditions(op, etag);
        options.part_size = 8000;
        byte_source const from = pieces_of(data_of(op));
        done = co_await put_stream(store_, op.key, from, options);
    } else {
        store_copy_options options;
        static_cast<put_options&>(options) = conditions(op, etag);
        copied const copy = co_await store_->copy(op.key, op.other, options);
        done = copy.put;
        out->text = std::to_string(copy.object.size);
    }
    out->etag = done.etag;
}

awaitable<void> actor::look(operation op, std::string etag, answer* const out) {
    get_options const options = read_conditions(op, etag);
    object_meta object;
    if (op.what == act::head) {
        object = co_await store_->head(op.key, options);
        out->text = std::to_string(object.size);
    } else if (op.what == act::get) {
        body_reader body = co_await store_->get(op.key, options);
        object = body.object();
        std::string data = co_await whole_body(&body);
        out->text = told(std::move(data), object);
    } else {
        std::string room(op.room, '\0');
        read_result const done = co_await store_->read(op.key, op.range, std::as_writable_bytes(std::span(room)), options);
        object = done.object;
        out->text = told(room.substr(0, done.range.length), object);
    }
    out->etag = object.etag;
}

awaitable<void> actor::list(operation op, answer* const out) {
    list_options options;
    options.delimiter = op.delimiter;
    options.start_after = op.after;
    options.max_keys = op.page;
    std::vector<std::string> lines, groups;
    std::string wrong;
    for (unsigned pages = 0; pages == 0 || !options.next.empty(); ++pages) {
        if (pages > 1000) wrong = "pages without end";
        if (!wrong.empty()) break;
        list_page const page = co_await store_->list(op.prefix, options);
        if (page.objects.size() + page.prefixes.size() > op.page) wrong = "a page of more than was asked for";
        for (object_meta const& one : page.objects) lines.push_back(one.key + " " + std::to_string(one.size) + " " + one.etag + "\n");
        for (std::string const& group : page.prefixes) groups.push_back("group " + group + "\n");
        options.next = page.next;
    }
    if (!store_->can().ordered_listing) std::ranges::sort(lines), std::ranges::sort(groups);
    for (std::string const& line : lines) out->text += line;
    for (std::string const& line : groups) out->text += line;
    out->text += wrong;
}

awaitable<void> actor::begin(operation op, std::string etag) {
    if (uploads_[op.slot]) co_return;
    upload fresh = co_await store_->create_upload(op.key, conditions(op, etag));
    uploads_[op.slot].emplace(std::move(fresh));
}

awaitable<void> actor::end(operation op, answer* const out) {
    std::optional<upload> const one = uploads_[op.slot];
    if (!one) co_return;
    upload ending = *one;
    if (op.what == act::abort) {
        uploads_[op.slot].reset();
        co_await ending.abort();
        co_return;
    }
    std::optional<error> why;
    try {
        put_result const done = co_await ending.complete();
        out->etag = done.etag;
    } catch (error const& e) {
        why = e;
    }
    bool const goes_on = why && why->reason() == errc::invalid_argument;
    if (!goes_on) uploads_[op.slot].reset();
    if (why && !goes_on) co_await ending.abort();
    if (why) throw *why;
}

awaitable<void> actor::attempt(operation op, std::string etag, answer* const out) {
    switch (op.what) {
    case act::put:
    case act::stream:
    case act::copy: co_await write(op, etag, out); break;
    case act::begin: co_await begin(op, etag); break;
    case act::part:
        if (uploads_[op.slot]) {
            payload data(data_of(op));
            co_await uploads_[op.slot]->write({op.number, std::uint64_t{op.number - 1} * part_size}, std::move(data));
        }
        break;
    case act::complete:
    case act::abort: co_await end(op, out); break;
    case act::head:
    case act::get:
    case act::read: co_await look(op, etag, out); break;
    case act::list: co_await list(op, out); break;
    case act::remove: {
        std::vector<object_key> keys = op.more;
        keys.push_back(op.key);
        remove_report const report = co_await store_->remove(std::move(keys));
        out->text = std::to_string(report.failed.size()) + " failed";
        break;
    }
    }
}

awaitable<answer> actor::perform(operation op, std::string etag) {
    answer out;
    try {
        co_await attempt(op, etag, &out);
    } catch (error const& e) {
        out.failed = e.reason();
        out.why = e.what();
    }
    co_return out;
}

}  // namespace sluice::model
