#include "backend/s3/settings.hpp"

#include <doctest/doctest.h>

#include "support/co_test.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

using namespace sluice;

namespace {

using texts = std::map<std::string, std::string>;

s3::surroundings around(texts variables, texts files = {}) {
    variables.try_emplace("HOME", "/home/me");
    variables.try_emplace("AWS_EC2_METADATA_DISABLED", "true");
    s3::surroundings made;
    made.variable = [variables](char const* name) {
        auto const at = variables.find(name);
        return at == variables.end() ? std::string() : at->second;
    };
    made.file = [files](std::string const& path) -> result<std::optional<std::string>> {
        auto const at = files.find(path);
        return at == files.end() ? std::optional<std::string>() : std::optional<std::string>(at->second);
    };
    return made;
}

s3_settings read(s3::surroundings const& from, std::string profile = {}) {
    auto found = s3::read_settings(from, std::move(profile));
    REQUIRE_MESSAGE(found.has_value(), (found ? std::string() : found.error().info().detail));
    return *std::move(found);
}

std::string complaint(s3::surroundings const& from, std::string profile = {}) {
    auto const found = s3::read_settings(from, std::move(profile));
    if (found) return "none";
    CHECK(found.error().reason() == errc::invalid_argument);
    return found.error().info().detail;
}

credentials keys_of(s3_settings const& settings) {
    credentials keys;
    if (!settings.credentials) return keys;
    auto const source = settings.credentials;
    std::function<awaitable<void>()> const ask = [&]() -> awaitable<void> {
        auto const got = co_await source->get();
        keys = *got;
    };
    test::run(ask);
    return keys;
}

/// What is wrong with keys that cannot be had.
std::string keys_refused(s3_settings const& settings) {
    try {
        keys_of(settings);
    } catch (error const& e) {
        CHECK(e.reason() == errc::invalid_argument);
        return e.info().detail;
    }
    return "none";
}

texts const files{
    {"/home/me/.aws/config",
     "[default]\nregion = file-region\nendpoint_url = http://file\nca_bundle = ~/ca.pem\n[profile other]\nregion = other-region\n"},
    {"/home/me/.aws/credentials",
     "[default]\naws_access_key_id = FA\naws_secret_access_key = FS\naws_session_token = FT\n"
     "[other]\naws_access_key_id = OA\naws_secret_access_key = OS\n"},
};

/// Sets a variable of the process for one test.
class variable {
public:
    variable(char const* name, char const* value) : name_(name) {
        if (char const* const before = std::getenv(name)) before_ = before;
        ::setenv(name, value, 1);
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

TEST_CASE("nothing set: no keys, no region, no endpoint") {
    s3_settings const s = read(around({}));
    CHECK(s.credentials == nullptr);
    CHECK(s.region.empty());
    CHECK(s.endpoint.empty());
    CHECK(s.ca_file.empty());
    CHECK(read(around({{"HOME", ""}}, {{"/.aws/config", "[default]\nregion = x\n"}})).region.empty());
}

TEST_CASE("the files of the home folder") {
    s3_settings const s = read(around({}, files));
    CHECK(keys_of(s).access_key == "FA");
    CHECK(keys_of(s).session_token == "FT");
    CHECK(s.region == "file-region");
    CHECK(s.endpoint == "http://file");
    CHECK(s.ca_file == "/home/me/ca.pem");
}

TEST_CASE("the environment wins over the files, one setting at a time") {
    texts const region{{"AWS_DEFAULT_REGION", "second"}};
    CHECK(read(around(region, files)).region == "second");
    CHECK(read(around({{"AWS_REGION", "first"}, {"AWS_DEFAULT_REGION", "second"}}, files)).region == "first");
    CHECK(read(around({{"AWS_ENDPOINT_URL", "http://any"}}, files)).endpoint == "http://any");
    CHECK(read(around({{"AWS_ENDPOINT_URL", "http://any"}, {"AWS_ENDPOINT_URL_S3", "http://s3"}}, files)).endpoint == "http://s3");
    CHECK(read(around({{"AWS_CA_BUNDLE", "/ca"}}, files)).ca_file == "/ca");

    s3_settings const s = read(around({{"AWS_ACCESS_KEY_ID", "EA"}, {"AWS_SECRET_ACCESS_KEY", "ES"}}, files));
    CHECK(keys_of(s).access_key == "EA");
    CHECK(keys_of(s).secret_key == "ES");
    CHECK(keys_of(s).session_token.empty());  // the file's token belongs to the file's keys
    CHECK(s.region == "file-region");
    CHECK(keys_of(read(around({{"AWS_SESSION_TOKEN", "ET"}}, files))).session_token == "FT");
    CHECK(
        keys_of(read(around({{"AWS_ACCESS_KEY_ID", "EA"}, {"AWS_SECRET_ACCESS_KEY", "ES"}, {"AWS_SESSION_TOKEN", "ET"}}))).session_token ==
        "ET");
}

TEST_CASE("half a key pair in the environment is refused, naming the missing half and no value") {
    CHECK(complaint(around({{"AWS_ACCESS_KEY_ID", "CANARY"}}, files)) == "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not");
    CHECK(complaint(around({{"AWS_SECRET_ACCESS_KEY", "CANARY"}})) == "AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not");
}

TEST_CASE("profiles by argument, by variable, and those that do not exist") {
    CHECK(keys_of(read(around({}, files), "other")).access_key == "OA");
    s3_settings const s = read(around({{"AWS_PROFILE", "other"}}, files));
    CHECK(keys_of(s).access_key == "OA");
    CHECK(s.region == "other-region");
    CHECK(s.endpoint.empty());
    CHECK(read(around({{"AWS_PROFILE", "absent"}}, files), "other").region == "other-region");
    CHECK(complaint(around({}, files), "absent") == "there is no profile \"absent\" in the AWS config and credentials files");
    CHECK(complaint(around({{"AWS_PROFILE", "absent"}}, files)) ==
          "there is no profile \"absent\" in the AWS config and credentials files");
    CHECK(complaint(around({}), "default") == "there is no profile \"default\" in the AWS config and credentials files");
}

TEST_CASE("the keys of a profile named by the caller come before the environment's, as with the AWS tools") {
    texts const some{{"/home/me/.aws/config", "[profile bare]\nregion = r\n[profile sso]\nsso_session = x\n"},
                     {"/home/me/.aws/credentials", "[other]\naws_access_key_id = OA\naws_secret_access_key = OS\n"}};
    texts const keys{{"AWS_ACCESS_KEY_ID", "EA"}, {"AWS_SECRET_ACCESS_KEY", "ES"}, {"AWS_SESSION_TOKEN", "ET"}};
    texts by_variable = keys;
    by_variable.emplace("AWS_PROFILE", "other");
    CHECK(keys_of(read(around(keys, some), "other")).access_key == "OA");
    CHECK(keys_of(read(around(keys, some), "other")).session_token.empty());
    CHECK(keys_of(read(around(by_variable, some))).access_key == "EA");
    CHECK(keys_of(read(around(keys, some), "bare")).access_key == "EA");
    CHECK(keys_refused(read(around(keys, some), "sso")).find("lacks sso_region") != std::string::npos);
}

TEST_CASE("files elsewhere, by variable") {
    texts const other{{"/etc/conf", "[default]\nregion = moved\n"},
                      {"/home/me/keys", "[default]\naws_access_key_id=M\naws_secret_access_key=M\n"}};
    s3_settings const s = read(around({{"AWS_CONFIG_FILE", "/etc/conf"}, {"AWS_SHARED_CREDENTIALS_FILE", "~/keys"}}, other));
    CHECK(s.region == "moved");
    CHECK(keys_of(s).access_key == "M");
    CHECK(read(around({{"AWS_CONFIG_FILE", "/nowhere"}}, files)).region.empty());
    CHECK(complaint(around({{"AWS_CONFIG_FILE", "/etc/conf"}}, {{"/etc/conf", "nonsense"}})).starts_with("AWS config file, line 1: "));
}

TEST_CASE("a profile that gets its keys in a way that cannot be gone is refused when they are needed, and not passed over") {
    texts const login{{"/home/me/.aws/config", "[default]\nlogin_session = x\nregion = r\n"}};
    s3_settings const settings = read(around({}, login));
    CHECK(settings.region == "r");  // who works on files goes on
    CHECK(keys_refused(settings) == "profile \"default\" gets its keys by login_session, which is not supported");
    CHECK(keys_of(read(around({{"AWS_ACCESS_KEY_ID", "A"}, {"AWS_SECRET_ACCESS_KEY", "S"}}, login))).access_key == "A");
    CHECK(keys_of(read(around({{"AWS_WEB_IDENTITY_TOKEN_FILE", "/t"}}, files))).access_key == "FA");
}

TEST_CASE("from_env reads the process's environment and real files") {
    std::filesystem::path const folder = std::filesystem::temp_directory_path() / ("sluice-settings-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "config") << "[profile p]\nregion = from-file\n";
    std::ofstream(folder / "long") << std::string((1 << 20) + 1, '#');
    {
        variable const config("AWS_CONFIG_FILE", (folder / "config").c_str());
        variable const secrets("AWS_SHARED_CREDENTIALS_FILE", (folder / "absent").c_str());
        variable const access("AWS_ACCESS_KEY_ID", "EA"), secret("AWS_SECRET_ACCESS_KEY", "ES"), token("AWS_SESSION_TOKEN", "");
        variable const region("AWS_REGION", ""), second("AWS_DEFAULT_REGION", "");
        s3_settings const s = s3_settings::from_env("p");
        CHECK(s.region == "from-file");
        CHECK(keys_of(s).access_key == "EA");
        try {
            s3_settings::from_env("q");
            FAIL("no exception");
        } catch (error const& e) {
            CHECK(e.reason() == errc::invalid_argument);
            CHECK(std::string(e.what()) == "invalid argument: there is no profile \"q\" in the AWS config and credentials files");
        }
        for (char const* odd : {"long", "."}) {
            variable const wrong("AWS_CONFIG_FILE", (folder / odd).c_str());
            CHECK_THROWS_AS(s3_settings::from_env("p"), error);
        }
    }
    std::filesystem::remove_all(folder);
}

TEST_CASE("settings: proxies of the environment, as curl reads them") {
    struct row {
        texts variables;
        char const *https, *http, *none;
    };
    row const rows[] = {
        {{}, "", "", ""},
        {{{"https_proxy", "a"}, {"HTTPS_PROXY", "b"}}, "a", "", ""},
        {{{"HTTPS_PROXY", "b"}, {"NO_PROXY", "n"}}, "b", "", "n"},
        {{{"http_proxy", "a"}, {"HTTP_PROXY", "b"}}, "", "a", ""},
        {{{"HTTP_PROXY", "b"}}, "", "", ""},  // a CGI program has it from whoever asks it
        {{{"ALL_PROXY", "c"}}, "c", "c", ""},
        {{{"all_proxy", "c"}, {"https_proxy", "a"}, {"no_proxy", "m"}, {"NO_PROXY", "n"}}, "a", "c", "m"},
    };
    for (row const& r : rows) {
        s3_settings const settings = read(around(r.variables));
        CHECK(settings.network.https_proxy == r.https);
        CHECK(settings.network.http_proxy == r.http);
        CHECK(settings.network.no_proxy == r.none);
    }
}

TEST_CASE("settings: a proxy that cannot be is refused when a store is made, not before, and never quoted") {
    s3_settings settings = read(around({{"ALL_PROXY", "socks5://user:canary@proxy"}}));
    settings.bucket = "b";
    settings.endpoint = "https://near.example";
    try {
        make_s3_store(settings);
        FAIL("made");
    } catch (error const& e) {
        CHECK(e.reason() == errc::invalid_argument);
        CHECK(std::string_view(e.what()).find("SOCKS") != std::string_view::npos);
        CHECK(std::string_view(e.what()).find("canary") == std::string_view::npos);
    }
    settings.network.no_proxy = "near.example";
    CHECK(make_s3_store(settings) != nullptr);
}
