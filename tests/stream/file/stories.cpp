#include "stories.hpp"

#include "store/partial_name.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <fcntl.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace sluice::test {

namespace {

std::string const old_k = tale(story_size, 1), new_k = tale(story_size + 7, 2);

awaitable<void> put_new(folder_store at, put_options options) { co_await put(at, "f/k", new_k, std::move(options)); }

awaitable<void> swap(folder_store at) {
    object_meta const now = co_await at.store->head("f/k");
    put_options options;
    options.if_match = now.etag;
    co_await put(at, "f/k", new_k, options);
}

awaitable<void> upload_parts(folder_store at) {
    upload to = co_await at.store->create_upload("f/k");
    payload back(std::string_view(new_k).substr(30'000)), front(std::string_view(new_k).substr(0, 30'000));
    co_await to.write({2, 30'000}, std::move(back));
    co_await to.write({1, 0}, std::move(front));
    co_await to.complete();
}

std::atomic<std::uint64_t> taken_up = 0;

constexpr std::size_t few = 4, many = 20;

/// Writes what is not there of the first `most` of so many parts.
awaitable<upload> fill_parts(folder_store at, std::size_t count, std::size_t most) {
    put_options options;
    options.resume_as = "the new content";
    upload to = co_await at.store->create_upload("f/k", options);
    std::vector<bool> there(count + 1);
    for (written_part const& part : to.parts()) there.at(part.where.number) = true;
    taken_up += to.parts().size();
    std::size_t const size = new_k.size() / count + 1;
    for (std::uint32_t n = 1; n <= most; ++n) {
        if (there[n]) continue;
        payload part(std::string_view(new_k).substr((n - 1) * size, size));
        co_await to.write({n, (n - 1) * size}, std::move(part));
    }
    co_return to;
}

awaitable<void> upload_lasting(folder_store at, std::size_t count) {
    upload to = co_await fill_parts(at, count, count);
    co_await to.complete();
}

awaitable<void> upload_and_abort(folder_store at) {
    upload to = co_await fill_parts(at, few, 2);
    co_await to.abort();
}

awaitable<void> put_pieces(folder_store at) {
    std::vector<bytes> pieces;
    for (std::size_t i = 0; i < new_k.size(); i += 500) pieces.push_back(bytes::copy_of(std::string_view(new_k).substr(i, 500)));
    payload data(std::move(pieces));
    co_await at.store->put("f/k", std::move(data));
}

awaitable<void> remove_two(folder_store at) {
    std::vector<object_key> const keys{"f/k", "f/never-was"};
    remove_report const report = co_await at.store->remove(keys);
    if (!report.failed.empty()) throw_error(failure(errc::io, report.failed.front().message), "remove", "f/k");
}

awaitable<void> read_all_ways(folder_store at) {
    object_meta const about = co_await at.store->head("f/k");
    CHECK(about.size == story_size);
    std::string into(story_size, 'x');
    co_await at.store->read("f/k", byte_range::whole(), std::as_writable_bytes(std::span(into)));
    CHECK((into == old_k));
    body_reader body = co_await at.store->get("f/k");
    std::string streamed(story_size, 'x');
    std::size_t const n = co_await body.read_all(std::as_writable_bytes(std::span(streamed)));
    CHECK(n == story_size);
    CHECK((streamed == old_k));
}

awaitable<void> list_twice(folder_store at) {
    list_page const all = co_await list_all(at.store, "");
    CHECK(keys_of(all) == std::vector<std::string>{"f/k", "other"});
    list_options level;
    level.delimiter = "/";
    list_page const top = co_await list_all(at.store, "", level);
    CHECK(top.prefixes == std::vector<std::string>{"f/"});
}

/// Tells the story to its end, and how that was. A cancel between two operations is Asio's to tell.
awaitable<void> told(file_story const* story, folder_store at, story_end* end) {
    try {
        co_await story->tell(at);
        end->succeeded = true;
    } catch (error const& e) {
        end->why = e;
    } catch (boost::system::system_error const& e) {
        if (e.code() == asio::error::operation_aborted) end->why = error(errc::cancelled, error_info());
        if (!end->why) end->foreign = e.what();
    } catch (std::exception const& e) {
        end->foreign = e.what();
    }
    co_await asio::this_coro::throw_if_cancelled(false);  // Asio 1.26 loses the end of a coroutine that was cancelled and never waited
}

}  // namespace

std::vector<file_story> write_stories() {
    put_options once;
    once.create_only = true;
    auto const plain = [](folder_store at) { return put_new(at, put_options()); };
    auto const create = [once](folder_store at) { return put_new(at, once); };
    return {
        {"put of a new key", plain, std::nullopt, new_k},           {"put over an old one", plain, old_k, new_k},
        {"create-only put", create, std::nullopt, new_k},           {"compare and swap", swap, old_k, new_k},
        {"upload of a new key", upload_parts, std::nullopt, new_k}, {"upload over an old one", upload_parts, old_k, new_k},
        {"put of many pieces", put_pieces, old_k, new_k},
    };
}

std::vector<file_story> resumable_stories() {
    auto const in_few = [](folder_store at) { return upload_lasting(at, few); };
    std::vector<file_story> all{{"lasting upload of a new key", in_few, std::nullopt, new_k},
                                {"lasting upload gone on with", in_few, old_k, new_k},
                                {"lasting upload that is aborted", upload_and_abort, old_k, {}}};
    for (file_story& story : all) story.resumes = true;
    all[1].parts_left = 2;
    return all;
}

file_story story_of_many_parts() {
    file_story story{"lasting upload in many parts", [](folder_store at) { return upload_lasting(at, many); }, old_k, new_k};
    story.resumes = true;
    return story;
}

std::uint64_t parts_taken_up() { return taken_up; }

std::vector<file_story> other_stories() {
    file_story remove{"remove", remove_two, old_k, {}};
    remove.removes = true;
    return {remove, {"reads", read_all_ways, old_k, {}}, {"listings", list_twice, old_k, {}}};
}

void prepare(file_story const& story, std::string const& path) {
    write_file(path + "/other", "other");
    if (!story.old_content) return;
    fs::create_directory(path + "/f");
    write_file(path + "/f/k", *story.old_content);
    if (story.parts_left == 0) return;
    folder_store const at(path, [&] {
        file_settings settings;
        settings.root = path;
        return make_file_store(settings);
    }());
    run([&]() -> awaitable<void> { co_await fill_parts(at, few, static_cast<std::size_t>(story.parts_left)); });
}

std::int32_t without_unnamed(uring::request const& what) {
    bool const unnamed = what.what == uring::opcode::open && (what.offset & O_TMPFILE) == O_TMPFILE;
    return unnamed ? -EOPNOTSUPP : 0;
}

story_end run_story(file_story const& story, std::string const& path, bool unnamed_files, incident happens, file_settings settings) {
    story_end end;
    fault_script script;
    asio::cancellation_signal stop;
    asio::io_context context(1);
    asio::any_io_executor const executor = context.get_executor();
    script.before = [&](std::uint64_t number, uring::request& what) -> std::int32_t {
        if (!unnamed_files && without_unnamed(what) != 0) return -EOPNOTSUPP;
        if (number != happens.at) return 0;
        bool const transfer = what.what == uring::opcode::read || what.what == uring::opcode::write;
        switch (happens.what) {
        case incident::kind::none: break;
        case incident::kind::error: return -happens.error;
        case incident::kind::short_transfer:
            if (transfer && settings.access == file_access::buffered) what.length = (what.length + 1) / 2;
            // Past the page cache a system does less by whole blocks.
            if (transfer && settings.access == file_access::direct && what.length > 4096)
                what.length = (what.length / 2 + 4095) / 4096 * 4096;
            break;
        case incident::kind::cancel: stop.emit(asio::cancellation_type::terminal); break;
        case incident::kind::destroy: context.stop(); break;
        }
        return 0;
    };
    go_by(executor, script);
    settings.root = path;
    folder_store const at(path, make_file_store(settings));
    std::function<awaitable<void>()> const body = [&] { return told(&story, at, &end); };
    bool ended = false;
    asio::co_spawn(executor, body, asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr) { ended = true; }));
    context.run_for(std::chrono::seconds(30));
    end.destroyed = !ended;
    CHECK_MESSAGE((ended || happens.what == incident::kind::destroy), story.name);
    end.calls = script.calls;
    return end;
}

