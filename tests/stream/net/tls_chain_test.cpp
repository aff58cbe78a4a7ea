// What a chain of certificates must be, beside the host's name and the dates: each refusal with the same set-up in order as its control.
#include "support/co_test.hpp"
#include "support/tls_peer.hpp"
#include "support/tls_world.hpp"

#include <cstdlib>
#include <optional>
#include <string>

using namespace sluice;
using test::certificate_wish;
using test::handshake;
using test::identity;
using test::make_certificate;
using test::tls_peer;
using test::trusting;

namespace {

using context_ptr = std::shared_ptr<net::tls_context const>;
using stream_result = result<std::unique_ptr<net::stream>>;

/// What becomes of a connection to "localhost" at `server`.
awaitable<std::string> outcome_of(identity const* server, context_ptr context) {
    tls_peer peer(*server, nullptr, test::tls_behaviour::lax());
    stream_result const s = co_await handshake(peer.port(), std::move(context), "localhost");
    co_return s ? "trusted" : std::string(to_string(s.error().reason()));
}

certificate_wish authority_named(std::string name) {
    certificate_wish wish;
    wish.common_name = std::move(name);
    wish.authority = true;
    return wish;
}

/// Sets a variable of the environment for one scope.
class variable {
public:
    variable(char const* name, std::string const& value) : name_(name) {
        if (char const* const before = std::getenv(name)) before_ = before;
        ::setenv(name, value.c_str(), 1);
    }
    ~variable() {
        if (before_)
            ::setenv(name_, before_->c_str(), 1);
        else
            ::unsetenv(name_);
    }
    variable(variable const&) = delete;
    variable& operator=(variable const&) = delete;

private:
    char const* name_;
    std::optional<std::string> before_;
};

}  // namespace

CO_TEST("tls: an authority that may sign for other names only is not believed about ours") {
    for (auto const& [permitted, expected] :
         {std::pair("permitted;DNS:localhost", "trusted"), std::pair("permitted;DNS:other.example", "untrusted peer"),
          std::pair("excluded;DNS:localhost", "untrusted peer")}) {
        certificate_wish wish = authority_named("constrained CA");
        wish.constraints = permitted;
        identity const authority = make_certificate(wish);
        identity const server = make_certificate(certificate_wish("DNS:localhost"), &authority);
        std::string const came_to = co_await outcome_of(&server, trusting(authority));
        CHECK_MESSAGE(came_to == expected, permitted);
    }
}

CO_TEST("tls: a certificate whose issuer is not shown is not trusted, unless the issuer is known here") {
    identity const root = test::make_authority();
    identity const between = make_certificate(authority_named("in between"), &root);
    identity const server = make_certificate(certificate_wish("DNS:localhost"), &between);
    std::string const alone = co_await outcome_of(&server, trusting(root));
    CHECK(alone == "untrusted peer");
    std::string const known = co_await outcome_of(&server, trusting(root, between));
    CHECK(known == "trusted");
}

CO_TEST("tls: keys that are too short, and signatures by way of SHA-1, are not trusted") {
    struct row {
        int rsa_bits;
        bool sha1;
        bool good;
    };
    identity const authority = test::make_authority();
    for (row const& r : {row{2048, false, true}, row{1024, false, false}, row{2048, true, false}}) {
        certificate_wish wish("DNS:localhost");
        wish.rsa_bits = r.rsa_bits;
        wish.sha1 = r.sha1;
        identity const server = make_certificate(wish, &authority);
        std::string const came_to = co_await outcome_of(&server, trusting(authority));
        CHECK_MESSAGE((came_to == "trusted") == r.good, r.rsa_bits, r.sha1 ? " SHA-1: " : " SHA-256: ", came_to);
    }
}

CO_TEST("tls: an authority of the settings is trusted beside the system's, not in their place") {
    identity const of_system = make_certificate(authority_named("system")), own = make_certificate(authority_named("own")),
                   stranger = make_certificate(authority_named("stranger"));
    test::temporary_file const system_file(of_system.certificate_pem());
    variable const system("SSL_CERT_FILE", system_file.path());
    context_ptr const context = trusting(own);
    for (auto const& [authority, expected] :
         {std::pair(&of_system, "trusted"), std::pair(&own, "trusted"), std::pair(&stranger, "untrusted peer")}) {
        identity const server = make_certificate(certificate_wish("DNS:localhost"), authority);
        std::string const came_to = co_await outcome_of(&server, context);
        CHECK(came_to == expected);
    }
}

CO_TEST("tls: no variable of the environment turns the verification off") {
    identity const authority = test::make_authority();
    identity const server = make_certificate(certificate_wish("DNS:localhost"), &authority);
    variable const node("NODE_TLS_REJECT_UNAUTHORIZED", "0"), python("PYTHONHTTPSVERIFY", "0"), git("GIT_SSL_NO_VERIFY", "1"),
        aws("AWS_NO_VERIFY_SSL", "true"), curl("CURL_INSECURE", "1"), empty_file("SSL_CERT_FILE", ""), bundle("AWS_CA_BUNDLE", "");
    std::string const unknown = co_await outcome_of(&server, test::trusting_the_system());
    CHECK(unknown == "untrusted peer");
    std::string const known = co_await outcome_of(&server, trusting(authority));
    CHECK(known == "trusted");
}
