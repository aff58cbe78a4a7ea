#include "testing/s3_message.hpp"

namespace sluice::inline v0::testing {
namespace {

constexpr std::string_view xml_declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

}  // namespace

s3_reply xml_reply(std::string root_content) {
    s3_reply reply;
    reply.headers.emplace_back("Content-Type", "application/xml");
    reply.body = xml_declaration;
    reply.body += root_content;
    return reply;
}

s3_reply problem_reply(s3_problem const& problem, std::string_view const resource, std::string_view const request_id) {
    s3_reply reply;
    // RFC 9110 15.4.5: no content.
    if (problem.status != 304) {
        reply = xml_reply("<Error><Code>" + xml_escape(problem.code) + "</Code><Message>" + xml_escape(problem.message) + "</Message>" +
                          problem.elements + "<Resource>" + xml_escape(resource) + "</Resource><RequestId>" + std::string(request_id) +
                          "</RequestId></Error>");
    }
    reply.status = problem.status;
    reply.headers.insert(reply.headers.end(), problem.headers.begin(), problem.headers.end());
    return reply;
}

}  // namespace sluice::inline v0::testing