void check_outcome(file_story const& story, std::string const& path, story_end const& end, std::string const& which) {
    CHECK_MESSAGE(end.foreign.empty(), which << ": " << end.foreign);
    CHECK_MESSAGE(read_file(path + "/other") == "other", which);
    std::vector<std::string> names = tree_of(path);
    bool const may_leave = story.may_leave || (story.resumes && !end.succeeded);
    std::erase_if(names, [&](std::string const& name) {
        bool const left = may_leave && name.starts_with("f/") && store::is_partial_name(name.substr(2));
        return left || name == "f/" || name == "f/k" || name == "other";
    });
    CHECK_MESSAGE(names.empty(), which << ": " << (names.empty() ? "" : names.front()));

    bool const there = fs::exists(path + "/f/k");
    std::string const now = there ? read_file(path + "/f/k") : std::string();
    bool const is_old = there == story.old_content.has_value() && (!there || now == *story.old_content);
    bool const is_new = story.removes ? !there : story.new_content.empty() ? is_old : there && now == story.new_content;
    CHECK_MESSAGE((is_old || is_new), which);
    if (end.succeeded) CHECK_MESSAGE(is_new, which);
    if (!end.why || story.new_content.empty()) return;
    bool const may_be_new = end.why->reason() == errc::ambiguous || end.why->reason() == errc::cancelled;
    CHECK_MESSAGE((is_old || may_be_new), which << ": " << end.why->what());
}

}  // namespace sluice::test
