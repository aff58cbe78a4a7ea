#include "copying.hpp"
#include "object_text.hpp"
#include "progress_display.hpp"
#include "standard_stream.hpp"
#include "text/json.hpp"
#include "text/printable.hpp"
#include "verbs.hpp"

#include <boost/asio/this_coro.hpp>

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <utility>

namespace asio = boost::asio;

namespace sluice::inline v0::cli {

namespace {

/// A pipe, device or standard stream, open.
class open_stream {
public:
    open_stream(asio::any_io_executor const& executor, place const& where, bool to_write)
        : descriptor_(where.what == place::kind::standard ? -1 : opened(where.path, to_write)),
          stream_(executor,
                  descriptor_ >= 0 ? descriptor_
                  : to_write       ? STDOUT_FILENO
                                   : STDIN_FILENO,
                  descriptor_ >= 0 ? where.path
                  : to_write       ? "standard output"
                                   : "standard input") {}
    ~open_stream() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    open_stream(open_stream const&) = delete;
    open_stream& operator=(open_stream const&) = delete;

    standard_stream& get() noexcept { return stream_; }

private:
    static int opened(std::string const& path, bool to_write) {
        int const descriptor = ::open(path.c_str(), (to_write ? O_WRONLY : O_RDONLY) | O_NOCTTY | O_CLOEXEC);
        if (descriptor < 0) throw_error(failure(errc::io, boost::system::system_category().message(errno)), "cp", path);
        return descriptor;
    }

    int const descriptor_;
    standard_stream stream_;
};

/// One object or file to one other.
class copy {
public:
    copy(session& at, cp_options const& options)
        : at_(at),
          options_(options),
          from_(place_of(options.from)),
          to_(place_of(options.to)),
          display_(at.global().progress, at.global().verbosity) {
        if (from_.what == place::kind::folder) refuse_copy("is a folder: cp -r copies what is in it", from_.text);
        if (from_.is_stream() && to_.is_stream()) refuse_copy("one side must be an object or a file", to_.text);
        if (from_.is_stream() && !options.sessions.empty()) refuse_copy("--sessions: a stream cannot be read again", from_.text);
    }

    awaitable<void> run() {
        if (from_.is_stream()) {
            co_await from_stream();
        } else if (to_.is_stream()) {
            co_await to_stream();
        } else {
            co_await object_to_object();
        }
    }

private:
    progress report() {
        return [this](std::uint64_t done, std::uint64_t total) { display_.update(done, total); };
    }

    opened source() { return from_.is_local() ? at_.open_object(from_.uri_of(from_.path)) : at_.open_object(from_.text); }

    /// Where the copy goes: into a folder under the last part of the source's name.
    opened target() {
        bool const into_folder =
            to_.is_local() ? to_.what == place::kind::folder : !to_.web && (at_.open(to_.text).key.empty() || to_.text.back() == '/');
        if (into_folder && from_.is_stream()) refuse_copy("what comes from a stream has no name: name the target", to_.text);
        std::string name;
        if (into_folder)
            name = from_.is_local() ? last_name(from_.path, from_.text) : last_name(at_.open_object(from_.text).key, from_.text);
        if (!to_.is_local()) {
            opened to = at_.open(to_.text);
            to.key += name;
            return to;
        }
        std::string path = to_.path;
        if (into_folder) path += path.ends_with('/') ? name : '/' + name;
        path_ = path;
        return at_.open_object(to_.uri_of(path));
    }

    /// As the user would name it.
    std::string told(opened const& to) const { return to_.is_local() ? path_ : to.store->uri() + to.key; }

    awaitable<void> object_to_object() {
        opened const from = source();
        opened const to = target();
        copy_options how = copying(at_, options_);
        how.report = report();
        copied const done = co_await copy_object(from.store, from.key, to.store, to.key, how);
        if (done.resumed > 0 && at_.global().progress != progress_mode::none)
            say("sluice: went on with an interrupted copy: " + std::to_string(done.resumed) + " bytes were there");
        display_.summary(done.object.size);
        std::string const etag = to_.is_local() ? done.object.etag : done.put.etag;
        co_await tell_copy(&at_, without_secrets(from_.text), told(to), done.object.size, etag, done.resumed);
    }

    awaitable<void> from_stream() {
        opened const to = target();
        asio::any_io_executor const executor = co_await asio::this_coro::executor;
        open_stream in(executor, from_, false);
        std::uint64_t sent = 0;
        put_stream_options how;
        if (options_.transfer.part_size) how.part_size = *options_.transfer.part_size;
        how.report = report();
        how.put = written_as(options_);
        byte_source const read = [&in, &sent](std::span<std::byte> into) -> awaitable<std::size_t> {
            std::size_t const n = co_await in.get().read_some(into);
            sent += n;
            co_return n;
        };
        put_result const put = co_await put_stream(to.store, to.key, read, how);
        display_.summary(sent);
        co_await tell_copy(&at_, from_.text, told(to), sent, put.etag, 0);
    }

    awaitable<void> to_stream() {
        opened const from = source();
        asio::any_io_executor const executor = co_await asio::this_coro::executor;
        open_stream out(executor, to_, true);
        range_engine_options engine = engine_options(at_, options_.transfer);
        std::uint64_t done = 0, total = 0;
        engine.opened = [&total](object_meta const& object) { total = object.size; };
        bool const quiet = to_.what == place::kind::standard;
        part_sink const write = [&](std::uint64_t, bytes part) -> awaitable<void> {
            co_await out.get().write(part.view());
            done += part.size();
            if (!quiet) display_.update(done, total);
        };
        object_meta const object = co_await stream_ranged(from.store, from.key, byte_range::whole(), write, engine);
        if (quiet) co_return;
        display_.summary(object.size);
        co_await tell_copy(&at_, without_secrets(from_.text), to_.path, object.size, object.etag, 0);
    }

    session& at_;
    cp_options const& options_;
    place from_, to_;
    std::string path_;  // of a local target
    progress_display display_;
};

}  // namespace

void refuse_copy(std::string const& what, std::string const& where) {
    throw_error(failure(errc::invalid_argument, what), "cp", without_secrets(where));
}

put_options written_as(cp_options const& options) {
    put_options put;
    put.attributes = options.attributes;
    put.keeping = options.keeping;
    put.create_only = options.create_only;
    return put;
}

copy_options copying(session& at, cp_options const& options) {
    copy_options how;
    how.read = engine_options(at, options.transfer);
    how.keep_partial = options.keep_partial;
    how.put = written_as(options);
    if (!options.sessions.empty()) how.read.strategy = read_strategy::single;
    return how;
}

awaitable<void> tell_copy(session* at, std::string from, std::string to, std::uint64_t bytes, std::string etag, std::uint64_t resumed) {
    if (!at->global().json) co_return;
    json_object line;
    line.add("from", from).add("to", to).add("bytes", bytes).add("etag", plain_etag(etag));
    if (resumed > 0) line.add("resumed", resumed);
    asio::any_io_executor const executor = co_await asio::this_coro::executor;
    standard_stream out(executor, STDOUT_FILENO, "standard output");
    co_await out.write(line.text() + '\n');
}

void run_cp(session& at, cp_options const& options) {
    if (!options.sessions.empty()) {
        if (!at.is_gcs(options.to)) refuse_copy("--sessions is for copies to gs://", options.to);
        at.keep_gcs_sessions(options.sessions);
    }
    if (options.recursive) return run_tree_copy(at, options);
    copy one(at, options);
    at.run([&one] { return one.run(); });
}

}  // namespace sluice::inline v0::cli
