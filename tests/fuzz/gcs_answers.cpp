// What Google Cloud Storage answers: every document is understood or a short protocol error, and what is understood is sound.
#include "input.hpp"

#include "backend/gcs/bucket.hpp"
#include "backend/gcs/compose_recipes.hpp"
#include "backend/gcs/copy_recipes.hpp"
#include "backend/gcs/errors.hpp"
#include "backend/gcs/session_recipes.hpp"
#include "base/utf8.hpp"

using namespace sluice;

namespace {

bool sound(std::string_view key, std::string_view prefix) {
    return !key.empty() && key.starts_with(prefix) && base::valid_utf8(key) && key.find('\0') == key.npos;
}

template <class T>
bool good(result<T> const& read) {
    if (read) return true;
    fuzz::must(read.error().reason() == errc::protocol && read.error().info().detail.size() < 300, "a short protocol error");
    return false;
}

void check_listing(std::string_view const document, std::string_view const prefix) {
    auto const page = gcs::parse_list(document, prefix, {}, ".hidden/");
    if (good(page)) {
        for (object_meta const& one : page->objects) fuzz::must(sound(one.key, prefix), "a sound key below the prefix");
        for (std::string const& one : page->prefixes) fuzz::must(sound(one, prefix), "a sound group below the prefix");
    }
    auto const parts = gcs::parse_parts(document, prefix);
    if (!good(parts)) return;
    for (gcs::part_object const& one : parts->parts) {
        fuzz::must(one.where.number >= 1 && one.where.number <= gcs::max_parts, "a number of a part");
        fuzz::must(gcs::parse_part_name(prefix, gcs::part_name(prefix, one.where)).has_value(), "a name that is read as it was written");
    }
}

void check_refusal(std::string_view const document) {
    for (int const status : {400, 403, 404, 412, 500}) {
        http::response_head head;
        head.status = status;
        gcs::refusal const said = gcs::read_refusal(head, std::string(document));
        fuzz::must(said.code.size() <= 128 && said.message.size() <= 512, "no more than is shown");
        fuzz::must(gcs::failure_of(said, false).info().status == status, "the status");
    }
}

}  // namespace

void fuzz::run(input in) {
    std::string_view const prefix = in.line();
    std::string_view const document = in.rest();
    check_listing(document, prefix);
    check_refusal(document);
    auto const one = gcs::parse_resource(document);
    if (good(one)) must(sound(one->object.key, {}) && gcs::parse_number(one->object.version).has_value(), "a sound object");
    auto const step = gcs::parse_rewrite(document);
    if (good(step)) must(step->made || !step->token.empty(), "an end or a token");
    good(gcs::parse_bucket(document));
    good(gcs::parse_buckets(document));
    auto const session = gcs::parse_session(document);
    if (good(session)) must(session->starts_with('/') && session->find(' ') == session->npos, "a path");
}
