// Keys from each place that gives them over a wire, a file or a program, against scripted servers.
#include "auth/instance.hpp"
#include "auth/process.hpp"

#include <sluice/testing/script_server.hpp>

#include "stream/auth/fixture.hpp"

using namespace sluice;
using namespace sluice::auth;
using namespace sluice::test;
using namespace std::chrono_literals;
using testing::received_request, testing::script_server, testing::scripted_reply;

namespace {

scripted_reply instance_answers(received_request const& r) {
    if (r.target == "/latest/api/token")
        return r.method == "PUT" && r.header("x-aws-ec2-metadata-token-ttl-seconds") == "21600" ? scripted_reply::ok("session")
                                                                                                : scripted_reply::status(400);
    if (r.header("x-aws-ec2-metadata-token") != "session") return scripted_reply::status(401);
    if (r.target == "/latest/meta-data/iam/security-credentials/") return scripted_reply::ok("my role\n");
    return r.target == "/latest/meta-data/iam/security-credentials/my%20role" ? scripted_reply::ok(document) : scripted_reply::status(404);
}

scripted_reply sts_answers(std::string action) {
    return scripted_reply::ok("<" + action + "Response><" + action +
                              "Result><Credentials><AccessKeyId>AKEY</AccessKeyId><SecretAccessKey>SKEY</SecretAccessKey><SessionToken>TKEY"
                              "</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></" +
                              action + "Result></" + action + "Response>");
}

}  // namespace

