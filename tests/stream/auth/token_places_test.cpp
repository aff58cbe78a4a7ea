// What each place of tokens has of its own: metadata servers that are none, executables, AWS's keys, and where there is no identity.
#include "support/token_world.hpp"

#include "auth/azure_chain.hpp"
#include "auth/google_chain.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using namespace sluice::auth;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

constexpr char const* here_token = "http://localhost:1/token";

std::shared_ptr<token_provider> federated(std::string const& source, texts variables, texts files = {}, texts outputs = {},
                                          std::string const& more = {}) {
    surroundings around = around_of(std::move(variables), std::move(files), std::move(outputs));
    return google_tokens(std::move(around), parse_google_account(external_file(here_token, source, more), "f").value(), "s", {});
}

std::shared_ptr<token_source> application_default(texts variables, texts files = {}) {
    return google_account_or_error(around_of(std::move(variables), std::move(files)), "s", {}).tokens;
}

std::shared_ptr<token_source> azure_default(texts variables, texts outputs = {}) {
    return azure_tokens_or_error(around_of(std::move(variables), {}, std::move(outputs)), {}, "https://storage.azure.com/.default", {});
}

token_world::responder always(scripted_reply const& reply) {
    return [=](received_request const&, std::size_t) { return reply; };
}

std::string form_value(std::string const& form, std::string const& name) {
    std::size_t const at = form.find(name + '=') + name.size() + 1;
    return form.substr(at, form.find('&', at) - at);
}

}  // namespace

TEST_CASE("token places: Google's metadata server is asked with its header and must answer with it") {
    token_world here;
    auto const source = application_default({{"GCE_METADATA_HOST", "metadata"}});
    CHECK(here.ask(source) == "tok-1");
    received_request const sent = here.requests.at(0);
    CHECK(sent.target == "/computeMetadata/v1/instance/service-accounts/default/token?scopes=s");
    CHECK(sent.header("metadata-flavor") == "Google");
    CHECK(sent.header("host") == "metadata");
    token_world stranger(always(scripted_reply::ok(R"({"access_token":"CANARY","expires_in":3600})")));
    CHECK(stranger.ask(google_machine_tokens("metadata", "s", false, "none")).find("what answers is no metadata server of Google") !=
          std::string::npos);
    token_world bare(always(scripted_reply::status(404, {}, {{"Metadata-Flavor", "Google"}})));
    CHECK(bare.ask(google_machine_tokens("metadata", "s", false, "none")) ==
          "not authenticated: it answered HTTP 404 (the machine has no service account)");
    token_world shut(always(scripted_reply::status(403, {}, {{"Metadata-Flavor", "Google"}})));
    CHECK(shut.ask(google_machine_tokens("metadata", "s", false, "none")) == "not authenticated: it answered HTTP 403");
    token_world unused;
    CHECK(unused.ask(google_machine_tokens("a b", "s", false, "none")).starts_with("invalid argument: GCE_METADATA_HOST"));
    CHECK(unused.ask(google_machine_tokens("a b", "s", true, "none")).starts_with("invalid argument: GCE_METADATA_HOST"));
    CHECK(unused.requests.empty());
}

TEST_CASE("token places: a machine that nothing says to be Google's is asked whether it is, for no longer than a few seconds") {
    token_world here;
    CHECK(here.ask(application_default({})) == "tok-2");
    CHECK(here.requests.at(0).target == "/");
    CHECK(here.requests.at(0).header("metadata-flavor") == "Google");
    CHECK(here.requests.at(1).header("host") == "169.254.169.254");
    std::string const nobody =
        "not authenticated: there are no credentials for Google Cloud, and nobody answers as its metadata server; "
        "GOOGLE_APPLICATION_CREDENTIALS: it is not set; gcloud's application-default login: neither CLOUDSDK_CONFIG nor HOME is set; "
        "run gcloud auth application-default login, or let GOOGLE_APPLICATION_CREDENTIALS name a file";
    scripted_reply late = scripted_reply::ok("late");
    late.first_pause = 1h;
    for (scripted_reply const& reply : {scripted_reply::status(404), scripted_reply::ok("EC2"), late}) {
        token_world other(always(reply));
        CHECK(other.ask(application_default({})) == nobody);
        CHECK(other.w.elapsed() < 5s);
    }
    token_world dark;
    dark.w.forget("169.254.169.254");
    CHECK(dark.ask(application_default({})) == nobody);
    CHECK(dark.ask(application_default({{"GCE_METADATA_IP", "metadata"}})) == "tok-2");
    CHECK(dark.ask(application_default({{"NO_GCE_CHECK", "true"}})).starts_with("not authenticated: there are no credentials for Google"));
    CHECK(
        dark.ask(application_default({{"GOOGLE_APPLICATION_CREDENTIALS", "/f"}})).starts_with("not found: GOOGLE_APPLICATION_CREDENTIALS"));
}

