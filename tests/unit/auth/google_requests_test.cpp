#include "auth/google_requests.hpp"

#include "auth/token_form.hpp"
#include "support/certificates.hpp"
#include "support/google_files.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sluice;
using namespace sluice::auth;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

wall_time const now{std::chrono::seconds(1'700'000'000)};
constexpr char const* scope = "https://www.googleapis.com/auth/cloud-platform";
constexpr char const* encoded_scope = "https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform";

service_account account_of_file(std::string const& pem) {
    auto found = parse_google_account(service_account_file(pem, "https://t.example/token"), "f");
    return std::get<service_account>(std::move(found.value().who));
}

external_account federated(std::string const& source, std::string const& more = {}) {
    auto found = parse_google_account(external_file("https://sts.example/v1/token", source, more), "f");
    return std::get<external_account>(std::move(found.value().who));
}

way_out some_way() {
    way_out by;
    by.ca_file = "/ca.pem";
    by.network.https_proxy = "http://proxy:1";
    return by;
}

std::string complaint(result<std::string> const& found) {
    if (found) return "none";
    CHECK(found.error().info().detail.find("CANARY") == std::string::npos);
    return std::string(to_string(found.error().reason())) + ": " + found.error().info().detail;
}

}  // namespace

TEST_CASE("google requests: what a service account says of itself, signed") {
    certificate_wish wish;
    wish.rsa_bits = 2048;
    service_account account = account_of_file(make_certificate(wish).key_pem());
    std::string const claims = base::base64url_encode(
        R"({"iss":"sa@p1.iam.gserviceaccount.com","scope":"https://www.googleapis.com/auth/cloud-platform","aud":"https://t.example/token",)"
        R"("iat":1700000000,"exp":1700003600})");
    std::string input = base::base64url_encode(R"({"alg":"RS256","typ":"JWT","kid":"k1"})") + "." + claims;
    std::string const signature = base::base64url_encode(account.key.sign(input).value());
    CHECK(service_account_assertion(account, scope, now).value() == input + "." + signature);
    account.key_id.clear();
    CHECK(
        service_account_assertion(account, scope, now).value().starts_with(base::base64url_encode(R"({"alg":"RS256","typ":"JWT"})") + "."));
    key_request const request = assertion_request(account, "a.b.c", some_way());
    CHECK(request.method == "POST");
    CHECK(request.to.host == "t.example");
    CHECK(request.body == "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=a.b.c");
    CHECK(request.headers.value_or("content-type") == "application/x-www-form-urlencoded");
    CHECK(request.ca_file == "/ca.pem");
    CHECK(request.network.https_proxy == "http://proxy:1");
}

TEST_CASE("google requests: a person's refresh token, with id and secret in the form or in a header") {
    auto user = std::get<authorized_user>(parse_google_account(user_file("https://t.example/token"), "f").value().who);
    key_request const form = refresh_request(user, {});
    CHECK(form.body == "grant_type=refresh_token&client_id=id1&client_secret=CANARY-secret&refresh_token=CANARY-refresh");
    CHECK(form.headers.value_or("authorization").empty());
    user.by_header = true;
    key_request const header = refresh_request(user, {});
    CHECK(header.body == "grant_type=refresh_token&refresh_token=CANARY-refresh");
    CHECK(header.headers.value_or("authorization") == "Basic aWQxOkNBTkFSWS1zZWNyZXQ=");
}

TEST_CASE("google requests: the exchange of another provider's token") {
    std::string const begin =
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&audience=%2F%2Fiam.googleapis.com%2Fpools%2Fx&scope=" +
        std::string(encoded_scope) +
        "&requested_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token"
        "&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt&subject_token=ey%2B";
    CHECK(exchange_request(federated(R"("file":"/t")"), "ey+", scope, {}).body == begin);
    std::string const project = R"(,"workforce_pool_user_project":"w 1")";
    CHECK(exchange_request(federated(R"("file":"/t")", project), "ey+", scope, {}).body ==
          begin + "&options=%7B%22userProject%22%3A%22w%201%22%7D");
    key_request const named =
        exchange_request(federated(R"("file":"/t")", project + R"(,"client_id":"a","client_secret":"b")"), "ey+", scope, {});
    CHECK(named.body == begin);
    CHECK(named.headers.value_or("authorization") == "Basic YTpi");
}

TEST_CASE("google requests: acting as a service account") {
    impersonation as;
    as.to = parse_web_address("https://iam.example/v1/x:generateAccessToken", "x").value();
    key_request const plain = impersonation_request(as, scope, "tok", some_way());
    CHECK(plain.method == "POST");
    CHECK(plain.to.target == "/v1/x:generateAccessToken");
    CHECK(plain.headers.value_or("authorization") == "Bearer tok");
    CHECK(plain.headers.value_or("content-type") == "application/json");
    CHECK(plain.body == R"({"scope":["https://www.googleapis.com/auth/cloud-platform"],"lifetime":"3600s"})");
    CHECK(plain.ca_file == "/ca.pem");
    as.delegates = {"a", "b\"c"};
    as.lifetime = 600s;
    CHECK(impersonation_request(as, "s", "tok", {}).body == R"({"delegates":["a","b\"c"],"scope":["s"],"lifetime":"600s"})");
}

