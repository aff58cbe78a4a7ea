#include "object_text.hpp"
#include "progress_display.hpp"
#include "spool.hpp"
#include "standard_stream.hpp"
#include "text/json.hpp"
#include "text/printable.hpp"
#include "verbs.hpp"

#include <sluice/operations.hpp>
#include <sluice/uri.hpp>

#include <boost/asio/this_coro.hpp>

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <filesystem>
#include <utility>

namespace fs = std::filesystem;

namespace sluice::inline v0::cli {

namespace {

[[noreturn]] void refuse(std::string const& what, std::string const& where) {
    throw_error(failure(errc::invalid_argument, what), "cp", where);
}

/// One side of a copy: an object, a file, or standard input or output.
struct place {
    bool object = false, standard = false;
    std::string text;
    fs::path file;
};

place place_of(std::string const& text) {
    place p;
    p.text = text;
    p.standard = text == "-";
    if (p.standard) return p;
    result<uri> const parsed = parse_uri(text);
    if (parsed.has_error()) throw_error(parsed.error(), "cp", without_login(text));
    p.object = parsed->scheme != "file";
    if (!p.object) p.file = parsed->key;
    return p;
}

/// The last part of a key as a file name.
std::string file_name_of(object_key const& key, std::string const& uri) {
    std::string const name = key.substr(key.rfind('/') + 1);  // npos + 1 is 0
    if (name.empty() || name == "." || name == "..") refuse("this key's last part is no file name: name the file", uri);
    return name;
}

/// Where a download goes: into a folder under the key's last part; through a link to what it points at.
fs::path target_of(fs::path const& wanted, object_key const& key, std::string const& uri) {
    std::error_code ec;
    if (wanted.filename().empty() && !fs::is_directory(wanted, ec)) refuse("there is no such folder", wanted.string());
    fs::path const target = fs::is_directory(wanted, ec) ? wanted / file_name_of(key, uri) : wanted;
    return fs::is_symlink(target, ec) ? fs::weakly_canonical(target) : target;
}

class copy {
public:
    copy(session& at, cp_options const& options)
        : at_(at),
          transfer_(options.transfer),
          from_(place_of(options.from)),
          to_(place_of(options.to)),
          display_(at.global().progress, at.global().verbosity) {
        if (from_.object == to_.object)
            refuse(from_.object ? "copies between a file and an object, not from object to object: go through a file or a pipe"
                                : "copies between a file and an object: one side must be like s3://bucket/key",
                   to_.text);
    }

    awaitable<void> run() {
        if (to_.object) {
            co_await upload();
        } else {
            co_await download();
        }
    }

private:
    progress report() {
        return [this](std::uint64_t done, std::uint64_t total) { display_.update(done, total); };
    }

    awaitable<void> upload() {
        opened to = at_.open(to_.text);
        if (to.key.empty() || to.key.back() == '/') {
            if (from_.standard) refuse("standard input has no name: name the key", to_.text);
            to.key += from_.file.filename().string();
        }
        if (to.key.empty()) refuse("names no object: the key is missing", to_.text);
        std::string path = from_.file.string();
        std::optional<spool> spooled;
        if (from_.standard) {
            spooled.emplace();
            boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
            standard_stream in(executor, STDIN_FILENO, "standard input");
            co_await spooled->fill(&in);
            path = spooled->path();
        }
        put_options options;
        std::uint64_t sent = 0;
        progress const watch = [this, &sent](std::uint64_t done, std::uint64_t total) {
            sent = total;
            display_.update(done, total);
        };
        put_result const done = co_await put_file(to.store, to.key, path, options, watch);
        display_.summary(sent);
        co_await tell(to.store->uri() + to.key, sent, done.etag);
    }

    awaitable<void> download() {
        opened const from = at_.open_object(from_.text);
        range_engine_options const engine = engine_options(transfer_);
        if (to_.standard) {
            boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
            standard_stream out(executor, STDOUT_FILENO, "standard output");
            co_await stream_into(&out, from, engine);
            co_return;
        }
        fs::path const target = target_of(to_.file, from.key, from_.text);
        std::error_code ec;
        bool const device = fs::exists(target, ec) && !fs::is_regular_file(target, ec);
        object_meta object;
        if (device) {
            object = co_await into_device(target, from, engine);
        } else {
            object = co_await get_file(from.store, from.key, target.string(), engine, report());
        }
        display_.summary(object.size);
        co_await tell(target.string(), object.size, object.etag);
    }

    /// A pipe or device takes bytes; it is not replaced by a file.
    awaitable<object_meta> into_device(fs::path target, opened from, range_engine_options engine) {
        int const descriptor = ::open(target.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC);
        if (descriptor < 0) throw_error(failure(errc::io, boost::system::system_category().message(errno)), "cp", target.string());
        struct closing {
            int descriptor;
            ~closing() { ::close(descriptor); }
        } const closed{descriptor};
        boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
        standard_stream out(executor, descriptor, target.string());
        object_meta object = co_await stream_into(&out, std::move(from), std::move(engine));
        co_return object;
    }

    awaitable<object_meta> stream_into(standard_stream* out, opened from, range_engine_options engine) {
        std::uint64_t done = 0, total = 0;
        engine.opened = [&total](object_meta const& object) { total = object.size; };
        part_sink const write = [&](std::uint64_t, bytes part) -> awaitable<void> {
            co_await out->write(part.view());
            done += part.size();
            if (!to_.standard) display_.update(done, total);
        };
        object_meta object = co_await stream_ranged(from.store, from.key, byte_range::whole(), write, engine);
        co_return object;
    }

    awaitable<void> tell(std::string to, std::uint64_t bytes, std::string etag) {
        if (!at_.global().json) co_return;
        json_object line;
        line.add("from", from_.text).add("to", to).add("bytes", bytes).add("etag", plain_etag(etag));
        boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
        standard_stream out(executor, STDOUT_FILENO, "standard output");
        co_await out.write(line.text() + '\n');
    }

    session& at_;
    transfer_options transfer_;
    place from_, to_;
    progress_display display_;
};

}  // namespace

void run_cp(session& at, cp_options const& options) {
    copy one(at, options);
    at.run([&one] { return one.run(); });
}

}  // namespace sluice::inline v0::cli
