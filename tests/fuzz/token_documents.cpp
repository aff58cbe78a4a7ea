// The documents in which tokens come: what is taken can be sent in a header; an error repeats nothing of what may be a secret.
#include "input.hpp"

#include "auth/google_requests.hpp"
#include "auth/token_documents.hpp"

using namespace sluice;

namespace {

constexpr std::chrono::system_clock::time_point now{std::chrono::seconds(1'700'000'000)};

bool is_plain(std::string_view const text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

void check_error(failure const& why) {
    std::string_view const detail = why.info().detail;
    bool const ours = detail.starts_with("the document ") || detail == "the token of the executable has expired";
    bool const says = detail.starts_with("the executable says ") && detail.size() < 400 && fuzz::is_one_line(detail);
    fuzz::must((ours && detail.size() < 150) || (says && why.reason() == errc::unauthenticated), "an error in our own words, or a refusal");
}

void check(result<access_token> const& token) {
    if (!token) return check_error(token.error());
    fuzz::must(!token->value.empty() && is_plain(token->value), "what may stand in a header");
}

void check_text(result<std::string> const& token) {
    if (!token) return check_error(token.error());
    fuzz::must(!token->empty(), "a token");
}

}  // namespace

void fuzz::run(input in) {
    std::string const text(in.rest());
    auto const of_oauth = auth::parse_oauth_token(text, now);
    check(of_oauth);
    must(!of_oauth || !of_oauth->expires || *of_oauth->expires >= std::chrono::system_clock::time_point(), "an end after 1970");
    check(auth::parse_iam_token(text));
    check(auth::parse_azure_cli_token(text));
    check_text(auth::parse_executable_token(text, true, now));
    check_text(auth::parse_executable_token(text, false, now));
    check_text(auth::subject_token_in(text, "m"));
    check_text(auth::subject_token_in(text, {}));
    std::string const words = auth::token_refusal(text);
    must(is_one_line(words) && words.size() <= 300, "a refusal of one short line");
    auth::key_answer answer;
    answer.status = 400;
    answer.text = text;
    must(auth::token_refused(answer, "CANARY").info().detail.find("CANARY") == std::string::npos, "no secret in a refusal");
}
