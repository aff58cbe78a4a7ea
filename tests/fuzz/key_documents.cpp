// The documents in which keys come: what is taken can be sent in a header; an error repeats nothing of what may be a secret.
#include "input.hpp"

#include "auth/key_documents.hpp"

using namespace sluice;

namespace {

bool is_plain(std::string_view const text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

void check_error(failure const& why) {
    constexpr std::string_view ours[] = {"the document ", "the answer is not one to ", "the cached token ",
                                         "the XML of the answer is refused: "};
    std::string_view const detail = why.info().detail;
    bool const known = std::ranges::any_of(ours, [&](std::string_view text) { return detail.starts_with(text) && detail.size() < 150; });
    bool const says = why.reason() == errc::unauthenticated && detail.size() < 400 && fuzz::is_one_line(detail);
    fuzz::must((known && why.reason() == errc::protocol) || says, "an error in our own words, or a refusal");
}

void check(result<credentials> const& keys) {
    if (!keys) return check_error(keys.error());
    fuzz::must(!keys->access_key.empty() && !keys->secret_key.empty(), "both halves of a pair");
    fuzz::must(is_plain(keys->access_key) && is_plain(keys->secret_key) && is_plain(keys->session_token), "what may stand in a header");
}

}  // namespace

void fuzz::run(input in) {
    std::string const text(in.rest());
    check(auth::parse_metadata_keys(text));
    check(auth::parse_process_keys(text));
    check(auth::parse_sso_keys(text));
    check(auth::parse_sts_keys(text, "AssumeRole"));
    auto const token = auth::parse_sso_token(text);
    if (token)
        must(!token->token.empty() && is_plain(token->token), "what may stand in a header");
    else
        check_error(token.error());
    must(is_one_line(auth::sts_refusal(text)), "a refusal of one line");
}
