#include "backend/s3/settings.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

using namespace sluice;

namespace {

using texts = std::map<std::string, std::string>;

result<s3_settings> read(texts variables, std::string const& config, std::string const& secrets = {}) {
    variables.try_emplace("HOME", "/home/me");
    variables.try_emplace("AWS_EC2_METADATA_DISABLED", "true");
    s3::surroundings around;
    around.variable = [&variables](char const* name) {
        auto const at = variables.find(name);
        return at == variables.end() ? std::string() : at->second;
    };
    around.file = [&](std::string const& path) -> result<std::optional<std::string>> {
        return std::optional<std::string>(path.ends_with("config") ? config : secrets);
    };
    return s3::read_settings(around, {});
}

std::string url_of(texts variables, std::string const& config) {
    auto const found = read(std::move(variables), config);
    if (found) return found->endpoint;
    CHECK(found.error().reason() == errc::invalid_argument);
    return "refused: " + found.error().info().detail;
}

/// "fips dual accelerate path|virtual", of what is set.
std::string chosen(texts variables, std::string const& config, std::string const& secrets = {}) {
    auto const s = read(std::move(variables), config, secrets);
    if (!s) return "refused: " + s.error().info().detail;
    std::string all = std::string(s->fips ? "fips " : "") + (s->dual_stack ? "dual " : "") + (s->accelerate ? "accelerate " : "");
    if (s->style != bucket_style::automatic) all += s->style == bucket_style::path ? "path " : "virtual ";
    if (!all.empty()) all.pop_back();
    return all;
}

std::string const with_services =
    "[default]\nservices = local\nendpoint_url = http://profile\n"
    "[services local]\ndynamodb =\n  endpoint_url = http://dynamo\ns3 =\n  endpoint_url = http://services\n";

}  // namespace

TEST_CASE("endpoint settings: the endpoint's URL comes from the first place that AWS documents") {
    texts const any{{"AWS_ENDPOINT_URL", "http://any"}};
    texts const both{{"AWS_ENDPOINT_URL", "http://any"}, {"AWS_ENDPOINT_URL_S3", "http://s3"}};
    CHECK(url_of(both, with_services) == "http://s3");
    CHECK(url_of(any, with_services) == "http://any");
    CHECK(url_of({}, with_services) == "http://services");
    CHECK(url_of({}, "[default]\nendpoint_url = http://profile\n[services local]\ns3 =\n  endpoint_url = http://services\n") ==
          "http://profile");
    CHECK(url_of({}, "[default]\nservices=local\nendpoint_url=http://profile\n[services local]\nsts =\n  endpoint_url = http://sts\n") ==
          "http://profile");
    CHECK(url_of({}, "[default]\nservices = local\n[services local]\nendpoint_url = http://of-no-service\n") == "");
    CHECK(url_of({}, "[default]\nservices = my own\n[services \"my  own\"]\nS3 =\n\tEndpoint_URL=http://named\n") == "http://named");
    CHECK(url_of({{"AWS_PROFILE", "p"}}, with_services + "[profile p]\nregion = r\n") == "");
}

TEST_CASE("endpoint settings: a section of services that is named and not there is refused where it would be asked") {
    std::string const config = "[default]\nservices = lcoal\n[services local]\ns3 =\n  endpoint_url = http://services\n";
    std::string const why = "refused: the profile names the services \"lcoal\", and the AWS config file has no such section";
    CHECK(url_of({}, config) == why);
    CHECK(url_of({{"AWS_ENDPOINT_URL_S3", "http://s3"}}, config) == "http://s3");
    CHECK(url_of({{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}}, config) == "");
}

TEST_CASE("endpoint settings: URLs that are set can be ignored, all of them") {
    texts all{{"AWS_ENDPOINT_URL", "http://any"}, {"AWS_ENDPOINT_URL_S3", "http://s3"}};
    std::string const ignoring = "[default]\nignore_configured_endpoint_urls = True\nendpoint_url = http://profile\n";
    CHECK(url_of(all, ignoring) == "");
    all["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "false";  // the variable wins over the profile
    CHECK(url_of(all, ignoring) == "http://s3");
    all["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "TRUE";
    CHECK(url_of(all, with_services) == "");
    all["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "1";
    CHECK(url_of(all, "") == "refused: AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is neither true nor false");
}

TEST_CASE("endpoint settings: FIPS, dual stack, acceleration and style") {
    CHECK(chosen({}, "") == "");
    CHECK(chosen({{"AWS_USE_FIPS_ENDPOINT", "true"}, {"AWS_USE_DUALSTACK_ENDPOINT", "True"}}, "") == "fips dual");
    std::string const config =
        "[default]\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true\n"
        "s3 =\n    use_accelerate_endpoint = true\n    addressing_style = path  # as before\n";
    CHECK(chosen({}, config) == "fips dual accelerate path");
    CHECK(chosen({{"AWS_USE_FIPS_ENDPOINT", "false"}, {"AWS_USE_DUALSTACK_ENDPOINT", "FALSE"}}, config) == "accelerate path");
    CHECK(chosen({}, "", "[default]\nuse_fips_endpoint = true\n") == "fips");

    std::string const inner = "[default]\ns3 =\n  use_dualstack_endpoint = true\n  addressing_style = virtual\n";
    CHECK(chosen({}, inner) == "dual virtual");
    CHECK(chosen({{"AWS_USE_DUALSTACK_ENDPOINT", "false"}}, inner) == "virtual");
    CHECK(chosen({}, inner + "use_dualstack_endpoint = false\n") == "virtual");
    CHECK(chosen({}, "[default]\ns3 =\n  addressing_style = auto\n") == "");
    // Names that are only like these: of another level, another setting, another kind of section.
    CHECK(chosen({}, "[default]\nuse_accelerate_endpoint = true\naddressing_style = path\ns3api =\n  use_accelerate_endpoint = true\n") ==
          "");
    CHECK(chosen({}, "[default]\nregion = r\n[services s]\ns3 =\n  use_accelerate_endpoint = true\nuse_fips_endpoint = true\n") == "");
}

TEST_CASE("endpoint settings: a value that is none is refused, naming the setting and not the value") {
    struct row {
        texts variables;
        char const *config, *says;
    };
    for (row const& r :
         {row{{{"AWS_USE_FIPS_ENDPOINT", "CANARY"}}, "", "AWS_USE_FIPS_ENDPOINT is neither true nor false"},
          {{{"AWS_USE_DUALSTACK_ENDPOINT", "yes"}}, "", "AWS_USE_DUALSTACK_ENDPOINT is neither true nor false"},
          {{}, "[default]\nuse_fips_endpoint = CANARY\n", "use_fips_endpoint of the profile is neither true nor false"},
          {{}, "[default]\ns3 =\n use_accelerate_endpoint = 1\n", "use_accelerate_endpoint of the profile's s3 is neither true nor false"},
          {{},
           "[default]\ns3 =\n addressing_style = CANARY\n",
           "addressing_style of the profile's s3 is none of auto, path and virtual"}}) {
        CHECK(chosen(r.variables, r.config) == std::string("refused: ") + r.says);
    }
}
