#include "backend/s3/response.hpp"

#include "backend/s3/checksums.hpp"
#include "backend/s3/request.hpp"
#include "base/ascii.hpp"
#include "base/http_date.hpp"
#include "store/conditions.hpp"

#include <charconv>
#include <utility>

namespace sluice::inline v0::s3 {

namespace {

failure broken(std::string what) { return {errc::protocol, std::move(what)}; }

std::optional<std::uint64_t> take_number(std::string_view& text) noexcept {
    std::uint64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc()) return {};
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

bool take(std::string_view& text, char const c) noexcept {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

constexpr std::string_view meta_prefix = "x-amz-meta-", sum_prefix = "x-amz-checksum-";

void take_metadata(attributes& into, std::string_view const name, std::string_view const value) {
    if (http::equal_ignoring_case(name, put_id_header)) return;
    into.metadata.emplace_back(base::lower(name.substr(meta_prefix.size())), value);
}

void take_field(object_meta& into, std::string_view const name, std::string_view const value) {
    auto const is = [name](std::string_view other) { return http::equal_ignoring_case(name, other); };
    switch (name.size()) {  // few fields of an answer get past this
    case 4:
        if (is("etag")) into.etag = quoted_etag(value);
        break;
    case 12:
        if (is("content-type")) into.attributes.content_type = value;
        break;
    case 13:
        if (is("last-modified")) into.last_modified = base::parse_http_date(value);
        if (is("cache-control")) into.attributes.cache_control = value;
        break;
    case 16:
        if (is("content-encoding")) into.attributes.content_encoding = value;
        if (is("content-language")) into.attributes.content_language = value;
        if (is("x-amz-version-id") && value != "null") into.version = value;
        break;
    case 19:
        if (is("x-amz-storage-class")) into.storage_class = value;
        if (is("content-disposition")) into.attributes.content_disposition = value;
        break;
    case 28:
        if (is("x-amz-server-side-encryption")) into.encryption = value;
        break;
    default: break;
    }
    if (name.size() > meta_prefix.size() && http::equal_ignoring_case(name.substr(0, meta_prefix.size()), meta_prefix))
        take_metadata(into.attributes, name, value);
}

/// The range of one byte that stands for an empty one, or `asked` itself.
byte_range as_sent(byte_range const asked) noexcept {
    bool const empty = asked.length == 0 && (asked.what == byte_range::kind::bounded || asked.what == byte_range::kind::last);
    return empty ? byte_range::bounded(asked.offset, 1) : asked;
}

std::string shown(resolved_range const r) { return std::to_string(r.length) + " bytes from " + std::to_string(r.offset); }

result<opened_range> check_whole(byte_range const asked, http::response_head const& head) {
    if (!head.has_content_length) return broken("an object without a Content-Length");
    opened_range opened;
    opened.size = opened.length = head.content_length;
    opened.range = resolve(asked, opened.size);
    bool const wanted_all = opened.range == resolved_range{0, opened.size};
    bool const inside = opened.range.offset < opened.size || asked.what == byte_range::kind::last;
    bool const wanted_nothing = opened.range.length == 0 && inside;
    if (!wanted_all && !wanted_nothing)
        return broken("the service ignored the Range and answered with all " + std::to_string(opened.size) + " bytes");
    return opened;
}

result<opened_range> check_part(byte_range const asked, http::response_head const& head) {
    if (asked.what == byte_range::kind::whole) return broken("206 Partial Content, though the whole was asked for");
    auto const field = head.headers.find("content-range");
    if (!field) return broken("206 Partial Content without a Content-Range (several ranges at once are not accepted)");
    auto const came = parse_content_range(*field);
    if (!came || !came->satisfied) return broken("a Content-Range that is none: \"" + std::string(field->substr(0, 80)) + '"');
    if (!came->total) return broken("a Content-Range without the object's size");

    opened_range opened;
    opened.size = *came->total;
    opened.length = came->last - came->first + 1;
    resolved_range const expected = resolve(as_sent(asked), opened.size);
    resolved_range const got{came->first, opened.length};
    if (got != expected) return broken("the service sent another range than asked for: " + shown(got) + " instead of " + shown(expected));
    if (head.has_content_length && head.content_length != opened.length)
        return broken("Content-Range and Content-Length disagree: " + std::to_string(opened.length) + " and " +
                      std::to_string(head.content_length));
    opened.range = resolve(asked, opened.size);
    return opened;
}

}  // namespace

std::optional<content_range> parse_content_range(std::string_view value) noexcept {
    if (value.size() < 6 || !http::equal_ignoring_case(value.substr(0, 6), "bytes ")) return {};
    value.remove_prefix(6);
    content_range parsed;
    if (!take(value, '*')) {
        auto const first = take_number(value);
        if (!first || !take(value, '-')) return {};
        auto const last = take_number(value);
        if (!last || *last < *first) return {};
        parsed.satisfied = true;
        parsed.first = *first;
        parsed.last = *last;
    }
    if (!take(value, '/')) return {};
    if (!take(value, '*')) {
        parsed.total = take_number(value);
        if (!parsed.total || (parsed.satisfied && parsed.last >= *parsed.total)) return {};
    } else if (!parsed.satisfied) {
        return {};
    }
    if (!value.empty()) return {};
    return parsed;
}

object_meta meta_of(object_key key, http::response_head const& head) {
    object_meta meta;
    meta.key = std::move(key);
    bool with_checksum = false;
    for (std::size_t i = 0; i < head.headers.size(); ++i) {
        http::fields::view const field = head.headers[i];
        take_field(meta, field.name, field.value);
        with_checksum = with_checksum || (field.name.size() > sum_prefix.size() &&
                                          http::equal_ignoring_case(field.name.substr(0, sum_prefix.size()), sum_prefix));
    }
    if (with_checksum) meta.checksum = told_checksum(head.headers);
    return meta;
}

put_result put_result_of(http::response_head const& head) {
    object_meta meta = meta_of({}, head);
    put_result done;
    done.etag = std::move(meta.etag);
    done.version = std::move(meta.version);
    return done;
}

result<void> check_key_used(http::fields const& sent, http::response_head const& head) {
    constexpr std::string_view algorithm = "x-amz-server-side-encryption-customer-algorithm";
    if (sent.value_or(algorithm).empty() || !head.headers.value_or(algorithm).empty()) return {};
    if (!sent.value_or("x-amz-copy-source").empty()) return {};  // MinIO does not say it of copies
    return failure(errc::unsupported,
                   "the service does not say that it used the customer's key: what was written may be kept in the open, remove it there");
}

result<opened_range> check_read_answer(byte_range const asked, http::response_head const& head) {
    if (head.body == http::framing::until_end) return broken("an object whose end only the end of the connection would tell");
    if (head.status == 200) return check_whole(asked, head);
    if (head.status == 206) return check_part(asked, head);
    return broken("HTTP " + std::to_string(head.status) + " is no answer to a read");
}

result<void> check_resumed(opened_range const& fresh, std::string_view const fresh_etag, resolved_range const rest,
                           std::uint64_t const size, std::string_view const etag) {
    if (fresh.size != size)
        return broken("the object changed while it was read: it has " + std::to_string(fresh.size) + " bytes now, not " +
                      std::to_string(size));
    if (!store::same_etag(fresh_etag, etag))
        return broken("the object changed while it was read: the service ignored If-Match and sent another ETag");
    if (fresh.range != rest) return broken("the service resumed at another place: " + shown(fresh.range) + " instead of " + shown(rest));
    return {};
}

result<std::uint64_t> size_of_head(http::response_head const& head) {
    if (!head.has_content_length) return broken("an answer to HEAD without a Content-Length");
    return head.content_length;
}

}  // namespace sluice::inline v0::s3
