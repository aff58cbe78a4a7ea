#include "arguments.hpp"

#include "complaint.hpp"
#include "text/quantity.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace sluice::inline v0::cli {

namespace {

/// An option that `parse` understands, or says nothing about. `kind` stands for its value in the help, `what` in a complaint.
template <class T, class Parse>
CLI::Option* add_parsed(CLI::App& app, std::string const& name, char const* kind, T& into, Parse parse, std::string const& what,
                        std::string const& help) {
    auto const take = [&into, parse, name, what](std::string const& text) {
        auto const value = parse(text);
        if (!value) throw CLI::ValidationError(name, '"' + text + "\" is not " + what);
        into = static_cast<T>(*value);
    };
    return app.add_option_function<std::string>(name, take, help)->type_name(kind);
}

std::optional<std::uint64_t> parse_positive_size(std::string_view text) {
    std::optional<std::uint64_t> const size = parse_size(text);
    return size && *size > 0 ? size : std::nullopt;
}

std::optional<std::chrono::nanoseconds> parse_positive_duration(std::string_view text) {
    auto const span = parse_duration(text);
    return span && span->count() > 0 ? span : std::nullopt;
}

template <class Count>
void add_count(CLI::App& app, std::string const& name, Count& into, std::size_t most, std::string const& help) {
    auto const parse = [most](std::string_view text) -> std::optional<std::size_t> {
        auto const value = text.find_first_not_of("0123456789") == text.npos ? parse_size(text) : std::nullopt;
        return value && *value >= 1 && *value <= most ? std::optional<std::size_t>(*value) : std::nullopt;
    };
    add_parsed(app, name, "N", into, parse, "a number from 1 to " + std::to_string(most), help);
}

void add_global(CLI::App& app, global_options& to) {
    app.add_option("--endpoint-url", to.endpoint, "the service, like http://127.0.0.1:9000")->type_name("URL");
    app.add_option("--region", to.region, "signed for; learned from the service when it is wrong")->type_name("NAME");
    app.add_option("--profile", to.profile, "of the AWS configuration files")->type_name("NAME");
    app.add_option("--project", to.project, "of Google Cloud, in which gs:// buckets are made and listed (GOOGLE_CLOUD_PROJECT)")
        ->type_name("ID");
    app.add_option("--ca-bundle", to.ca_bundle, "file or c_rehash directory of further trusted certificates")->type_name("PATH");
    app.add_option("--certificate", to.certificate, "file of a client certificate with its chain, for services that want one")
        ->type_name("FILE");
    app.add_option("--key-file", to.key_file, "of its key, where that is in a file of its own")->type_name("FILE");
    auto const proxy = [&to](std::string const& url) { to.proxy = url; };
    app.add_option_function<std::string>("--proxy", proxy, "HTTP proxy for all requests to the service, or none; wins over the environment")
        ->type_name("URL");
    app.add_flag("--no-sign-request", to.no_sign_request, "anonymous: requests are not signed");
    app.add_flag("--path-style", to.path_style, "bucket name in the path, not in the host name");
    app.add_flag("--json", to.json, "one JSON object a line on standard output");
    app.add_flag("-v,--verbose", to.verbosity, "tell what is done, on standard error; -vv: every request");
    add_parsed(app, "--timeout", "TIME", to.time_limit, parse_positive_duration, "a time like 30, 500ms or 2m",
               "limit of the whole command, like 30 (seconds), 500ms or 2m");
    auto const direct = [](std::string_view text) -> std::optional<direct_mode> {
        if (text == "required") return direct_mode::required;
        if (text == "preferred") return direct_mode::preferred;
        return std::nullopt;
    };
    add_parsed(app, "--direct", "MODE", to.direct, direct, "required or preferred",
               "where a file system cannot do without its cache: required (direct:// fails) or preferred (it does with it)");
    static std::map<std::string, progress_mode> const modes{
        {"auto", progress_mode::automatic}, {"bar", progress_mode::bar}, {"plain", progress_mode::plain}, {"none", progress_mode::none}};
    auto const parse = [](std::string const& text) {
        auto const found = modes.find(text);
        return found == modes.end() ? std::nullopt : std::optional(found->second);
    };
    add_parsed(app, "--progress", "MODE", to.progress, parse, "one of auto, bar, plain, none",
               "auto (a bar on a terminal, else plain), bar, plain or none");
}

/// `sharded`: whether it is one of the strategies; a benchmark's ranges are spread over its threads anyway.
void add_transfer(CLI::App& app, transfer_options& to, std::string const& part_size_name, bool const sharded) {
    add_parsed(app, part_size_name, "SIZE", to.part_size, parse_positive_size, "a size like 8MiB", "bytes of one ranged request (8MiB)");
    add_count(app, "--in-flight", to.in_flight, 4096, "requests outstanding at once (16)");
    auto const parse = [sharded](std::string_view text) -> std::optional<read_strategy> {
        if (text == "single") return read_strategy::single;
        if (text == "ranges") return read_strategy::ranges;
        if (text == "sharded" && sharded) return read_strategy::sharded;
        return std::nullopt;
    };
    if (!sharded) {
        add_parsed(app, "--strategy", "S", to.strategy, parse, "single or ranges",
                   "ranges (parts side by side) or single (one request an object)");
        return;
    }
    add_parsed(app, "--strategy", "S", to.strategy, parse, "single, ranges or sharded",
               "ranges (parts side by side), single (one request an object) or sharded (ranges over several threads)");
    add_count(app, "--threads", to.threads, 1024, "threads of strategy sharded (one for each processor, at least 2)");
}

void add_uris(CLI::App& app, std::vector<std::string>& to) {
    app.add_option("URI", to, "like s3://bucket/key, file:///folder/name, a path or a presigned URL")->required()->type_name("");
}

/// A verb and what it fills in; the choice is made when it was parsed.
template <class T>
CLI::App* add_verb(CLI::App& app, command& to, std::string const& name, std::string const& help, T& options) {
    CLI::App* const verb = app.add_subcommand(name, help)->fallthrough();
    verb->footer("sluice --help tells the options that every verb takes, and the exit codes.");
    verb->final_callback([&to, &options] { to.verb = std::move(options); });
    return verb;
}

void add_ls(CLI::App& app, command& to, ls_options& options) {
    CLI::App* const verb = add_verb(app, to, "ls", "list keys, one level at a time", options);
    verb->add_option("URI", options.uri, "like s3://bucket/prefix, file:///folder/ or a path")->required()->type_name("");
    verb->add_flag("-r,--recursive", options.recursive, "every key that begins so");
    verb->add_flag("--glob", options.glob, "* ? [a-z] match within a level, ** crosses levels");
}

void add_cat(CLI::App& app, command& to, cat_options& options) {
    CLI::App* const verb = add_verb(app, to, "cat", "write objects to standard output", options);
    add_uris(*verb, options.uris);
    auto* const range = add_parsed(*verb, "--range", "RANGE", options.range, parse_range, "a range like 0-99, 100- or -50",
                                   "bytes A-B (both included), A- (to the end) or -N (the last N)");
    auto const take_offset = [&options](std::uint64_t offset) {
        options.range =
            options.range.what == byte_range::kind::bounded ? byte_range::bounded(offset, options.range.length) : byte_range::from(offset);
    };
    auto const take_length = [&options](std::uint64_t length) { options.range = byte_range::bounded(options.range.offset, length); };
    auto const sized = [verb](std::string const& name, auto take, std::string const& help) {
        auto const parse_and_take = [name, take](std::string const& text) {
            auto const value = parse_size(text);
            if (!value) throw CLI::ValidationError(name, '"' + text + "\" is not a size like 8MiB");
            take(*value);
        };
        return verb->add_option_function<std::string>(name, parse_and_take, help)->type_name("SIZE");
    };
    sized("--offset", take_offset, "first byte")->excludes(range);
    sized("--length", take_length, "bytes at most")->excludes(range);
    add_transfer(*verb, options.transfer, "--part-size", true);
}

/// NAME=VALUE, as often as wanted.
void add_pairs(CLI::App& verb, std::string const& name, std::vector<std::pair<std::string, std::string>>& to, std::string const& help) {
    auto const take = [&to, name](std::vector<std::string> const& all) {
        for (std::string const& one : all) {
            auto const equals = one.find('=');
            if (equals == one.npos || equals == 0) throw CLI::ValidationError(name, "wants NAME=VALUE");
            to.emplace_back(one.substr(0, equals), one.substr(equals + 1));
        }
    };
    verb.add_option_function<std::vector<std::string>>(name, take, help)->type_name("NAME=VALUE")->allow_extra_args(false);
}

void add_written(CLI::App& verb, cp_options& to) {
    auto const text = [&verb](char const* name, std::string& value, char const* help) {
        verb.add_option(name, value, help)->type_name("TEXT");
    };
    text("--content-type", to.attributes.content_type, "of the objects written; attributes given here replace all of the source's");
    text("--content-encoding", to.attributes.content_encoding, "as --content-type");
    text("--content-language", to.attributes.content_language, "as --content-type");
    text("--content-disposition", to.attributes.content_disposition, "as --content-type");
    text("--cache-control", to.attributes.cache_control, "as --content-type");
    add_pairs(verb, "--metadata", to.attributes.metadata, "as --content-type; may be repeated");
    add_pairs(verb, "--tag", to.keeping.tags, "a tag of the objects written; may be repeated");
    text("--storage-class", to.keeping.storage_class, "like STANDARD_IA");
    text("--acl", to.keeping.acl, "a canned one, like public-read");
    text("--sse", to.keeping.encryption, "encryption on the service's side: AES256 or aws:kms");
    text("--sse-kms-key-id", to.keeping.kms_key, "the key for aws:kms");
    verb.add_flag("--create-only", to.create_only, "fail when there is an object of that name");
}

void add_cp(CLI::App& app, command& to, cp_options& options) {
    CLI::App* const verb = add_verb(app, to, "cp", "copy objects and files, each to either; - is standard input or output", options);
    verb->add_option("FROM", options.from, "object, file, folder, presigned URL or -")->required()->type_name("");
    verb->add_option("TO", options.to, "object, file, folder, presigned URL or -")->required()->type_name("");
    verb->add_flag("-r,--recursive", options.recursive, "everything below FROM/, to the same place below TO/");
    verb->add_flag("--keep-partial", options.keep_partial, "after a failure the next copy to a file goes on where this one ended");
    add_transfer(*verb, options.transfer, "--part-size", true);
    verb->add_option("--sessions", options.sessions, "to gs://: one upload, kept in this folder, that the same cp goes on with")
        ->type_name("FOLDER")
        ->excludes("--strategy");
    add_written(*verb, options);
}

void add_rm(CLI::App& app, command& to, rm_options& options) {
    CLI::App* const verb = add_verb(app, to, "rm", "remove objects", options);
    add_uris(*verb, options.uris);
    verb->add_flag("-r,--recursive", options.recursive, "the key and everything below KEY/");
    verb->add_flag("--glob", options.glob, "* ? [a-z] match within a level, ** crosses levels")->excludes("--recursive");
    auto* const dry_run = verb->add_flag("-n,--dry-run", options.dry_run, "only tell what would be removed");
    verb->add_flag("--stale", options.stale, "what dead processes left half-written in and below a local folder; nothing else")
        ->excludes("--recursive")
        ->excludes("--glob")
        ->excludes(dry_run);
}

void add_bench(CLI::App& app, command& to, bench_options& options) {
    CLI::App* const bench = app.add_subcommand("bench", "measure")->fallthrough()->require_subcommand(1);
    CLI::App* const verb = add_verb(*bench, to, "get", "read objects into memory and tell speed, CPU and latency", options);
    add_uris(*verb, options.uris);
    add_transfer(*verb, options.transfer, "--range-size", false);
    add_count(*verb, "--repeat", options.repeat, 1'000'000, "times every object is read (1)");
    add_count(*verb, "--threads", options.threads, 1024, "threads with a context each (1)");
    verb->add_flag("--verify", options.verify, "check every byte: SHA-256 of all repeats, and the ETag where it is an MD5");
}

void add_buckets(CLI::App& app, command& to, mb_options& mb, rb_options& rb) {
    CLI::App* const make = add_verb(app, to, "mb", "make buckets", mb);
    make->add_option("URI", mb.uris, "like s3://bucket")->required()->type_name("");
    make->add_option("--location", mb.location, "constraint to send (on AWS the region, elsewhere none)")->type_name("NAME");
    make->add_flag("--object-lock", mb.object_lock, "objects can be protected from removal");
    CLI::App* const remove = add_verb(app, to, "rb", "remove empty buckets", rb);
    remove->add_option("URI", rb.uris, "like s3://bucket")->required()->type_name("");
}

void add_presign(CLI::App& app, command& to, presign_url_options& options) {
    CLI::App* const verb =
        add_verb(app, to, "presign", "print a URL that needs no keys, and is a secret, to read or write one object", options);
    verb->add_option("URI", options.uri, "like s3://bucket/key or az://container/key")->required()->type_name("");
    verb->add_option("--method", options.method, "GET (the default), HEAD, PUT or DELETE")->type_name("M");
    auto const parse = [](std::string_view text) -> std::optional<std::chrono::nanoseconds> {
        auto const span = parse_duration(text);
        return span && *span >= std::chrono::seconds(1) && *span <= std::chrono::days(7) ? span : std::nullopt;
    };
    add_parsed(*verb, "--expires", "TIME", options.expires, parse, "a time from 1s to 168h", "how long it is good (15m); 168h at most");
}

void add_uploads(CLI::App& app, command& to, uploads_ls_options& ls, uploads_abort_options& abort) {
    CLI::App* const uploads = app.add_subcommand("uploads", "uploads in parts that were not ended")->fallthrough()->require_subcommand(1);
    CLI::App* const list = add_verb(*uploads, to, "ls", "list them: when begun, id, key", ls);
    list->add_option("URI", ls.uri, "like s3://bucket or s3://bucket/prefix")->required()->type_name("");
    list->add_flag("--size", ls.size, "and the bytes each holds (one more request an upload)");
    CLI::App* const end = add_verb(*uploads, to, "abort", "throw them away with their parts", abort);
    end->add_option("URI", abort.uri, "like s3://bucket/key")->required()->type_name("");
    auto* const id = end->add_option("--id", abort.id, "only this upload of the key")->type_name("ID");
    auto* const age = add_parsed(*end, "--older-than", "AGE", abort.older_than, parse_positive_duration, "a time like 24h or 30m",
                                 "only those begun so long ago, like 24h or 30m");
    auto* const recursive = end->add_flag("-r,--recursive", abort.recursive, "of the key and of everything below KEY/");
    id->excludes(age)->excludes(recursive);
    end->add_flag("-n,--dry-run", abort.dry_run, "only tell what would be aborted");
}

}  // namespace

