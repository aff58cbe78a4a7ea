#include "testing/digest.hpp"
#include "testing/gcs_desk.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace sluice::inline v0::testing {
namespace {

constexpr std::uint64_t chunk_unit = 256 * 1024;

/// "bytes 0-99/100", "bytes 0-99/*", "bytes */100", "bytes */*".
struct said_range {
    bool asks = false;
    std::uint64_t first = 0, behind = 0;
    std::optional<std::uint64_t> total;
};

said_range parse_said(std::string const* const header) {
    if (header == nullptr || !header->starts_with("bytes ")) throw refusal("a chunk without a Content-Range");
    std::string_view const text = std::string_view(*header).substr(6);
    auto const slash = text.find('/');
    if (slash == text.npos) throw refusal("a malformed Content-Range: " + *header);
    said_range said;
    std::string_view const total = text.substr(slash + 1), part = text.substr(0, slash);
    if (total != "*") said.total = number_in(std::string(total));
    said.asks = part == "*";
    if (said.asks) return said;
    auto const dash = part.find('-');
    if (dash == part.npos) throw refusal("a malformed Content-Range: " + *header);
    said.first = number_in(std::string(part.substr(0, dash)));
    said.behind = number_in(std::string(part.substr(dash + 1))) + 1;
    if (said.behind <= said.first || (said.total && said.behind > *said.total)) throw refusal("a malformed Content-Range: " + *header);
    return said;
}

service_reply incomplete(gcs_session const& session) {
    service_reply reply;
    reply.status = 308;
    if (!session.received.empty()) reply.headers.emplace_back("Range", "bytes=0-" + std::to_string(session.received.size() - 1));
    return reply;
}

}  // namespace

service_reply gcs_desk::on_session(service_request& request, service_fault const& fault) {
    std::lock_guard const lock(mutex_);
    auto const found = sessions_.find(*request.find_parameter("upload_id"));
    if (found == sessions_.end()) throw service_problem(404, "notFound", "Not Found");
    gcs_session& session = found->second;
    if (session.gone) throw service_problem(410, "uploadGone", "Gone");
    if (request.is("DELETE")) {
        if (!session.made) session.gone = true;
        service_reply reply;
        reply.status = 499;
        return reply;
    }
    if (!request.is("PUT")) throw refusal("no such operation", "methodNotAllowed", 405);
    return take_chunk(session, request, fault);
}

service_reply gcs_desk::take_chunk(gcs_session& session, service_request& request, service_fault const& fault) {
    said_range const said = parse_said(request.find_header("content-range"));
    std::string& body = request.raw.body;
    if (said.total && session.announced && *said.total != *session.announced) throw refusal("another length than was announced");
    if (said.asks) {
        if (!body.empty()) throw refusal("a question with a body");
        if (session.made) return json_reply(resource_of(session.bucket, *session.made));
        if (said.total && *said.total == session.received.size()) return finish_session(session);
        return incomplete(session);
    }
    if (session.made) throw refusal("a chunk for an upload that is complete");
    if (said.behind - said.first != body.size()) throw refusal("a chunk of another length than it says");
    if (said.first != session.received.size())
        throw refusal("a chunk at " + std::to_string(said.first) + ", where " + std::to_string(session.received.size()) + " are committed");
    bool const last = said.total && said.behind == *said.total;
    if (!last && body.size() % chunk_unit != 0) throw refusal("a chunk that is no multiple of 256 KiB");
    if (fault.keep_only)
        body.resize(static_cast<std::size_t>(std::min<std::uint64_t>(*fault.keep_only / chunk_unit * chunk_unit, body.size())));
    session.received += body;
    if (!last || session.received.size() < *said.total) return incomplete(session);
    return finish_session(session);
}

service_reply gcs_desk::finish_session(gcs_session& session) {
    std::string const sum = session.promised_crc32c.empty() ? std::string() : base64(crc32c(session.received));
    if (session.promised_crc32c != sum) {
        session.gone = true;
        throw service_problem(400, "invalid",
                              "Provided CRC32C \"" + session.promised_crc32c + "\" doesn't match calculated CRC32C \"" + sum + "\".");
    }
    session.made = stored(session.bucket, session.object, std::move(session.received), session.conditions);
    session.received.clear();
    return json_reply(resource_of(session.bucket, *session.made));
}

}  // namespace sluice::inline v0::testing
