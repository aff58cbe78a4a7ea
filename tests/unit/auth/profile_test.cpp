#include "auth/profile.hpp"

#include "auth/profile_file.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sluice;

namespace {

auth::profile read(std::string_view const config, std::string_view const secrets, std::string_view const name = "default") {
    auto const found = auth::read_profile(config, secrets, name);
    REQUIRE_MESSAGE(found.has_value(), (found ? std::string() : found.error().info().detail));
    return *found;
}

std::string complaint(std::string_view const config, std::string_view const secrets) {
    auto const found = auth::read_profile(config, secrets, "default");
    if (found) return "none";
    CHECK(found.error().reason() == errc::invalid_argument);
    return found.error().info().detail;
}

}  // namespace

TEST_CASE("keys come from the credentials file, the rest from the config file") {
    std::string const config =
        "[default]\nregion = eu-central-1\nendpoint_url = http://127.0.0.1:9000\nca_bundle=/etc/ca.pem\n"
        "aws_access_key_id = CONFIG\naws_secret_access_key = CS\n"
        "[profile two]\nregion=garage\naws_access_key_id = TWO\naws_secret_access_key = TS\naws_session_token = TT\n"
        "[three]\nregion = not-read-without-the-word-profile\n";
    std::string const secrets =
        "[default]\naws_access_key_id = A\naws_secret_access_key = S/+=\naws_session_token = T==\nregion = ignored\n"
        "[profile four]\naws_access_key_id = F\naws_secret_access_key = F\n";
    auth::profile const p = read(config, secrets);
    CHECK(p.found);
    CHECK(p.keys.access_key == "A");
    CHECK(p.keys.secret_key == "S/+=");
    CHECK(p.keys.session_token == "T==");
    CHECK(p.region == "eu-central-1");
    CHECK(p.endpoint_url == "http://127.0.0.1:9000");
    CHECK(p.ca_bundle == "/etc/ca.pem");

    CHECK(read(config, "").keys.access_key == "CONFIG");
    auth::profile const two = read(config, secrets, "two");
    CHECK(two.region == "garage");
    CHECK(two.keys.access_key == "TWO");
    CHECK(two.keys.session_token == "TT");
    CHECK(read("", secrets).region == "ignored");  // better than none
    for (char const* absent : {"three", "four", "", "Default", "profile two"}) CHECK_FALSE(read(config, secrets, absent).found);
}

TEST_CASE("halves of two files are not put together") {
    std::string const whole = "[default]\naws_access_key_id = A\naws_secret_access_key = S\naws_session_token = T\n";
    CHECK(complaint(whole, "[default]\naws_access_key_id = B\n") ==
          "AWS credentials file: profile \"default\" lacks aws_secret_access_key");
    CHECK(complaint("[default]\naws_secret_access_key = S\n", "") == "AWS config file: profile \"default\" lacks aws_access_key_id");
    auth::profile const p = read(whole, "[default]\naws_access_key_id = B\naws_secret_access_key = R\n");
    CHECK(p.keys.access_key == "B");
    CHECK(p.keys.session_token.empty());
}

TEST_CASE("the syntax AWS's tools accept") {
    auth::profile const p = read(
        "\xef\xbb\xbf# a comment\r\n"
        "; another\r\n"
        "\r\n"
        "  [ default ]  # and one behind a header\r\n"
        "REGION=one\r\n"
        "  # indented comment\r\n"
        "s3 =\r\n"
        "  endpoint_url = http://nested.example\r\n"
        "  region = nested\r\n"
        "\tmax_concurrent_requests = 20\r\n"
        "[services local]\r\n"
        "s3 =\r\n"
        "  endpoint_url = http://services.example\r\n"
        "endpoint_url = http://services.example\r\n"
        "[sso-session x]\r\n"
        "sso_start_url = https://sso.example\r\n"
        "[default]\r\n"
        "region : two\t; a comment\r\n"
        "ca_bundle = /a#b;c #d\r\n"
        "empty =\r\n"
        "output = json",
        "");
    CHECK(p.region == "two");  // sections of one name are merged, and the later line wins
    CHECK(p.endpoint_url.empty());
    CHECK(p.ca_bundle == "/a#b;c");
    CHECK(p.keys_elsewhere.empty());
}