std::variant<command, parse_end> parse_arguments(int argc, char const* const* argv) {
    command result;
    ls_options ls;
    cat_options cat;
    stat_options stat;
    cp_options cp;
    rm_options rm;
    bench_options bench;
    uploads_ls_options uploads_ls;
    uploads_abort_options uploads_abort;
    mb_options mb;
    rb_options rb;
    presign_url_options presign;
    doctor_options doctor;
    CLI::App app(
        "Object storage from the command line. Keys are literal unless --glob is given.\n"
        "Exit codes: 0 done, 1 failed, 2 usage, 3 not found, 4 denied, 5 gave up on a fault that may pass,\n"
        "6 precondition or exists, 7 integrity, 128 + number of a signal.",
        "sluice");
    app.require_subcommand(1)->fallthrough();
    app.set_version_flag("--version", "sluice " SLUICE_VERSION);
    add_global(app, result.global);
    add_ls(app, result, ls);
    add_cat(app, result, cat);
    add_uris(*add_verb(app, result, "stat", "tell size, version and attributes of objects", stat), stat.uris);
    add_cp(app, result, cp);
    add_rm(app, result, rm);
    add_bench(app, result, bench);
    add_uploads(app, result, uploads_ls, uploads_abort);
    add_buckets(app, result, mb, rb);
    add_presign(app, result, presign);
    add_verb(app, result, "doctor", "tell where keys come from, and whether the service is reached and takes them", doctor)
        ->add_option("URI", doctor.uri, "like s3://bucket")
        ->required()
        ->type_name("");
    try {
        app.parse(argc, argv);
    } catch (CLI::CallForVersion const& e) {
        return parse_end{0, std::string(e.what()) + '\n'};
    } catch (CLI::Success const&) {
        return parse_end{0, app.help()};
    } catch (CLI::ParseError const& e) {
        return parse_end{2, complaint(app, e)};
    }
    return result;
}

}  // namespace sluice::inline v0::cli
