#include "object_text.hpp"
#include "standard_stream.hpp"
#include "text/json.hpp"
#include "text/printable.hpp"
#include "verbs.hpp"

#include <sluice/s3_bucket.hpp>

#include <boost/asio/this_coro.hpp>

#include <unistd.h>
#include <chrono>
#include <utility>

namespace sluice::inline v0::cli {

namespace {

/// The open uploads that one URI names.
class open_uploads {
public:
    open_uploads(session& at, std::string const& text, char const* verb)
        : json_(at.global().json),
          verb_(verb),
          from_(at.open_bucket(text, &key_)) {}

    awaitable<void> tell(uploads_ls_options const* options) {
        boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
        standard_stream out(executor, STDOUT_FILENO, "standard output");
        upload_visitor const print = [&](std::vector<open_upload> page) -> awaitable<bool> {
            std::string text;
            for (open_upload const& one : page) {
                std::string line = co_await described(one, options->size);
                text += line;
            }
            co_await out.write(std::move(text));
            co_return true;
        };
        co_await from_.for_each_upload(key_, print);
    }

    awaitable<void> abort(uploads_abort_options const* options) {
        boost::asio::any_io_executor const executor = co_await boost::asio::this_coro::executor;
        standard_stream out(executor, STDOUT_FILENO, "standard output");
        if (key_.empty() && !options->recursive) fail("names no key: -r aborts the uploads of all keys");
        if (!options->id.empty()) {
            open_upload one;
            one.key = key_;
            one.id = options->id;
            co_await abort_one(&out, one, options->dry_run);
            co_return;
        }
        wall_time const limit = std::chrono::system_clock::now() - std::chrono::duration_cast<wall_time::duration>(options->older_than);
        bool found = false;
        upload_visitor const visit = [&](std::vector<open_upload> page) -> awaitable<bool> {
            for (open_upload const& one : page) {
                bool const old = options->older_than.count() == 0 || (one.initiated && *one.initiated <= limit);
                if (!named(one.key, options->recursive) || !old) continue;
                found = true;
                co_await abort_one(&out, one, options->dry_run);
            }
            co_return true;
        };
        co_await from_.for_each_upload(key_, visit);
        bool const swept = options->recursive || options->older_than.count() > 0;  // nothing to do is no failure then
        if (!found && !swept) throw_error(failure(errc::not_found, "no upload of this key is open"), verb_, uri(key_));
    }

private:
    [[noreturn]] void fail(char const* detail) const { throw_error(failure(errc::invalid_argument, detail), verb_, uri(key_)); }

    std::string uri(object_key const& key) const { return from_.uri() + key; }

    /// As with rm -r: the key itself and what lies below it as a folder.
    bool named(object_key const& key, bool recursive) const {
        if (key == key_) return true;
        return recursive && (key_.empty() || key_.ends_with('/') || key[key_.size()] == '/');
    }

    awaitable<std::string> described(open_upload one, bool with_size) {
        std::optional<upload_size> size;
        if (with_size) {
            try {
                size = co_await from_.size_of_upload(one.key, one.id);
            } catch (error const& e) {
                if (e.reason() != errc::not_found) throw;  // it ended meanwhile
            }
        }
        std::string const date = one.initiated ? iso8601(*one.initiated) : std::string();
        if (json_) {
            json_object line;
            line.add("uri", uri(one.key)).add("key", one.key).add("upload_id", one.id).add("initiated", date);
            if (size) line.add("parts", size->parts).add("bytes", size->bytes);
            co_return line.text() + '\n';
        }
        std::string line = (date.empty() ? std::string(20, ' ') : date) + "  ";
        if (with_size) {
            std::string const bytes = size ? std::to_string(size->bytes) : "ended";
            line += std::string(bytes.size() < 14 ? 14 - bytes.size() : 0, ' ') + bytes + "  ";
        }
        co_return line + printable(one.id) + "  " + printable(one.key) + '\n';
    }

    awaitable<void> abort_one(standard_stream* out, open_upload one, bool dry_run) {
        if (!dry_run) co_await from_.abort_upload(one.key, one.id);
        std::string line = (dry_run ? "would abort " : "aborted ") + printable(one.id) + " of " + printable(uri(one.key)) + '\n';
        if (json_) {
            json_object fields;
            line = fields.add("uri", uri(one.key)).add("key", one.key).add("upload_id", one.id).add("aborted", !dry_run).text() + '\n';
        }
        co_await out->write(std::move(line));
    }

    bool const json_;
    char const* const verb_;
    object_key key_;  // filled by what opens `from_`
    s3_bucket from_;
};

}  // namespace

void run_uploads_ls(session& at, uploads_ls_options const& options) {
    open_uploads named(at, options.uri, "uploads ls");
    at.run([&] { return named.tell(&options); });
}

void run_uploads_abort(session& at, uploads_abort_options const& options) {
    open_uploads named(at, options.uri, "uploads abort");
    at.run([&] { return named.abort(&options); });
}

}  // namespace sluice::inline v0::cli
