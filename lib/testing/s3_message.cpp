#include "testing/s3_message.hpp"

#include "testing/http_reader.hpp"

namespace sluice::inline v0::testing {
namespace {

constexpr std::string_view xml_declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

}  // namespace

s3_problem refusal(std::string message, std::string code, int const status) {
    s3_problem problem(status, std::move(code), std::move(message));
    problem.refused = true;
    return problem;
}

std::string_view s3_reply::content() const noexcept {
    if (!object) return body;
    return std::string_view(*object).substr(static_cast<std::size_t>(first), static_cast<std::size_t>(length));
}

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

std::string const* s3_request::find_parameter(std::string_view const name) const noexcept {
    for (auto const& [parameter, value] : parameters)
        if (parameter == name) return &value;
    return nullptr;
}

std::string const* s3_request::find_header(std::string_view const name) const noexcept {
    for (auto const& [field, value] : raw.headers)
        if (same_name(field, name)) return &value;
    return nullptr;
}

}  // namespace sluice::inline v0::testing