CO_TEST("credentials: EC2's metadata service, version 2: session, role, keys; asked once") {
    script_server server(instance_answers);
    auto const source_1 = chosen({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", server.endpoint()}});
    co_await check_keys(source_1);
    CHECK(server.requests().size() == 3);
    CHECK(server.errors().empty());
}

CO_TEST("credentials: a metadata service that gives no session is never asked for keys without one") {
    for (int const status : {403, 404, 405, 500}) {
        script_server server([status](received_request const&) { return scripted_reply::status(status); });
        auto const said_source = cached(instance_keys(around({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", server.endpoint()}})));
        std::string const said = co_await complaint(said_source);
        CHECK(said.find("HTTP " + std::to_string(status)) != std::string::npos);
        for (received_request const& r : server.requests()) CHECK(r.method == "PUT");
    }
}

CO_TEST("credentials: where there is no metadata service, or the instance has no role, requests go unsigned") {
    script_server server(
        [](received_request const& r) { return r.method == "PUT" ? scripted_reply::ok("s") : scripted_reply::status(404); });
    auto const source = chosen({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", server.endpoint()}});
    auto const keys = co_await source->get();
    CHECK(keys->access_key.empty());
    std::size_t const asked = server.requests().size();
    co_await source->get();
    CHECK(server.requests().size() == asked);
    script_server deaf([](received_request const&) {
        scripted_reply r = scripted_reply::ok("late");
        r.first_pause = 30s;
        return r;
    });
    auto const began = std::chrono::steady_clock::now();
    auto const deaf_source = chosen({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", deaf.endpoint()}});
    auto const none = co_await deaf_source->get();
    CHECK(none->access_key.empty());
    CHECK(std::chrono::steady_clock::now() - began < 10s);
}

CO_TEST("credentials: a container's service, with the token of a file that is read anew") {
    script_server server([](received_request const& r) {
        return r.target == "/creds?x=1" && r.header("authorization") == "secret" ? scripted_reply::ok(document)
                                                                                 : scripted_reply::status(401);
    });
    texts const variables{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", server.endpoint() + "/creds?x=1"},
                          {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/t"}};
    auto const source_3 = chosen(variables, {{"/t", "secret\n"}});
    co_await check_keys(source_3);
    auto const wrong_source = chosen(variables, {{"/t", "CANARY"}});
    std::string const wrong = co_await complaint(wrong_source);
    CHECK(wrong == "not authenticated: it answered HTTP 401");
    auto const missing_source = chosen(variables);
    std::string const missing = co_await complaint(missing_source);
    CHECK(missing == "not found: there is no file /t");
    auto const split_source = chosen(variables, {{"/t", "CANARY\r\nX: y"}});
    std::string const split = co_await complaint(split_source);
    CHECK(split.starts_with("invalid argument"));
    CHECK(server.errors().empty());
}

CO_TEST("credentials: a service that is overloaded is asked again, one that answers nonsense is not") {
    script_server server(
        [](received_request const& r) { return r.number < 3 ? scripted_reply::status(503) : scripted_reply::ok(document); });
    auto const source_7 = chosen({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", server.endpoint() + "/"}});
    co_await check_keys(source_7);
    CHECK(server.requests().size() == 3);
    script_server odd([](received_request const&) { return scripted_reply::ok("<html>CANARY"); });
    auto const said_source = chosen({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", odd.endpoint() + "/"}});
    std::string const said = co_await complaint(said_source);
    CHECK(said == "protocol error: the document is no JSON object");
    CHECK(odd.requests().size() == 1);
    script_server endless([](received_request const&) { return scripted_reply::ok(std::string(1 << 20, ' ')); });
    auto const long_one_source = chosen({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", endless.endpoint() + "/"}});
    std::string const long_one = co_await complaint(long_one_source);
    CHECK(long_one.starts_with("protocol error"));
}

CO_TEST("credentials: a role by web identity, unsigned, with the token of its file") {
    script_server server([](received_request const&) { return sts_answers("AssumeRoleWithWebIdentity"); });
    auto const source_10 = chosen({{"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"},
                                   {"AWS_ROLE_ARN", "arn:x"},
                                   {"AWS_ROLE_SESSION_NAME", "me"},
                                   {"AWS_ENDPOINT_URL_STS", server.endpoint()}},
                                  {{"/t", "jwt.a-b\n"}});
    co_await check_keys(source_10);
    received_request const sent = server.requests().at(0);
    CHECK(sent.method == "POST");
    CHECK(sent.body == "Version=2011-06-15&Action=AssumeRoleWithWebIdentity&RoleArn=arn%3Ax&RoleSessionName=me&WebIdentityToken=jwt.a-b");
    CHECK(sent.header("authorization").empty());
    script_server denies([](received_request const&) {
        return scripted_reply::status(403,
                                      "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>");
    });
    auto const said_source =
        chosen({{"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"}, {"AWS_ROLE_ARN", "arn:x"}, {"AWS_ENDPOINT_URL_STS", denies.endpoint()}},
               {{"/t", "CANARY"}});
    std::string const said = co_await complaint(said_source);
    CHECK(said == "not authenticated: it answered HTTP 403, AccessDenied: not you");
}

CO_TEST("credentials: a role by the keys of another profile, signed for STS") {
    script_server server([](received_request const&) { return sts_answers("AssumeRole"); });
    std::string const config =
        "[profile p]\nrole_arn = arn:r\nsource_profile = base\nexternal_id = e 1\nrole_session_name = me\n"
        "duration_seconds = 900\n[profile base]\naws_access_key_id = BASE\naws_secret_access_key = CANARY\n";
    auto const source_12 = chosen({{"AWS_ENDPOINT_URL_STS", server.endpoint()}}, {}, config);
    co_await check_keys(source_12);
    received_request const sent = server.requests().at(0);
    CHECK(sent.body == "Version=2011-06-15&Action=AssumeRole&RoleArn=arn%3Ar&RoleSessionName=me&DurationSeconds=900&ExternalId=e%201");
    CHECK(sent.header("authorization").starts_with("AWS4-HMAC-SHA256 Credential=BASE/"));
    CHECK(sent.header("authorization").find("/eu-west-1/sts/aws4_request") != std::string_view::npos);
}

CO_TEST("credentials: IAM Identity Center, by the token that a login left") {
    script_server server([](received_request const& r) {
        return r.target == "/federation/credentials?account_id=1&role_name=r%20x" && r.header("x-amz-sso_bearer_token") == "tok"
                   ? scripted_reply::ok(
                         R"({"roleCredentials":{"accessKeyId":"AKEY","secretAccessKey":"SKEY","sessionToken":"TKEY","expiration":4070908800000}})")
                   : scripted_reply::status(401);
    });
    std::string const config =
        "[sso-session my-sso]\nsso_region = eu-west-1\nsso_start_url = https://x\n"
        "[profile p]\nsso_session = my-sso\nsso_account_id = 1\nsso_role_name = r x\n";
    std::string const path = "/home/me/.aws/sso/cache/0ad374308c5a4e22f723adf10145eafad7c4031c.json";
    texts const variables{{"HOME", "/home/me"}, {"AWS_ENDPOINT_URL_SSO", server.endpoint()}};
    auto const source_13 = chosen(variables, {{path, R"({"accessToken":"tok","expiresAt":"2099-01-01T00:00:00Z"})"}}, config);
    co_await check_keys(source_13);
    auto const absent_source = chosen(variables, {}, config);
    std::string const absent = co_await complaint(absent_source);
    CHECK(absent == "not authenticated: there is no cached token: run aws sso login --sso-session my-sso");
    auto const old_source = chosen(variables, {{path, R"({"accessToken":"tok","expiresAt":"2020-01-01T00:00:00Z"})"}}, config);
    std::string const old = co_await complaint(old_source);
    CHECK(old == "not authenticated: the cached token has expired: run aws sso login --sso-session my-sso");
    auto const revoked_source = chosen(variables, {{path, R"({"accessToken":"CANARY","expiresAt":"2099-01-01T00:00:00Z"})"}}, config);
    std::string const revoked = co_await complaint(revoked_source);
    CHECK(revoked == "not authenticated: the cached token is not taken any more: run aws sso login --sso-session my-sso");
}

CO_TEST("credentials: what a process prints, without a shell, and ones that fail, print nonsense, hang or are not there") {
    auto const by = [](std::string line) { return cached(process_keys(std::move(line), 500ms)); };
    auto const source_17 = by(R"(/bin/echo '{"Version":1,"AccessKeyId":"AKEY","SecretAccessKey":"SKEY","SessionToken":"TKEY"}')");
    co_await check_keys(source_17);
    auto const failed_source = by("/bin/sh -c 'echo CANARY; exit 3'");
    std::string const failed = co_await complaint(failed_source);
    CHECK(failed == "not authenticated: credential_process failed with exit code 3");
    auto const nonsense_source = by("/bin/echo CANARY");
    std::string const nonsense = co_await complaint(nonsense_source);
    CHECK(nonsense == "protocol error: the document is no JSON object");
    auto const expanded_source = by("/bin/echo $HOME");
    std::string const expanded = co_await complaint(expanded_source);
    CHECK(expanded == "protocol error: the document is no JSON object");
    auto const hangs_source = by("/bin/sleep 60");
    std::string const hangs = co_await complaint(hangs_source);
    CHECK(hangs.starts_with("timed out"));
    auto const floods_source = by("/usr/bin/yes");
    std::string const floods = co_await complaint(floods_source);
    CHECK(floods.starts_with("timed out"));
    auto const absent_source = by("/nowhere/tool");
    std::string const absent = co_await complaint(absent_source);
    CHECK(absent.find("cannot be started") != std::string::npos);
}

CO_TEST("credentials: STS is asked through the proxy, a metadata service never") {
    script_server proxy([](received_request const&) { return sts_answers("AssumeRole"); });
    script_server metadata(instance_answers);
    chain_input in;
    in.profile = "p";
    in.region = "eu-west-1";
    in.network.http_proxy = proxy.endpoint();
    texts const to_metadata{{"AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.endpoint()}};
    auto const of_instance = choose_source(around(to_metadata), in).value().source;
    co_await check_keys(of_instance);
    CHECK(proxy.requests().empty());
    in.config = "[profile p]\nrole_arn = arn:aws:iam::1:role/r\ncredential_source = Environment\n";
    texts const to_sts{{"AWS_ENDPOINT_URL_STS", "http://sts.example"}, {"AWS_ACCESS_KEY_ID", "A"}, {"AWS_SECRET_ACCESS_KEY", "S"}};
    in.named = true;
    auto const of_role = choose_source(around(to_sts), in).value().source;
    co_await check_keys(of_role);
    REQUIRE(proxy.requests().size() == 1);
    CHECK(proxy.requests().front().target == "http://sts.example/");
}

CO_TEST("credentials: where STS is asked, by services, by FIPS and dual stack, or neither") {
    script_server proxy(
        [](received_request const& r) { return r.method == "CONNECT" ? scripted_reply::status(403) : sts_answers("AssumeRole"); });
    struct row {
        texts variables;
        bool services, ignore, fips, dual_stack;
        char const* asked;
    };
    row const rows[] = {
        {{}, true, false, false, false, "http://sts.services.example/"},
        {{{"AWS_ENDPOINT_URL_STS", "http://sts.example"}}, true, false, false, false, "http://sts.example/"},
        {{{"AWS_ENDPOINT_URL_STS", "http://sts.example"}}, true, true, false, false, "sts.eu-west-1.amazonaws.com:443"},
        {{}, false, false, true, false, "sts-fips.eu-west-1.amazonaws.com:443"},
        {{}, false, false, false, true, "sts.eu-west-1.api.aws:443"},
    };
    std::size_t before = 0;
    for (row const& r : rows) {
        chain_input in;
        in.profile = "p";
        in.named = true;
        in.region = "eu-west-1";
        in.network.http_proxy = in.network.https_proxy = proxy.endpoint();
        in.config = "[profile p]\nrole_arn = arn:aws:iam::1:role/r\ncredential_source = Environment\n";
        in.hosts.fips = r.fips;
        in.hosts.dual_stack = r.dual_stack;
        in.ignore_urls = r.ignore;
        if (r.services) in.services[nested("sts", "endpoint_url")] = "http://sts.services.example";
        texts variables{{"AWS_ACCESS_KEY_ID", "A"}, {"AWS_SECRET_ACCESS_KEY", "S"}};
        variables.insert(r.variables.begin(), r.variables.end());
        auto const source = choose_source(around(std::move(variables)), in).value().source;
        std::string const why = co_await complaint(source);
        CHECK_MESSAGE((why == "none") == std::string_view(r.asked).starts_with("http:"), why);
        auto const seen = proxy.requests();
        REQUIRE(seen.size() > before);
        CHECK(seen[before].target == r.asked);
        before = seen.size();
    }
}

CO_TEST("credentials: settings of the metadata service that are none are refused by name, and nobody is asked") {
    script_server server(instance_answers);
    struct {
        char const *name, *value;
    } const rows[] = {{"AWS_METADATA_SERVICE_TIMEOUT", "0"},          {"AWS_METADATA_SERVICE_TIMEOUT", "61"},
                      {"AWS_METADATA_SERVICE_TIMEOUT", "1s"},         {"AWS_METADATA_SERVICE_TIMEOUT", "99999999999"},
                      {"AWS_METADATA_SERVICE_NUM_ATTEMPTS", "-1"},    {"AWS_METADATA_SERVICE_NUM_ATTEMPTS", "11"},
                      {"AWS_EC2_METADATA_SERVICE_ENDPOINT", "ftp:h"}, {"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://u@h/"}};
    for (auto const& row : rows) {
        texts variables{{row.name, row.value}};
        variables.emplace("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.endpoint());
        auto const source = chosen(std::move(variables));
        std::string const said = co_await complaint(source);
        CHECK_MESSAGE(said.starts_with(std::string("invalid argument: ") + row.name), said);
    }
    CHECK(server.requests().empty());
    auto const patient = chosen({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", server.endpoint()},
                                 {"AWS_METADATA_SERVICE_TIMEOUT", "60"},
                                 {"AWS_METADATA_SERVICE_NUM_ATTEMPTS", "10"}});
    co_await check_keys(patient);
}

CO_TEST("credentials: a metadata service without a role, or that gives its name and not its keys, is said to be that") {
    struct {
        int list, keys;
        char const *role, *said;
    } const rows[] = {{404, 200, "r", "HTTP 404"}, {500, 200, "r", "HTTP 500"}, {200, 404, "r", "HTTP 404"},
                      {200, 500, "r", "HTTP 500"}, {200, 200, "\n", "no role"}, {200, 200, "", "no role"}};
    for (auto const& row : rows) {
        script_server server([&row](received_request const& r) {
            if (r.method == "PUT") return scripted_reply::ok("session");
            bool const list = r.target.ends_with('/');
            int const status = list ? row.list : row.keys;
            return status == 200 ? scripted_reply::ok(list ? row.role : document) : scripted_reply::status(status);
        });
        texts const variables{{"AWS_EC2_METADATA_SERVICE_ENDPOINT", server.endpoint()}, {"AWS_METADATA_SERVICE_NUM_ATTEMPTS", "1"}};
        auto const source = cached(instance_keys(around(variables)));
        std::string const said = co_await complaint(source);
        CHECK_MESSAGE(said.find(row.said) != std::string::npos, said);
    }
}

CO_TEST("credentials: what IAM Identity Center and STS cannot be asked with is said before they are asked") {
    script_server server([](received_request const&) { return scripted_reply::status(500); });
    std::string const config =
        "[sso-session s]\nsso_region = eu-west-1\nsso_start_url = https://x\n"
        "[profile p]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n";
    std::string const path = "/home/me/.aws/sso/cache/a0f1490a20d0211c997b44bc357e1972deab8ae3.json";  // SHA-1 of "s"
    std::string const good = R"({"accessToken":"tok","expiresAt":"2099-01-01T00:00:00Z"})";
    auto const sso = [&](std::string token, std::string endpoint) {
        return chosen({{"HOME", "/home/me"}, {"AWS_ENDPOINT_URL_SSO", std::move(endpoint)}}, {{path, std::move(token)}}, config);
    };
    auto const broken_source = sso("{CANARY", server.endpoint());
    std::string const broken = co_await complaint(broken_source);
    CHECK_MESSAGE(broken.starts_with("protocol error"), broken);
    auto const nowhere_source = sso(good, "ftp://h");
    std::string const nowhere = co_await complaint(nowhere_source);
    CHECK_MESSAGE(nowhere.starts_with("invalid argument: the address of IAM Identity Center"), nowhere);
    CHECK(server.requests().empty());
    auto const failing_source = sso(good, server.endpoint());
    std::string const failing = co_await complaint(failing_source);
    CHECK_MESSAGE(failing.find("HTTP 500") != std::string::npos, failing);

    texts const identity{{"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"}, {"AWS_ROLE_ARN", "arn:x"}, {"AWS_ENDPOINT_URL_STS", "sts.example"}};
    auto const by_identity_source = chosen(identity, {{"/t", "CANARY"}});
    std::string const by_identity = co_await complaint(by_identity_source);
    CHECK_MESSAGE(by_identity.starts_with("invalid argument: the endpoint of STS"), by_identity);
    std::string const role = "[profile p]\nrole_arn = r\nsource_profile = p\naws_access_key_id = A\naws_secret_access_key = CANARY\n";
    auto const by_keys_source = chosen({{"AWS_ENDPOINT_URL_STS", "sts.example"}}, {}, role);
    std::string const by_keys = co_await complaint(by_keys_source);
    CHECK_MESSAGE(by_keys.starts_with("invalid argument: the endpoint of STS"), by_keys);
    texts tokenless = identity;
    tokenless["AWS_ENDPOINT_URL_STS"] = server.endpoint();
    auto const tokenless_source = chosen(tokenless);
    std::string const without = co_await complaint(tokenless_source);
    CHECK(without == "not found: there is no file /t");
}

CO_TEST("credentials: a process that is killed, and a line that is no command") {
    auto const killed_source = cached(process_keys("/bin/sh -c 'kill -9 $$'", 5s));
    std::string const killed = co_await complaint(killed_source);
    CHECK(killed == "not authenticated: credential_process failed");
    auto const open_source = cached(process_keys("/bin/echo 'CANARY", 5s));
    std::string const open = co_await complaint(open_source);
    CHECK_MESSAGE(open.starts_with("invalid argument"), open);
}