TEST_CASE("google requests: the metadata server") {
    key_request const request = metadata_request("metadata.google.internal", scope).value();
    CHECK(request.method == "GET");
    CHECK(request.to.authority() == "metadata.google.internal");
    CHECK(request.to.target == "/computeMetadata/v1/instance/service-accounts/default/token?scopes=" + std::string(encoded_scope));
    CHECK(request.headers.value_or("metadata-flavor") == "Google");
    CHECK(metadata_request("[fd20:ce::254]:8080", "s").value().to.port == 8080);
    key_request const probe = metadata_probe("169.254.169.254").value();
    CHECK(probe.to.target == "/");
    CHECK(probe.limit == 1s);
    CHECK_FALSE(metadata_request("a b", "s").has_value());
    CHECK_FALSE(metadata_probe("u@h").has_value());
}

TEST_CASE("google requests: a request signed for AWS as a token") {
    external_account const account = federated(
        R"("environment_id":"aws1","regional_cred_verification_url":"https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15")");
    credentials const keys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "session");
    std::string const token = aws_subject_token(keys, "us-east-2", account, now).value();
    CHECK(token.find("AWS4-HMAC-SHA256%20Credential%3DAKIDEXAMPLE%2F20231114%2Fus-east-2%2Fsts%2Faws4_request") != std::string::npos);
    CHECK(token.find("SignedHeaders%3Dhost%3Bx-amz-date%3Bx-amz-security-token%3Bx-goog-cloud-target-resource") != std::string::npos);
    CHECK(token.starts_with(
        "%7B%22url%22%3A%22https%3A%2F%2Fsts.us-east-2.amazonaws.com%3FAction%3DGetCallerIdentity%26Version%3D2011-06-15%22"
        "%2C%22method%22%3A%22POST%22%2C%22headers%22%3A%5B%7B%22key%22%3A%22host%22%2C%22value%22%3A%22sts.us-east-2."
        "amazonaws.com%22%7D"));
    CHECK(token.find("x-amz-content-sha256") == std::string::npos);
    CHECK(token.find("wJalr") == std::string::npos);
    CHECK(complaint(aws_subject_token(keys, "u s", account, now)).starts_with("invalid argument: regional_cred_verification_url"));
}

TEST_CASE("google requests: what an executable prints") {
    auto const of = [](std::string const& text, bool must_expire = false) { return parse_executable_token(text, must_expire, now); };
    std::string const begin = R"({"version":1,"success":true,"token_type":"urn:ietf:params:oauth:token-type:)";
    CHECK(of(begin + R"(id_token","id_token":"ey","expiration_time":1700000001})", true).value() == "ey");
    CHECK(of(begin + R"(jwt","id_token":"ey"})").value() == "ey");
    CHECK(of(begin + R"(saml2","saml_response":"PH"})").value() == "PH");
    struct {
        std::string said;
        char const* wanted;
    } const rows[] = {
        {complaint(of("CANARY")), "protocol error: the document is no JSON object"},
        {complaint(of(R"({"version":2,"success":true})")), "protocol error: the document has no version 1"},
        {complaint(of(R"({"version":1})")), "protocol error: the document says neither success nor failure"},
        {complaint(of(R"({"version":1,"success":false,"code":"401","message":"log\nin"})")),
         "not authenticated: the executable says 401: log in"},
        {complaint(of(begin + R"(jwt","id_token":"CANARY"})", true)),
         "protocol error: the document has no expiration_time, which it must have beside an output_file"},
        {complaint(of(begin + R"(jwt","id_token":"CANARY","expiration_time":1700000000})")),
         "not authenticated: the token of the executable has expired"},
        {complaint(of(begin + R"(other","id_token":"CANARY"})")), "protocol error: the document has a token_type that is not supported"},
        {complaint(of(begin + R"(jwt","saml_response":"CANARY"})")), "protocol error: the document has no token"},
    };
    for (auto const& row : rows) CHECK_MESSAGE(row.said == row.wanted, row.said);
}

TEST_CASE("google requests: a subject token as a text, or as a member of a document") {
    CHECK(subject_token_in("ey", "").value() == "ey");
    CHECK(subject_token_in(R"({"m":"ey"})", "m").value() == "ey");
    CHECK(complaint(subject_token_in("", "")) == "protocol error: the document is empty");
    CHECK(complaint(subject_token_in("CANARY", "m")) == "protocol error: the document is no JSON object");
    CHECK(complaint(subject_token_in(R"({"n":"CANARY"})", "m")) ==
          "protocol error: the document has no member that subject_token_field_name names");
}

TEST_CASE("forms of token endpoints leave out what is empty and encode the rest") {
    CHECK(token_form({}).empty());
    CHECK(token_form({{"a", ""}, {"b", "c d&e=f+%"}, {"g", "~-._/"}}) == "b=c%20d%26e%3Df%2B%25&g=~-._%2F");
    CHECK(basic_authorization("Aladdin", "open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
}
