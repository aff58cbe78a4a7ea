// What cannot be asked for, and answers that hold no keys, by whichever way.
#include "auth/instance.hpp"
#include "auth/roles.hpp"
#include "auth/sso.hpp"

#include <sluice/testing/script_server.hpp>
#include <sluice/testing/world.hpp>

#include "stream/auth/fixture.hpp"

#include <string>

using namespace sluice;
using namespace sluice::auth;
using namespace sluice::test;
using testing::received_request, testing::script_server, testing::scripted_reply;

namespace {

texts by_identity(std::string endpoint) {
    return {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"}, {"AWS_ROLE_ARN", "arn:x"}, {"AWS_ENDPOINT_URL_STS", std::move(endpoint)}};
}

}  // namespace

CO_TEST("credentials: a secret's file that cannot be read, or holds nothing but blanks, is named, and nobody is asked") {
    script_server server([](received_request const&) { return scripted_reply::status(500); });
    for (char const* nothing : {"", " \t\r\n"}) {
        auto const empty_source = chosen(by_identity(server.endpoint()), {{"/t", nothing}});
        std::string const empty = co_await complaint(empty_source);
        CHECK(empty == "invalid argument: the file /t is empty");
    }
    surroundings forbidden = around(by_identity(server.endpoint()));
    forbidden.file = [](std::string const& path) { return failure(errc::permission_denied, "open " + path); };
    chain_input in;
    in.profile = "p";
    auto const forbidden_source = choose_source(forbidden, in).value().source;
    std::string const said = co_await complaint(forbidden_source);
    CHECK(said == "permission denied: open /t");
    CHECK(server.connections_accepted() == 0);
}

CO_TEST("credentials: a proxy or a CA file that cannot be is refused before STS is asked, without the proxy's password") {
    struct {
        char const *proxy, *ca_file, *said;
    } const rows[] = {{"socks5://user:CANARY@proxy", "", "SOCKS"}, {"", "/nowhere/ca.pem", "/nowhere/ca.pem"}};
    for (auto const& row : rows) {
        chain_input in;
        in.profile = "p";
        in.network.https_proxy = row.proxy;
        in.ca_file = row.ca_file;
        auto const source = choose_source(around(by_identity("https://127.0.0.1:1"), {{"/t", "CANARY"}}), in).value().source;
        std::string const said = co_await complaint(source);
        CHECK_MESSAGE(said.starts_with("invalid argument: "), said);
        CHECK_MESSAGE(said.find(row.said) != std::string::npos, said);
    }
}

CO_TEST("credentials: an answer without a body is no document, whatever its status") {
    for (int const status : {200, 204, 304}) {
        script_server server([status](received_request const&) {
            std::string const length = status == 200 ? "Content-Length: 0\r\n" : "";
            return scripted_reply("HTTP/1.1 " + std::to_string(status) + " X\r\n" + length + "\r\n");
        });
        auto const source = chosen({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", server.endpoint() + "/"}});
        std::string const said = co_await complaint(source);
        CHECK(said == (status == 200 ? "protocol error: the document is no JSON object"
                                     : "not authenticated: it answered HTTP " + std::to_string(status)));
        CHECK(server.requests().size() == 1);
    }
}

CO_TEST("credentials: a container's address that a role's profile leads to is looked at like the variable's own") {
    texts const outside{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://keys.example/CANARY"}};
    auto const source = chosen(outside, {}, "[profile p]\nrole_arn = r\ncredential_source = EcsContainer\n");
    std::string const said = co_await complaint(source);
    CHECK_MESSAGE(said.starts_with("invalid argument: AWS_CONTAINER_CREDENTIALS_FULL_URI must be https"), said);
}

CO_TEST("credentials: a service that asks to slow down is asked again") {
    script_server server(
        [](received_request const& r) { return r.number < 3 ? scripted_reply::status(429) : scripted_reply::ok(document); });
    auto const source = chosen({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", server.endpoint() + "/"}});
    co_await check_keys(source);
    CHECK(server.requests().size() == 3);
}

CO_TEST("credentials: a metadata service that breaks off at any of its answers gives no keys") {
    for (std::string const last : {"/latest/api/token", "/", "/role"}) {
        script_server server([last](received_request const& r) {
            scripted_reply lost;
            lost.reset = true;
            if (std::string_view(r.target).ends_with(last)) return lost;
            return scripted_reply::ok(r.method == "PUT" ? "session" : "role");
        });
        texts const variables{{"AWS_EC2_METADATA_SERVICE_ENDPOINT", server.endpoint()}};
        auto const source = cached(instance_keys(around(variables)));
        std::string const said = co_await complaint(source);
        CHECK_MESSAGE(said.starts_with("connection lost: "), said);
        CHECK((said.find("hop limit") != std::string::npos) == (last == "/latest/api/token"));
    }
}

CO_TEST("credentials: IAM Identity Center is asked where it is, by FIPS or dual stack too; who cannot reach it is told so") {
    script_server proxy([](received_request const&) { return scripted_reply::status(403); });
    std::string const config = "[profile p]\nsso_start_url = https://x\nsso_region = eu-west-1\nsso_account_id = 1\nsso_role_name = r\n";
    sso_account named;
    named.start_url = "https://x";
    std::string const path = "/home/me/" + sso_token_file(named);
    std::string const cached_token = R"({"accessToken":"CANARY","expiresAt":"2099-01-01T00:00:00Z"})";
    std::size_t before = 0;
    for (std::string const host :
         {"portal.sso.eu-west-1.amazonaws.com", "portal.sso-fips.eu-west-1.amazonaws.com", "portal.sso.eu-west-1.api.aws"}) {
        chain_input in;
        in.config = config;
        in.profile = "p";
        in.hosts.fips = host.find("fips") != host.npos;
        in.hosts.dual_stack = host.ends_with("api.aws");
        in.network.https_proxy = proxy.endpoint();
        auto const source = choose_source(around({{"HOME", "/home/me"}}, {{path, cached_token}}), in).value().source;
        std::string const said = co_await complaint(source);
        CHECK_MESSAGE(said != "none", said);
        auto const seen = proxy.requests();
        REQUIRE(seen.size() > before);
        CHECK(seen[before].target == host + ":443");
        before = seen.size();
    }
    auto const absent_source = chosen({{"HOME", "/home/me"}}, {}, config);
    std::string const absent = co_await complaint(absent_source);
    CHECK(absent == "not authenticated: there is no cached token: run aws sso login");
}

CO_TEST("credentials: no role is asked for with no keys") {
    script_server server([](received_request const&) { return scripted_reply::status(500); });
    role which;
    which.arn = "arn:r";
    which.endpoint = server.endpoint();
    auto const source = cached(assumed_keys(which, anonymous_credentials()));
    std::string const said = co_await complaint(source);
    CHECK(said == "not authenticated: there are no keys to ask for the role with");
    CHECK(server.connections_accepted() == 0);
}

CO_TEST("credentials: a role without a name for its session gets one that tells whose it is and when it began") {
    script_server server([](received_request const&) { return scripted_reply::status(403); });
    role which;
    which.arn = "arn:r";
    which.endpoint = server.endpoint();
    auto const source = cached(assumed_keys(which, static_credentials(credentials("A", "CANARY"))));
    std::string const said = co_await complaint(source);
    CHECK(said == "not authenticated: it answered HTTP 403");
    REQUIRE(server.requests().size() == 1);
    std::string const body(server.requests().front().body);
    CHECK_MESSAGE(body.find("&RoleSessionName=sluice-") != std::string::npos, body);
    CHECK(body.find("ExternalId") == std::string::npos);
    CHECK(server.requests().front().header("authorization").find("/us-east-1/sts/aws4_request") != std::string_view::npos);
}

TEST_CASE("credentials: an instance's service is asked at its IPv6 address where that is wanted, else at the other, and nowhere besides") {
    for (bool const six : {true, false}) {
        testing::world w(1);
        std::string asked;
        w.on_step([&](testing::world_step const& step) {
            asked.append(step.host).append(" ");
            return testing::mishap::none;
        });
        texts variables{{"AWS_METADATA_SERVICE_NUM_ATTEMPTS", "2"}};
        if (six) variables["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"] = "IPv6";
        auto const source = cached(instance_keys(around(variables)));
        std::string said;
        w.run([&]() -> awaitable<void> { said = co_await complaint(source); });
        CHECK_MESSAGE(said.find("hop limit") != std::string::npos, said);
        CHECK(asked == (six ? "fd00:ec2::254 fd00:ec2::254 " : "169.254.169.254 169.254.169.254 "));  // both attempts
    }
}
