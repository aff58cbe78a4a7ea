#include "support/s3_model.hpp"

#include <charconv>
#include <cstdint>
#include <functional>
#include <utility>

namespace sluice::test {

namespace {

constexpr std::string_view bucket = "/bucket/";

std::string reply(std::string_view status, std::string_view fields, std::string_view body) {
    std::string text = "HTTP/1.1 ";
    text.append(status).append("\r\nContent-Length: ").append(std::to_string(body.size())).append("\r\n");
    text.append(fields).append("\r\n").append(body);
    return text;
}

std::string problem(std::string_view status, std::string_view code) {
    return reply(status, {}, "<Error><Code>" + std::string(code) + "</Code><Message>no</Message></Error>");
}

std::string field(std::string_view head, std::string_view name) {
    std::string const wanted = "\r\n" + std::string(name) + ": ";
    std::size_t const at = head.find(wanted);
    if (at == std::string_view::npos) return {};
    head.remove_prefix(at + wanted.size());
    return std::string(head.substr(0, head.find("\r\n")));
}

std::uint64_t number(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::string parameter(std::string_view query, std::string_view name) {
    std::string const all = "&" + std::string(query), wanted = "&" + std::string(name) + "=";
    std::size_t const at = all.find(wanted);
    if (at == std::string::npos) return {};
    std::string value = all.substr(at + wanted.size());
    value = value.substr(0, value.find('&'));
    for (std::size_t slash = value.find("%2F"); slash != std::string::npos; slash = value.find("%2F")) value.replace(slash, 3, "/");
    return value;
}

}  // namespace

struct s3_model::request {
    std::string_view head, body;
    std::string method, key, query;
};

std::size_t body_length(std::string_view const head) { return static_cast<std::size_t>(number(field(head, "Content-Length"))); }

std::string s3_model::etag_of(std::string_view const data) {
    return '"' + std::to_string(std::hash<std::string_view>()(data)) + '-' + std::to_string(data.size()) + '"';
}

std::string s3_model::answer(std::string_view const head, std::string_view const body) {
    request r;
    r.head = head;
    r.body = body;
    r.method = head.substr(0, head.find(' '));
    std::string_view target = head.substr(r.method.size() + 1);
    target = target.substr(0, target.find(' '));
    if (!instead.empty()) {
        std::string scripted = std::move(instead.front());
        instead.pop_front();
        seen.push_back(r.method + ' ' + std::string(target));
        return scripted;
    }
    if (!target.starts_with(bucket)) return problem("404 Not Found", "NoSuchBucket");
    target.remove_prefix(bucket.size());
    std::size_t const question = target.find('?');
    r.key = target.substr(0, question);
    if (question != std::string_view::npos) r.query = target.substr(question + 1);
    seen.push_back(r.method + ' ' + r.key);

    if (r.method == "PUT") return write(r);
    if (r.method == "DELETE") return remove(r);
    if (r.method == "POST") return remove_many(r);
    if (r.key.empty()) return list(r);
    return read(r);
}

std::string s3_model::read(request const& r) const {
    auto const found = objects.find(r.key);
    if (found == objects.end()) return problem("404 Not Found", "NoSuchKey");
    std::string const& data = found->second;
    std::string const etag = etag_of(data), match = field(r.head, "If-Match"), range = field(r.head, "Range");
    if (!match.empty() && match != etag) return problem("412 Precondition Failed", "PreconditionFailed");
    std::string fields = "ETag: " + etag + "\r\n";
    auto const id = put_ids.find(r.key);
    if (id != put_ids.end() && !id->second.empty()) fields += "x-amz-meta-sluice-put: " + id->second + "\r\n";
    std::string whole = reply("200 OK", fields, data);
    if (r.method == "HEAD") whole.resize(whole.size() - data.size());
    if (range.empty()) return whole;
    std::size_t const dash = range.find('-');
    std::uint64_t first = number(std::string_view(range).substr(6)), last = data.size() - 1;
    if (dash + 1 < range.size()) last = std::min<std::uint64_t>(last, number(std::string_view(range).substr(dash + 1)));
    if (dash == 6)
        first = data.size() - std::min<std::uint64_t>(data.size(), number(std::string_view(range).substr(7))), last = data.size() - 1;
    if (first >= data.size())
        return reply("416 Range Not Satisfiable", "Content-Range: bytes */" + std::to_string(data.size()) + "\r\n", {});
    fields += "Content-Range: bytes " + std::to_string(first) + '-' + std::to_string(last) + '/' + std::to_string(data.size()) + "\r\n";
    return reply("206 Partial Content", fields, std::string_view(data).substr(first, last - first + 1));
}

std::string s3_model::copy(request const& r) {
    std::string const source = field(r.head, "x-amz-copy-source"), match = field(r.head, "x-amz-copy-source-if-match");
    auto const found = objects.find(source.substr(bucket.size() - 1));
    if (found == objects.end()) return problem("404 Not Found", "NoSuchKey");
    std::string const etag = etag_of(found->second);
    if (!match.empty() && match != etag) return problem("412 Precondition Failed", "PreconditionFailed");
    objects[r.key] = std::string(found->second);
    return reply("200 OK", {}, "<CopyObjectResult><ETag>" + etag + "</ETag></CopyObjectResult>");
}

std::string s3_model::write(request const& r) {
    if (!field(r.head, "x-amz-copy-source").empty()) return copy(r);
    auto const found = objects.find(r.key);
    bool const there = found != objects.end();
    std::string const match = field(r.head, "If-Match"), none_match = field(r.head, "If-None-Match");
    bool const refused = (!none_match.empty() && there) || (!match.empty() && there && match != etag_of(found->second));
    if (refused) return problem("412 Precondition Failed", "PreconditionFailed");
    if (!match.empty() && !there) return problem("404 Not Found", "NoSuchKey");
    objects[r.key] = r.body;
    put_ids[r.key] = field(r.head, "x-amz-meta-sluice-put");
    return reply("200 OK", "ETag: " + etag_of(r.body) + "\r\n", {});
}

std::string s3_model::remove(request const& r) {
    objects.erase(r.key);
    return "HTTP/1.1 204 No Content\r\n\r\n";
}

std::string s3_model::remove_many(request const& r) {
    std::string outcome = "<DeleteResult>";
    std::string_view rest = r.body;
    for (std::size_t at = rest.find("<Key>"); at != std::string_view::npos; at = rest.find("<Key>")) {
        rest.remove_prefix(at + 5);
        std::string const key(rest.substr(0, rest.find('<')));
        objects.erase(key);
        outcome += "<Deleted><Key>" + key + "</Key></Deleted>";
    }
    return reply("200 OK", "Content-Type: application/xml\r\n", outcome + "</DeleteResult>");
}

std::string s3_model::list(request const& r) const {
    std::string const prefix = parameter(r.query, "prefix"), after = parameter(r.query, "continuation-token");
    std::string page, next;
    std::size_t n = 0;
    for (auto const& [key, data] : objects) {
        if (!key.starts_with(prefix) || key <= after) continue;
        if (n++ == page_limit) {
            page += "<NextContinuationToken>" + next + "</NextContinuationToken>";
            break;
        }
        page +=
            "<Contents><Key>" + key + "</Key><Size>" + std::to_string(data.size()) + "</Size><ETag>" + etag_of(data) + "</ETag></Contents>";
        next = key;
    }
    page += std::string("<IsTruncated>") + (n > page_limit ? "true" : "false") + "</IsTruncated>";
    return reply("200 OK", {}, "<ListBucketResult>" + page + "</ListBucketResult>");
}

}  // namespace sluice::test