TEST_CASE("token places: a login of gcloud that was revoked says how to get another") {
    token_world here(
        always(scripted_reply::status(400, R"({"error":"invalid_grant","error_description":"Token has been expired or revoked."})")));
    texts const file{{"/c/application_default_credentials.json", user_file(here_token)}};
    CHECK(here.ask(application_default({{"CLOUDSDK_CONFIG", "/c"}}, file)) ==
          "not authenticated: it answered HTTP 400: invalid_grant: Token has been expired or revoked. "
          "(if the login was revoked or has expired, run gcloud auth application-default login)");
}

TEST_CASE("token places: an executable runs only where that is allowed; what it left before is taken while it is good") {
    std::string const source = R"("executable":{"command":"/bin/tool 'a b'","output_file":"/out"})";
    std::string const printed =
        R"({"version":1,"success":true,"token_type":"urn:ietf:params:oauth:token-type:jwt","id_token":"printed","expiration_time":1700000100})";
    std::string const left =
        R"({"version":1,"success":true,"token_type":"urn:ietf:params:oauth:token-type:jwt","id_token":"left","expiration_time":1700000100})";
    std::string const stale =
        R"({"version":1,"success":true,"token_type":"urn:ietf:params:oauth:token-type:jwt","id_token":"old","expiration_time":1600000000})";
    texts const allowed{{"GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "1"}}, outputs{{"/bin/tool", printed}};
    token_world here;
    for (texts const& variables : {texts{}, texts{{"GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "0"}}})
        CHECK(
            here.ask(federated(source, variables, {}, outputs)).starts_with("invalid argument: the external account wants an executable"));
    CHECK(here.requests.empty());
    CHECK(here.ask(federated(source, allowed, {}, outputs)) == "tok-1");
    CHECK(form_value(here.requests.back().body, "subject_token") == "printed");
    CHECK(here.ask(federated(source, allowed, {{"/out", left}}, outputs)) == "tok-2");
    CHECK(form_value(here.requests.back().body, "subject_token") == "left");
    for (std::string const& old : {stale, std::string("CANARY"), std::string()}) {
        CHECK(here.ask(federated(source, allowed, {{"/out", old}}, outputs)).starts_with("tok-"));
        CHECK(form_value(here.requests.back().body, "subject_token") == "printed");
    }
    CHECK(here.ask(federated(R"("executable":{"command":"/bin/tool"})", allowed, {}, outputs)).starts_with("tok-"));
    std::size_t const before = here.requests.size();
    CHECK(here.ask(federated(source, allowed)) ==
          "input/output error: the executable of the external account cannot be started: No such file or directory");
    CHECK(here.ask(federated(source, allowed, {}, {{"/bin/tool", "CANARY"}})) == "protocol error: the document is no JSON object");
    CHECK(here.ask(federated(R"("executable":{"command":"'open"})", allowed)).starts_with("invalid argument: the executable"));
    CHECK(here.requests.size() == before);
}

TEST_CASE("token places: an executable is told in its environment what its token is for") {
    std::string const acts = R"(,"service_account_impersonation_url":"http://localhost:1/v1/a@b.com:generateAccessToken")";
    surroundings around = around_of({{"GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "1"}});
    program ran;
    around.output = [&ran](program const& what) -> result<std::string> {
        ran = what;
        return std::string(R"({"version":1,"success":false,"code":"1","message":"no"})");
    };
    token_world here;
    std::string const source = R"("executable":{"command":"tool -x","timeout_millis":7000,"output_file":"/out"})";
    auto const from = google_tokens(around, parse_google_account(external_file(here_token, source, acts), "f").value(), "s", {});
    CHECK(here.ask(from) == "not authenticated: the executable says 1: no");
    CHECK(ran.words == std::vector<std::string>{"tool", "-x"});
    CHECK(ran.limit == 7s);
    CHECK(ran.variables ==
          std::vector<std::pair<std::string, std::string>>{{"GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE", "//iam.googleapis.com/pools/x"},
                                                           {"GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE", "urn:ietf:params:oauth:token-type:jwt"},
                                                           {"GOOGLE_EXTERNAL_ACCOUNT_INTERACTIVE", "0"},
                                                           {"GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL", "a@b.com"},
                                                           {"GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE", "/out"}});
}

TEST_CASE("token places: a real program gets the variables and is taken at its word") {
    program what;
    what.name = "sh";
    what.words = {"/bin/sh", "-c", "echo $SLUICE_TEST_A-$SLUICE_TEST_B"};
    what.variables = {{"SLUICE_TEST_A", "x"}, {"SLUICE_TEST_B", "y"}, {"PATH", "/nowhere"}};
    CHECK(run_program(what).value() == "x-y\n");
    what.words = {"/bin/sh", "-c", "kill -9 $$"};
    CHECK(run_program(what).error().info().detail == "sh failed");
    what.words = {"/bin/sh", "-c", "exit 4"};
    CHECK(run_program(what).error().info().detail == "sh failed with exit code 4");
}

TEST_CASE("token places: federation from AWS signs with the environment's keys, or those of the machine") {
    std::string const aws =
        R"("environment_id":"aws1","region_url":"http://169.254.169.254/zone","url":"http://169.254.169.254/keys",)"
        R"("regional_cred_verification_url":"https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15")";
    auto const machine = [](received_request const& r, std::size_t const number) {
        if (r.target == "/latest/api/token") return scripted_reply::ok("session");
        if (r.target == "/zone") return scripted_reply::ok("eu-west-1b\n");
        if (r.target == "/latest/meta-data/iam/security-credentials/") return scripted_reply::ok("role");
        if (r.target == "/latest/meta-data/iam/security-credentials/role")
            return scripted_reply::ok(
                R"({"Code":"Success","AccessKeyId":"AKEY","SecretAccessKey":"CANARY","Token":"TKEY","Expiration":"2099-01-01T00:00:00Z"})");
        return token_world::good_answer(r, number);
    };
    token_world here(machine);
    CHECK(here.ask(federated(aws, {})) == "tok-6");  // session and zone; session, role and keys; token
    std::string const token = form_value(here.requests.back().body, "subject_token");
    CHECK(token.find("sts.eu-west-1.amazonaws.com") != std::string::npos);
    CHECK(token.find("AKEY%252F20231114%252Feu-west-1%252Fsts") != std::string::npos);
    CHECK(token.find("TKEY") != std::string::npos);
    CHECK(token.find("CANARY") == std::string::npos);
    texts const own{{"AWS_ACCESS_KEY_ID", "OWN"}, {"AWS_SECRET_ACCESS_KEY", "CANARY"}, {"AWS_DEFAULT_REGION", "us-east-1"}};
    std::size_t const before = here.requests.size();
    CHECK(here.ask(federated(aws, own)).starts_with("tok-"));
    CHECK(here.requests.size() == before + 1);
    CHECK(form_value(here.requests.back().body, "subject_token").find("OWN%252F20231114%252Fus-east-1") != std::string::npos);
    std::string const bare =
        R"("environment_id":"aws1","regional_cred_verification_url":"https://sts.{region}.amazonaws.com?Action=GetCallerIdentity")";
    CHECK(here.ask(federated(bare, own)).starts_with("tok-"));
    CHECK(here.ask(federated(bare, {{"AWS_REGION", "r"}, {"AWS_ACCESS_KEY_ID", "A"}}))
              .starts_with("not authenticated: AWS_ACCESS_KEY_ID and"));
    CHECK(here.ask(federated(bare, {})).starts_with("invalid argument: AWS_REGION is not set"));
    here.answer([&](received_request const& r, std::size_t n) { return r.target == "/zone" ? scripted_reply::ok("x") : machine(r, n); });
    CHECK(here.ask(federated(aws, {})) == "protocol error: the document at region_url is no zone");
    here.answer(
        [&](received_request const& r, std::size_t n) { return r.target == "/zone" ? scripted_reply::status(404) : machine(r, n); });
    CHECK(here.ask(federated(aws, {})).starts_with("not authenticated: it answered HTTP 404"));
    here.answer(
        [&](received_request const& r, std::size_t) { return r.method == "PUT" ? scripted_reply::status(403) : scripted_reply::ok("x"); });
    CHECK(here.ask(federated(aws, {})).starts_with("not authenticated: it answered HTTP 403"));
    CHECK(here.ask(federated(aws, {{"AWS_REGION", "r"}})).starts_with("not authenticated: it answered HTTP 403"));
}

TEST_CASE("token places: a subject token's file that is not there, and an address that refuses or tells nothing") {
    token_world here;
    CHECK(here.ask(federated(R"("file":"/t")", {})) == "not found: there is no file /t");
    CHECK(here.ask(federated(R"("file":"/t")", {}, {{"/t", " \n"}})) == "invalid argument: the file /t is empty");
    CHECK(here.ask(federated(R"("file":"/t","format":{"type":"json","subject_token_field_name":"m"})", {}, {{"/t", R"({"m":"ey"})"}})) ==
          "tok-1");
    CHECK(form_value(here.requests.back().body, "subject_token") == "ey");
    std::string const url = R"("url":"http://localhost:1/subject","headers":{"Metadata":"True"})";
    CHECK(here.ask(federated(url, {})).starts_with("tok-"));
    CHECK(here.requests.at(1).header("metadata") == "True");
    here.answer(always(scripted_reply::status(403)));
    CHECK(here.ask(federated(url, {})) == "not authenticated: it answered HTTP 403 (from the url of credential_source)");
    here.answer(always(scripted_reply::ok("")));
    CHECK(here.ask(federated(url, {})) == "protocol error: the document is empty");
}

TEST_CASE("token places: an account that may not be acted as") {
    std::string const acts = R"(,"service_account_impersonation_url":"http://localhost:1/v1/a@b.com:generateAccessToken")";
    token_world here([](received_request const& r, std::size_t const number) {
        if (r.target.starts_with("/v1/"))
            return scripted_reply::status(403, R"({"error":{"code":403,"message":"Permission denied","status":"PERMISSION_DENIED"}})");
        return token_world::good_answer(r, number);
    });
    CHECK(here.ask(federated(R"("file":"/t")", {}, {{"/t", "x"}}, {}, acts)) ==
          "not authenticated: it answered HTTP 403: PERMISSION_DENIED: Permission denied (may it act as a@b.com?)");
    CHECK(form_value(here.requests.at(0).body, "scope") == "https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform");
    CHECK(here.requests.at(1).header("authorization") == "Bearer tok-1");
    CHECK(here.requests.at(1).body == R"({"scope":["s"],"lifetime":"3600s"})");
    scripted_reply cut = scripted_reply::ok("{}");
    cut.pieces.front().pop_back();
    cut.close = true;
    here.answer(
        [=](received_request const& r, std::size_t n) { return r.target.starts_with("/v1/") ? cut : token_world::good_answer(r, n); });
    CHECK(here.ask(federated(R"("file":"/t")", {}, {{"/t", "x"}}, {}, acts)).starts_with("truncated"));
    here.answer(always(scripted_reply::status(401)));
    CHECK(
        here.ask(federated(R"("file":"/t")", {}, {{"/t", "x"}}, {}, acts)).starts_with("not authenticated: it answered HTTP 401 (to the"));
}

TEST_CASE("token places: Azure's machine has an identity, or has none, or is another cloud's, or is being updated") {
    texts const az{{"az", R"({"accessToken":"of az","expires_on":1700003600})"}};
    token_world here;
    CHECK(here.ask(azure_default({}, {{"az", R"({"accessToken":"of-az","expires_on":1700003600})"}})) == "tok-2");
    CHECK(here.requests.at(0).header("metadata").empty());
    CHECK(here.requests.at(1).header("metadata") == "true");
    CHECK(here.requests.at(1).target == "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fstorage.azure.com");
    texts const person{{"az", R"({"accessToken":"of-az","expires_on":1700003600})"}};
    token_world none([](received_request const&, std::size_t) {
        return scripted_reply::status(400, R"({"error":"invalid_request","error_description":"Identity not found"})");
    });
    CHECK(none.ask(azure_default({}, person)) == "of-az");
    CHECK(none.ask(azure_default({})) ==
          "not authenticated: the machine has no managed identity (it answered HTTP 400: invalid_request: Identity not found "
          "(has the machine an identity?)); az cannot be started: No such file or directory: is the Azure CLI installed, and was az login "
          "run?");
    CHECK(none.ask(azure_default({{"AZURE_TOKEN_CREDENTIALS", "prod"}}, person))
              .starts_with("not authenticated: the machine has no managed"));
    token_world other(always(scripted_reply::status(404)));
    CHECK(other.ask(azure_default({}, person)) == "of-az");
    CHECK(other.requests.size() == 1);
    token_world dark;
    dark.w.forget("169.254.169.254");
    CHECK(dark.ask(azure_default({}, person)) == "of-az");
    CHECK(dark.w.elapsed() < 5s);
    token_world updated([](received_request const& r, std::size_t const number) {
        return number < 6 && number > 1 ? scripted_reply::status(number % 2 == 0 ? 410 : 404) : token_world::good_answer(r, number);
    });
    CHECK(updated.ask(azure_default({}, person)) == "tok-6");
    token_world broken(always(scripted_reply::status(500)));
    CHECK(broken.ask(azure_default({}, person)).starts_with("server"));
}

TEST_CASE("token places: the Azure CLI is run with Microsoft's words; settings that cannot be are said by whoever asks") {
    surroundings around = around_of({});
    program ran;
    around.output = [&ran](program const& what) -> result<std::string> {
        ran = what;
        return failure(errc::unauthenticated, "az failed with exit code 1");
    };
    token_world here;
    CHECK(here.ask(azure_cli_tokens(around, "https://storage.azure.com/.default")) ==
          "not authenticated: az failed with exit code 1: is the Azure CLI installed, and was az login run?");
    CHECK(ran.words ==
          std::vector<std::string>{"az", "account", "get-access-token", "--output", "json", "--resource", "https://storage.azure.com"});
    CHECK(here.ask(azure_default({{"AZURE_TOKEN_CREDENTIALS", "x"}})).starts_with("invalid argument: AZURE_TOKEN_CREDENTIALS"));
    CHECK(here.ask(azure_default({{"AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential"}})) ==
          "not authenticated: there are no credentials for Azure; the environment: AZURE_TENANT_ID is not set");
    CHECK(here.ask(azure_default({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", "x"}})).starts_with("invalid argument: AZURE_POD"));
    auto const at = azure_endpoint_of(azure_application("t", "c"), "http://localhost:1", "s", {}).value();
    CHECK(here.ask(azure_workload_tokens(around, at, "/t")) == "not found: there is no file /t");
    CHECK(
        here.ask(azure_managed_tokens(around_of({{"IDENTITY_ENDPOINT", "http://localhost:1"}}), "s", {})).starts_with("invalid argument"));
    CHECK(here.requests.empty());
    CHECK(azure_managed_tokens(around, "s", {})->name() == "the managed identity");
    CHECK(azure_machine_or(around, "s", {}, nullptr)->name() == "the managed identity");
    CHECK(azure_machine_or(around, "s", {}, azure_cli_tokens(around, "s"))->name() == "the managed identity or the Azure CLI");
}

TEST_CASE("token places: assertions of a certificate have ids of their own") {
    token_keys const keys;
    token_world here;
    auto const at = azure_endpoint_of(azure_application("t", "c"), "http://localhost:1", "s", {}).value();
    auto const from = azure_certificate_tokens(at, base::read_identity(keys.with_certificate).value());
    CHECK(here.ask(from) == "tok-1");
    CHECK(here.ask(from) == "tok-2");
    auto const claims = [&](std::size_t which) {
        std::string const assertion = form_value(here.requests.at(which).body, "client_assertion");
        std::size_t const dot = assertion.find('.');
        return assertion.substr(dot, assertion.rfind('.') - dot);
    };
    CHECK(claims(0) != claims(1));
    CHECK(here.requests.at(0).target == "/t/oauth2/v2.0/token");
}

TEST_CASE("token places: token endpoints are reached through the proxy, machines' services never") {
    std::vector<std::string> asked;
    token_world here;
    here.w.serve("proxy:3128", [&](received_request const& r) {
        asked.push_back(r.method + ' ' + r.target);
        return scripted_reply::status(403);
    });
    way_out by;
    by.network.https_proxy = by.network.http_proxy = "http://proxy:3128";
    auto const at = azure_endpoint_of(azure_application("t", "c"), {}, "s", by).value();
    CHECK_FALSE(here.ask(azure_secret_tokens(at, "CANARY")).starts_with("tok-"));
    REQUIRE_FALSE(asked.empty());
    CHECK(asked.front() == "CONNECT login.microsoftonline.com:443");
    std::size_t const before = asked.size();
    CHECK(here.ask(google_account_or_error(around_of({{"GCE_METADATA_HOST", "metadata"}}), "s", by).tokens).starts_with("tok-"));
    CHECK(here.ask(azure_tokens_or_error(around_of({}), {}, "s", by)).starts_with("tok-"));
    CHECK(asked.size() == before);
}
