// Files of Google's accounts: what is taken has all that its kind needs, sends its secrets nowhere in the open, and can be asked with; an
// error repeats nothing of the file.
#include "input.hpp"

#include "auth/google_requests.hpp"
#include "net/route.hpp"

using namespace sluice;
using namespace sluice::auth;

namespace {

constexpr wall_time now{std::chrono::seconds(1'700'000'000)};

bool is_plain(std::string_view const text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

void check_request(key_request const& request) {
    fuzz::must(request.to.tls || net::is_loopback(request.to.host), "no secret in the open");
    for (std::size_t i = 0; i < request.headers.size(); ++i) fuzz::must(fuzz::is_one_line(request.headers[i].value), "a header");
}

struct asking {
    std::string_view text;  // of the file

    void operator()(service_account const& one) const {
        fuzz::must(is_plain(one.email), "an email");
        auto const assertion = service_account_assertion(one, "s", now);
        fuzz::must(assertion.has_value(), "an assertion");
        check_request(assertion_request(one, *assertion, {}));
    }
    void operator()(authorized_user const& one) const {
        fuzz::must(is_plain(one.client_id) && is_plain(one.client_secret) && is_plain(one.refresh_token), "a person");
        check_request(refresh_request(one, {}));
    }
    void operator()(external_account const& one) const {
        check_request(exchange_request(one, "t", "s", {}));
        if (one.acts_as) acting(*one.acts_as);
        for (auto const& [name, value] : one.subject.headers) fuzz::must(is_plain(name) && is_plain(value), "headers");
        if (one.subject.from != subject_source::kind::aws) return;
        auto const token = aws_subject_token(credentials("A", "CANARY"), "r", one, now);
        bool const in_file = text.find("CANARY") != text.npos;
        fuzz::must(!token || in_file || token->find("CANARY") == std::string::npos, "no key in a signed request");
    }
    void operator()(impersonated_account const& one) const {
        acting(one.as);
        std::visit(*this, one.by->who);
    }
    static void acting(impersonation const& as) { check_request(impersonation_request(as, "s", "t", {})); }
};

}  // namespace

void fuzz::run(input in) {
    std::string_view const text = in.rest();
    auto const account = parse_google_account(text, "the file");
    if (!account) {
        std::string_view const detail = account.error().info().detail;
        must(account.error().reason() == errc::invalid_argument, "refused");
        must(detail.starts_with("the file") && detail.size() < 200 && is_one_line(detail), "an error in our own words");
        return;
    }
    must(is_one_line(google_account_in_words(*account)), "words of one line");
    std::visit(asking{text}, account->who);
}