TEST_CASE("deeper lines are settings below the one above them, if that has no value of its own") {
    auth::profile const p = read(
        "[default]\n"
        "s3 =   # what follows\n"
        "  Region = one   ; and a comment\n"
        "\n"
        "  # more of it\n"
        "    deep.er = a = b\n"
        "  no setting\n"
        "  = no name\n"
        "region = two\n"
        "  three = continued\n"
        "sts =\n"
        "s3 region = literal\n"
        "[default]\n"
        "s3 =\n"
        "  other = x\n",
        "");
    auto const of_s3 = [&](char const* name) { return auth::setting_of(p.settings, auth::nested("s3", name)); };
    CHECK(of_s3("region") == "one");
    CHECK(of_s3("deep.er") == "a = b");
    CHECK(of_s3("other") == "x");
    CHECK(p.region == "two");
    CHECK(auth::setting_of(p.settings, auth::nested("region", "three")).empty());
    CHECK(auth::setting_of(p.settings, "s3 region") == "literal");
    CHECK(p.settings.size() == 7);  // three of s3, itself, region, sts, and the odd one
}

TEST_CASE("the section of services that a profile names") {
    std::string const services = "[services local]\ns3 =\n  endpoint_url = http://s3\nsts =\n  endpoint_url = http://sts\n";
    auth::profile const p = read(services + "[default]\nservices = local\n", "");
    CHECK_FALSE(p.lacks_services);
    CHECK(auth::setting_of(p.services, auth::nested("sts", "endpoint_url")) == "http://sts");
    CHECK(read(services + "[default]\nservices = other\n", "").lacks_services);
    auth::profile const none = read(services + "[services ]\nx = y\n[default]\nregion = r\n", services);
    CHECK_FALSE(none.lacks_services);
    CHECK(none.services.empty());
}

TEST_CASE("settings that are all indented alike are settings") {
    auth::profile const p =
        read("", "[default]\n    aws_access_key_id = A\n    aws_secret_access_key = S\n      continued\n    region = r\n");
    CHECK(p.keys.access_key == "A");
    CHECK(p.keys.secret_key == "S");
    CHECK(p.region == "r");
}

TEST_CASE("profile names: quotes, spaces, and the two ways to write the default") {
    std::string const config = "[profile  \"my  own\"]\nregion = a\n[profile 'b']\nregion = b\n[default]\nregion = short\n";
    CHECK(read(config, "", "my own").region == "a");
    CHECK(read(config, "", "b").region == "b");
    CHECK(read(config, "").region == "short");
    CHECK(read(config + "[profile default]\nregion = long\n", "").region == "long");
}

TEST_CASE("what is no profile file is refused by file and line, and never quoted") {
    struct {
        char const *text, *wanted;
    } const table[] = {
        {"[default]\nregion = x\n\nCANARY\n", "line 4: neither a [section] nor name = value"},
        {"\nregion = CANARY\n", "line 2: a setting outside of any section"},
        {"[CANARY\n", "line 1: a section without its ]"},
        {"[default] CANARY\n", "line 1: text behind a section's ]"},
        {"[]\n", "line 1: a section without a name"},
        {"[default]\n= CANARY\n", "line 2: a value without a name"},
    };
    for (auto const& row : table) {
        CHECK(complaint(row.text, "") == std::string("AWS config file, ") + row.wanted);
        CHECK(complaint("", row.text) == std::string("AWS credentials file, ") + row.wanted);
    }
    CHECK(read("", "").found == false);
    CHECK(read("\n\n#\n;", "   \n").found == false);
}

TEST_CASE("a profile whose keys come from elsewhere says so") {
    std::string const keys = "[default]\naws_access_key_id = A\naws_secret_access_key = S\n";
    for (char const* name : {"role_arn", "sso_session", "sso_start_url"}) {
        auth::profile const p = read(std::string("[default]\n") + name + " = x\n", keys);
        CHECK(p.keys_elsewhere == name);
        CHECK(p.keys.access_key.empty());  // AWS's tools would not send these either
    }
    CHECK(read("[default]\ncredential_process = x\n", "").keys_elsewhere == "credential_process");
    auth::profile const p = read("[default]\ncredential_process = x\n", keys);
    CHECK(p.keys_elsewhere.empty());
    CHECK(p.keys.access_key == "A");
}

TEST_CASE("no text of a profile file leads the parser astray") {
    std::string const pieces[] = {"[",   "]", "=", ":", "\n", "\r\n", " ", "\t", "#", ";", "default", "region", "\"", std::string(1, '\0'),
                                  "\xff"};
    unsigned state = 12345;
    for (int round = 0; round < 20000; ++round) {
        std::string text;
        for (int i = 0; i < 12; ++i) {
            state = state * 1664525 + 1013904223;
            text += pieces[(state >> 16) % std::size(pieces)];
        }
        auto const parsed = auth::parse_profile_file(text, "file");
        if (!parsed) REQUIRE(parsed.error().info().detail.starts_with("file, line "));
    }
}
