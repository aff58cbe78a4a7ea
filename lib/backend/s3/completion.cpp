#include "backend/s3/completion.hpp"

#include "backend/s3/response.hpp"
#include "retry/classify.hpp"
#include "store/conditions.hpp"

#include <optional>
#include <utility>
#include <variant>

namespace sluice::inline v0::s3 {

namespace {

/// What is there now. Nothing when there is no object.
awaitable<result<std::optional<object_meta>>> look(operation* op, customer_key key) {
    using found = std::optional<object_meta>;
    head_options asked;
    asked.key = std::move(key);
    recipe const r = head_recipe(op->key(), asked);
    result<http::response> const answer = co_await op->send(&r);
    if (!answer && answer.error().reason() == errc::not_found) co_return found();
    if (!answer) co_return answer.error();
    object_meta meta = meta_of(op->key(), answer->head());
    result<std::uint64_t> const size = size_of_head(answer->head());
    if (!size) co_return size.error();
    meta.size = *size;
    co_return found(std::move(meta));
}

awaitable<result<void>> check_conditions(operation* op, put_options options) {
    if (!options.create_only && options.if_match.empty()) co_return result<void>();
    result<std::optional<object_meta>> const there = co_await look(op, options.keeping.key);
    if (!there) co_return there.error();
    if (options.create_only && *there) co_return already_there(failure());
    bool const matches = *there && (options.if_match == "*" || store::same_etag(options.if_match, (*there)->etag));
    if (!options.create_only && !matches)
        co_return failure(errc::precondition_failed, "the object is not the version that was to be replaced");
    co_return result<void>();
}

struct outcome {
    std::optional<put_result> done;
    failure why;
    retry::outcome row = retry::outcome::final_answer;
    bool unknown = false;  ///< whether it was done
};

/// One completion, sent until the service says something about it.
awaitable<outcome> try_once(operation* op, recipe const* r, char const* root) {
    outcome here;
    result<http::response> answer = co_await op->send(r);
    if (!answer) {
        here.why = std::move(answer).error();
        here.unknown = here.why.sent() && here.why.info().status == 0;
        co_return std::move(here);
    }
    result<std::string> text = co_await answer->read_text(completed_limit);
    if (!text) {
        here.why = std::move(text).error();
        here.row = retry::classify(here.why);
        here.unknown = true;
        co_return std::move(here);
    }
    std::variant<completed, not_completed, failure> said = parse_completed(std::move(*text), root);
    if (auto* const yes = std::get_if<completed>(&said)) {
        here.done.emplace();
        here.done->etag = std::move(yes->etag);
        here.done->version = meta_of({}, answer->head()).version;
    } else if (auto* const no = std::get_if<not_completed>(&said)) {
        here.why = op->refused_inside(answer->head(), std::move(no->document), &here.row);
    } else {
        here.why = std::move(std::get<failure>(said));
        here.unknown = true;
    }
    co_return std::move(here);
}

bool is_that(std::optional<object_meta> const& there, std::string const& etag, std::uint64_t const size) {
    return there && there->size == size && (etag.empty() || store::same_etag(there->etag, etag));
}

/// Whether the object that is there is the one these parts make.
awaitable<std::optional<put_result>> find_done(operation* op, std::string etag, std::uint64_t size, customer_key key) {
    if (etag.empty()) co_return std::nullopt;
    result<std::optional<object_meta>> const there = co_await look(op, std::move(key));
    if (!there || !is_that(*there, etag, size)) co_return std::nullopt;
    put_result done;
    done.etag = (*there)->etag;
    done.version = (*there)->version;
    co_return std::optional<put_result>(std::move(done));
}

failure in_words(failure f, put_options const& options, etag_form const form) {
    if (options.create_only && f.reason() == errc::precondition_failed) return already_there(std::move(f));
    if (!options.if_match.empty()) return not_that_version(std::move(f), form);
    return f;
}

}  // namespace

awaitable<result<put_result>> complete_upload(operation* op, std::string id, std::vector<sent_part> parts, std::uint64_t size,
                                              put_options options, etag_form if_match, upload_checksums checksums) {
    result<recipe> const r = complete_recipe(op->key(), id, parts, options, if_match, checksums);
    if (!r) co_return r.error();
    result<void> const allowed = co_await check_conditions(op, options);
    if (!allowed) co_return allowed.error();
    op->expect_long_work();
    op->tell_resends();
    bool unknown = false;  // an answer was lost
    for (;;) {
        unsigned const before = op->attempts();
        outcome one = co_await try_once(op, &*r, "CompleteMultipartUploadResult");
        bool const sure = one.done && !unknown && op->attempts() == before + 1;
        if (sure) co_return std::move(*one.done);
        if (one.done) {
            // The one before may still be at work, and this only have been told so: versitygw does.
            result<std::optional<object_meta>> const there = co_await look(op, options.keeping.key);
            if (!there || is_that(*there, one.done->etag, size)) co_return std::move(*one.done);  // who may not look believes
            one.why = failure(errc::unreachable, "the service calls the upload complete, and does not have the object");
            one.row = retry::outcome::server_busy;
        }
        unknown = unknown || one.unknown || op->attempts() > before + 1;
        std::optional<failure> final = std::move(one.why);
        if (one.row != retry::outcome::final_answer) final = co_await op->recover(std::move(*final), one.row);
        if (!final) continue;
        bool const gone = final->info().service_code == "NoSuchUpload";  // also when a connection was lost that nobody counted
        if (!unknown && !gone) co_return in_words(std::move(*final), options, if_match);
        std::string etag;  // those of directory buckets are no MD5s, whatever they look like
        if (!op->store().directory) etag = etag_of_parts(parts);
        std::optional<put_result> done = co_await find_done(op, std::move(etag), size, options.keeping.key);
        if (done) co_return std::move(*done);
        bool const answered = final->info().status >= 400 && !gone;
        if (answered) co_return in_words(std::move(*final), options, if_match);
        final->reason(errc::ambiguous);
        final->info().detail = "the upload may or may not have become the object: look before it is repeated; " + final->info().detail;
        co_return std::move(*final);
    }
}

awaitable<result<put_result>> send_for_etag(operation* op, recipe const* what, char const* root) {
    op->expect_long_work();
    for (;;) {
        outcome one = co_await try_once(op, what, root);
        if (one.done) co_return std::move(*one.done);
        if (one.row == retry::outcome::final_answer) co_return std::move(one.why);
        std::optional<failure> final = co_await op->recover(std::move(one.why), one.row);
        if (final) co_return std::move(*final);
    }
}

}  // namespace sluice::inline v0::s3
