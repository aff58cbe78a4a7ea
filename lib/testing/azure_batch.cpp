// Several removals in one request.
#include "testing/azure_desk.hpp"
#include "testing/http_reader.hpp"

#include <utility>

namespace sluice::inline v0::testing {
namespace {

constexpr std::size_t most_parts = 256, most_bytes = 4u << 20;
constexpr std::string_view part_type = "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: ";

service_problem malformed(std::string why) { return refusal("a batch " + std::move(why), "InvalidInput"); }

/// The requests of a batch, whose numbers are those of their places.
std::vector<std::string_view> parts_of(std::string_view const type, std::string_view body) {
    constexpr std::string_view mixed = "multipart/mixed; boundary=";
    if (!type.starts_with(mixed) || type.size() == mixed.size()) throw malformed("that is not multipart/mixed with a boundary");
    if (body.size() > most_bytes) throw refusal("a batch of more than 4 MiB", "RequestBodyTooLarge", 413);
    std::string const line = "--" + std::string(type.substr(mixed.size()));
    std::vector<std::string_view> parts;
    for (;;) {
        if (!body.starts_with(line)) throw malformed("with something else than its boundary between two requests");
        body.remove_prefix(line.size());
        if (body == "--\r\n") break;
        std::string const head = "\r\n" + std::string(part_type) + std::to_string(parts.size()) + "\r\n\r\n";
        if (!body.starts_with(head)) throw malformed("whose part does not say what it is, and which");
        body.remove_prefix(head.size());
        auto const end = body.find("\r\n\r\n");
        if (end == body.npos) throw malformed("with a request that has no end");
        parts.push_back(body.substr(0, end + 4));
        body.remove_prefix(end + 4);
    }
    if (parts.empty()) throw malformed("of nothing");
    if (parts.size() > most_parts) throw refusal("a batch of more than 256 requests", "ExceedsMaxBatchRequestCount");
    return parts;
}

/// Host is that of the batch, and stands in it alone.
received_request parse_part(std::string_view const text) {
    auto const line = text.find("\r\n") + 2;
    std::string const whole = std::string(text.substr(0, line)) + "Host: batch\r\n" + std::string(text.substr(line));
    received_request raw;
    request_framing framing;
    std::string const wrong = parse_head(whole, raw, framing);
    if (!wrong.empty()) throw malformed("with a request that is none: " + wrong);
    if (framing.length != 0u) throw malformed("with a request that does not say it has no body");
    raw.headers.erase(raw.headers.begin());
    return raw;
}

}  // namespace

std::string azure_desk::answer_to_part(std::string_view const text, std::string const& container) {
    received_request raw = parse_part(text);
    service_request request(raw);
    service_reply reply;
    try {
        check_framing(raw);
        parse_target(request);
        service_fault const fault = ask(request);
        admit(request, true);
        if (fault.status != 0) throw service_problem(fault.status, fault.code, "a fault that the test asked for");
        call const one{request, fault, target_of(request)};
        if (!request.is("DELETE") || one.target.blob.empty()) throw refusal("a batch of something else than removals", "InvalidInput");
        if (one.target.container != container) throw refusal("a batch of another container", "InvalidInput");
        reply = on_blob(one);
    } catch (service_problem const& problem) {
        if (problem.refused) note(raw, problem);
        reply = document(problem, "part");
    }
    if (!reply.body.empty()) reply.headers.emplace_back("Content-Length", std::to_string(reply.body.size()));
    return head_of(reply) + reply.body;
}

/// The service's own order may be any: here the last is answered first.
service_reply azure_desk::batch(call const& one) {
    std::vector<std::string_view> const parts = parts_of(one.header("content-type"), one.request.raw.body);
    std::string const line = "--batchresponse_" + next_etag().substr(1, 15);
    service_reply reply;
    reply.status = 202;
    reply.headers.emplace_back("Content-Type", "multipart/mixed; boundary=" + line.substr(2));
    for (std::size_t i = parts.size(); i-- > 0;) {
        reply.body += line + "\r\nContent-Type: application/http\r\nContent-ID: " + std::to_string(i) + "\r\n\r\n";
        reply.body += answer_to_part(parts[i], one.target.container) + "\r\n";
    }
    reply.body += line + "--";
    return reply;
}

}  // namespace sluice::inline v0::testing
