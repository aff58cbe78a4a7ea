#include "auth/chain.hpp"
#include "auth/container.hpp"
#include "auth/roles.hpp"
#include "auth/sso.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace sluice;
using namespace sluice::auth;

namespace {

using texts = std::map<std::string, std::string>;

surroundings around(texts variables) {
    surroundings made;
    made.variable = [variables](char const* name) {
        auto const at = variables.find(name);
        return at == variables.end() ? std::string() : at->second;
    };
    made.file = [](std::string const&) { return std::optional<std::string>(); };
    return made;
}

result<chosen_source> choose(texts variables, std::string config, std::string profile = "default", bool named = false) {
    chain_input in;
    in.config = std::move(config);
    in.profile = std::move(profile);
    in.named = named;
    return choose_source(around(std::move(variables)), in);
}

std::string source_of(texts variables, std::string config = {}, std::string profile = "default", bool named = false) {
    auto const chosen = choose(std::move(variables), std::move(config), std::move(profile), named);
    if (!chosen) return "refused: " + chosen.error().info().detail;
    CHECK((chosen->source == nullptr) == chosen->report.source.empty());
    return chosen->report.source;
}

texts const keys{{"AWS_ACCESS_KEY_ID", "A"}, {"AWS_SECRET_ACCESS_KEY", "S"}};
texts const token{{"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"}, {"AWS_ROLE_ARN", "arn"}};
texts const container{{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x"}};
std::string const own = "aws_access_key_id = A\naws_secret_access_key = S\n";

texts joined(std::initializer_list<texts> const all) {
    texts sum;
    for (texts const& one : all) sum.insert(one.begin(), one.end());
    return sum;
}

}  // namespace

TEST_CASE("keys come from the first place that is configured") {
    std::string const config = "[default]\n" + own;
    CHECK(source_of(joined({keys, token, container}), config) == "the environment");
    CHECK(source_of(joined({token, container}), config) == "profile \"default\"");
    CHECK(source_of(joined({token, container})) == "web identity");
    CHECK(source_of(container) == "the container's metadata service");
    CHECK(source_of({}) == "the metadata service of EC2, if there is one");
    CHECK(source_of({{"AWS_EC2_METADATA_DISABLED", "True"}}) == "");
    CHECK(source_of(keys, config, "default", true) == "profile \"default\"");
    CHECK(source_of(keys, "[profile bare]\nregion = r\n", "bare", true) == "the environment");
}

TEST_CASE("the report says why each earlier place was passed over, and holds no key") {
    auto const chosen = choose({{"AWS_EC2_METADATA_DISABLED", "true"}}, "[profile other]\n" + own).value();
    REQUIRE(chosen.report.passed_over.size() == 5);
    CHECK(chosen.report.passed_over[0].second == "AWS_ACCESS_KEY_ID is not set");
    CHECK(chosen.report.passed_over[1] == std::pair<std::string, std::string>("profile \"default\"", "there is none"));
    CHECK(chosen.report.passed_over[2].second == "AWS_WEB_IDENTITY_TOKEN_FILE is not set");
    CHECK(chosen.report.passed_over[4].second == "AWS_EC2_METADATA_DISABLED is true");
}

TEST_CASE("the ways of a profile") {
    std::string const base = "[profile base]\n" + own;
    CHECK(source_of({}, base + "[profile p]\nrole_arn = arn:r\nsource_profile = base\n", "p") == "profile \"p\", by role arn:r");
    CHECK(source_of({}, "[profile p]\nrole_arn = arn:r\nsource_profile = p\n" + own, "p") == "profile \"p\", by role arn:r");
    CHECK(source_of({}, base + "[profile a]\nrole_arn=1\nsource_profile=b\n[profile b]\nrole_arn=2\nsource_profile=base\n", "a") ==
          "profile \"a\", by role 1, by role 2");
    CHECK(source_of({}, "[profile p]\nrole_arn = r\nweb_identity_token_file = /t\n", "p") == "profile \"p\", by role r");
    CHECK(source_of({}, "[profile p]\nrole_arn = r\ncredential_source = Ec2InstanceMetadata\n", "p") == "profile \"p\", by role r");
    CHECK(source_of({}, "[profile p]\nrole_arn = r\ncredential_source = EcsContainer\n", "p") == "profile \"p\", by role r");
    CHECK(source_of(keys, "[profile p]\nrole_arn = r\ncredential_source = Environment\n", "p", true) == "profile \"p\", by role r");
    CHECK(source_of({}, "[profile p]\nrole_arn = r\nduration_seconds = 900\nsource_profile = p\n" + own, "p") ==
          "profile \"p\", by role r");
    CHECK(source_of({}, "[profile p]\ncredential_process = tool\n", "p") == "profile \"p\", by a process");
    std::string const session = "[sso-session s]\nsso_region = eu-west-1\nsso_start_url = https://x\n";
    CHECK(source_of({}, session + "[profile p]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n", "p") ==
          "profile \"p\", by IAM Identity Center");
    // The older form, without a section for the session.
    CHECK(source_of({}, "[profile p]\nsso_start_url = https://x\nsso_region = eu-west-1\nsso_account_id = 1\nsso_role_name = r\n", "p") ==
          "profile \"p\", by IAM Identity Center");
}

TEST_CASE("profiles that cannot work are refused in words") {
    auto const refusal = [](std::string config, std::string profile = "p") { return source_of({}, std::move(config), std::move(profile)); };
    CHECK(refusal("[profile p]\nrole_arn = r\nsource_profile = q\nmfa_serial = m\n").find("mfa_serial") != std::string::npos);
    CHECK(refusal("[profile p]\nrole_arn = r\nsource_profile = q\n") ==
          "refused: profile \"p\" names source_profile \"q\", which does not exist");
    CHECK(refusal("[profile p]\nrole_arn = r\n").find("must name either source_profile or credential_source") != std::string::npos);
    CHECK(refusal("[profile p]\nrole_arn = r\ncredential_source = Elsewhere\n").find("is none of") != std::string::npos);
    CHECK(refusal("[profile p]\nrole_arn = r\ncredential_source = Environment\n").find("AWS_ACCESS_KEY_ID is not set") !=
          std::string::npos);
    CHECK(refusal("[profile p]\nrole_arn=1\nsource_profile=q\n[profile q]\nrole_arn=2\nsource_profile=p\n") ==
          "refused: the profile \"p\" needs its own keys to get its keys");
    CHECK(refusal("[profile p]\nrole_arn = r\nsource_profile = p\nduration_seconds = 5\n" + own).find("900 to 43200") != std::string::npos);
    for (char const* duration : {"899", "43201", "1h", "x", "-900", "99999999999"}) {
        std::string const line = std::string("duration_seconds = ") + duration + '\n';
        CHECK(refusal("[profile p]\nrole_arn = r\nsource_profile = p\n" + line + own).find("900 to 43200") != std::string::npos);
    }
    CHECK(refusal("[profile p]\nrole_arn = r\nsource_profile = q\n[profile q]\nregion = x\n") ==
          "refused: the source_profile \"q\" has no keys");
    CHECK(refusal("[profile p]\nrole_arn = r\nsource_profile = q\ncredential_source = Environment\n").find("must name either") !=
          std::string::npos);
    CHECK(refusal("[profile p]\nrole_arn = r\nsource_profile = q\n[profile q]\naws_access_key_id = A\n").starts_with("refused: "));
    CHECK(source_of({{"AWS_ACCESS_KEY_ID", "A"}}, "[profile p]\nrole_arn = r\ncredential_source = Environment\n", "p", true) ==
          "refused: AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not");
    std::string const session = "[sso-session s]\nsso_start_url = https://x\n";
    std::string const account = "sso_account_id = 1\n", role = "sso_role_name = r\n";
    for (std::string const& region : {std::string(), std::string("sso_region = eu.evil/\n"), std::string("sso_region = EU\n")}) {
        CHECK(refusal(session + region + "[profile p]\nsso_session = s\n" + account + role).find("lacks sso_region") != std::string::npos);
    }
    std::string const placed = session + "sso_region = eu-west-1\n[profile p]\nsso_session = s\n";
    CHECK(refusal(placed + account).find("sso_role_name") != std::string::npos);
    CHECK(refusal(placed + role).find("sso_role_name") != std::string::npos);
    CHECK(refusal("[profile p]\nsso_session = s\n").find("lacks sso_region") != std::string::npos);
    CHECK(source_of({{"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"}}) == "refused: AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not");
    CHECK(source_of({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://keys.example/"}}).starts_with("refused: AWS_CONTAINER_CREDENTIALS"));
    CHECK(source_of(joined({token, container}), "[default\n") == "refused: AWS config file, line 1: a section without its ]");
    CHECK(source_of({{"AWS_ACCESS_KEY_ID", "A"}}, "[default]\n" + own).starts_with("refused: AWS_ACCESS_KEY_ID is set"));
}

TEST_CASE("a container's keys come from this machine, from ECS or EKS, or over TLS, and from nowhere else") {
    auto const host = [](std::string relative, std::string full) {
        auto const address = container_address(relative, full);
        return address ? address->authority() + address->target : "refused";
    };
    CHECK(host("/v2/credentials/id", "") == "169.254.170.2/v2/credentials/id");
    CHECK(host("v2", "") == "169.254.170.2/v2");
    CHECK(host("", "http://169.254.170.23/v1/credentials") == "169.254.170.23/v1/credentials");
    CHECK(host("", "http://[fd00:ec2::23]/v1") == "[fd00:ec2::23]/v1");
    CHECK(host("", "http://localhost:8080/x?y=z") == "localhost:8080/x?y=z");
    CHECK(host("", "http://127.0.0.9:1") == "127.0.0.9:1/");
    CHECK(host("", "https://keys.example:8443/x") == "keys.example:8443/x");
    for (char const* bad : {"http://keys.example/", "http://127.evil.example/", "http://127.bad.de/", "http://169.254.170.2.example/",
                            "http://user@localhost/", "ftp://localhost/", "http:///x", "http://localhost:0/", "http://localhost/a b",
                            "http://localhost/#f", "localhost"})
        CHECK(host("", bad) == "refused");
}

TEST_CASE("forms of STS leave out what is empty and encode the rest") {
    CHECK(sts_form({{"Action", "AssumeRole"}, {"RoleArn", "arn:aws:iam::1:role/a b"}, {"ExternalId", ""}}) ==
          "Version=2011-06-15&Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fa%20b");
}

TEST_CASE("the token of IAM Identity Center lies where the AWS tools leave it") {
    sso_account account;
    account.start_url = "https://x";
    CHECK(sso_token_file(account) == ".aws/sso/cache/98383e6608d65e46b24bbd92582bc8d916605a21.json");
    account.session = "my-sso";
    CHECK(sso_token_file(account) == ".aws/sso/cache/0ad374308c5a4e22f723adf10145eafad7c4031c.json");
}
