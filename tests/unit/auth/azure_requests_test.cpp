#include "auth/azure_requests.hpp"

#include "support/certificates.hpp"
#include "support/surroundings.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sluice;
using namespace sluice::auth;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

constexpr char const* scope = "https://storage.azure.com/.default";

result<azure_endpoint> endpoint(std::string tenant, std::string client, std::string authority = {}) {
    return azure_endpoint_of(azure_application(std::move(tenant), std::move(client)), authority, scope, {});
}

std::string complaint(auto const& found) {
    if (found) return "none";
    CHECK(found.error().reason() == errc::invalid_argument);
    return found.error().info().detail;
}

}  // namespace

TEST_CASE("azure requests: where an application asks for tokens") {
    CHECK(endpoint("t-1", "c-1").value().url == "https://login.microsoftonline.com/t-1/oauth2/v2.0/token");
    CHECK(endpoint("72F988BF-86f1", "C").value().to.target == "/72F988BF-86f1/oauth2/v2.0/token");
    CHECK(endpoint("contoso.com", "c", "login.microsoftonline.us").value().url ==
          "https://login.microsoftonline.us/contoso.com/oauth2/v2.0/token");
    CHECK(endpoint("t", "c", "https://login.chinacloudapi.cn//").value().to.target == "/t/oauth2/v2.0/token");
    CHECK(endpoint("t", "c", "http://localhost:9/x").value().to.target == "/x/t/oauth2/v2.0/token");
    CHECK(complaint(endpoint("t", "c", "http://login.example")) == "the authority of Entra ID must be https, or on this machine");
    CHECK(complaint(endpoint("t", "c", "ftp://login.example")).starts_with("the authority of Entra ID is no address"));
    for (char const* bad : {"", "a/b", "a b", "..?x", "a%2f"}) {
        CHECK(complaint(endpoint(bad, "c")) == "the tenant of Entra ID must be a GUID or the name of a domain");
        CHECK(complaint(endpoint("t", bad)) == "the client of Entra ID must be a GUID");
    }
}

TEST_CASE("azure requests: a client secret, and an assertion") {
    azure_endpoint const at = endpoint("t", "c").value();
    key_request const secret = client_secret_request(at, "s~e+c");
    CHECK(secret.method == "POST");
    CHECK(secret.body ==
          "grant_type=client_credentials&client_id=c&scope=https%3A%2F%2Fstorage.azure.com%2F.default&client_secret=s~e%2Bc");
    CHECK(client_assertion_request(at, "a.b.c").body ==
          "grant_type=client_credentials&client_id=c&scope=https%3A%2F%2Fstorage.azure.com%2F.default"
          "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=a.b.c");
}

TEST_CASE("azure requests: what an application says of itself, signed by its certificate's key") {
    certificate_wish wish;
    wish.rsa_bits = 2048;
    identity const who = make_certificate(wish);
    auto const identity = base::read_identity(who.key_pem() + who.certificate_pem()).value();
    auto const now = std::chrono::system_clock::time_point(1'700'000'000s);
    std::string const token = client_assertion(endpoint("t", "c").value(), identity, "id-1", now).value();
    std::string const wanted =
        base::base64url_encode(R"({"alg":"PS256","typ":"JWT","x5t#S256":")" + base::base64url_encode(identity.thumbprint) + "\"}") + "." +
        base::base64url_encode(
            R"({"aud":"https://login.microsoftonline.com/t/oauth2/v2.0/token","iss":"c","sub":"c","jti":"id-1","nbf":1700000000,)"
            R"("iat":1700000000,"exp":1700000600})") +
        ".";
    CHECK(token.starts_with(wanted));
    CHECK(token.size() == wanted.size() + 342);  // 256 bytes in base64url
}

TEST_CASE("azure requests: managed identities of App Service and of machines") {
    auto const of = [](texts variables, std::string client = {}) {
        return managed_identity_request(around_of(std::move(variables)), scope, client);
    };
    key_request const machine = of({}).value();
    CHECK(machine.to.authority() == "169.254.169.254");
    CHECK(machine.to.target == "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fstorage.azure.com");
    CHECK(machine.headers.value_or("metadata") == "true");
    CHECK(machine.busy == std::vector<int>{404, 410});
    CHECK(of({}, "c 1").value().to.target.ends_with("&client_id=c%201"));
    CHECK(of({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://10.0.0.1:80/"}}).value().to.host == "10.0.0.1");
    texts const app{{"IDENTITY_ENDPOINT", "http://127.0.0.1:41741/msi/token"}, {"IDENTITY_HEADER", "CANARY"}};
    key_request const service = of(app).value();
    CHECK(service.to.authority() == "127.0.0.1:41741");
    CHECK(service.to.target == "/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fstorage.azure.com");
    CHECK(service.headers.value_or("x-identity-header") == "CANARY");
    CHECK_FALSE(service.headers.find("metadata"));
    CHECK(complaint(of({{"IDENTITY_ENDPOINT", "x"}, {"IDENTITY_HEADER", "y"}})).starts_with("IDENTITY_ENDPOINT is no address"));
    CHECK(complaint(of({{"IDENTITY_ENDPOINT", "http://127.0.0.1/x"}})).ends_with("Azure Arc is not supported"));
    texts fabric = app;
    fabric.emplace("IDENTITY_SERVER_THUMBPRINT", "aa");
    CHECK(complaint(of(fabric)).ends_with("Service Fabric are not supported"));
    key_request const probe = managed_identity_probe(around_of({})).value();
    CHECK(probe.headers.size() == 0);
    CHECK(probe.limit == 1s);
    CHECK(probe.attempts == 1);
    texts const odd{{"AZURE_POD_IDENTITY_AUTHORITY_HOST", "x"}};
    CHECK(complaint(managed_identity_probe(around_of(odd))).starts_with("AZURE_POD_IDENTITY_AUTHORITY_HOST is no address"));
    CHECK(complaint(of(odd)).starts_with("AZURE_POD_IDENTITY_AUTHORITY_HOST is no address"));
}

TEST_CASE("azure requests: the resource of a scope") {
    CHECK(azure_resource("https://storage.azure.com/.default") == "https://storage.azure.com");
    CHECK(azure_resource("https://storage.azure.com/") == "https://storage.azure.com/");
    CHECK(azure_resource("").empty());
}
