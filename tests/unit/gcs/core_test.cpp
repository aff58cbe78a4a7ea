#include "backend/gcs/core.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sluice;

namespace {

gcs_settings settings_for(std::string bucket) {
    gcs_settings settings;
    settings.bucket = std::move(bucket);
    return settings;
}

bool refused(result<void> const& checked, std::string_view rule) {
    return !checked && checked.error().reason() == errc::invalid_argument && checked.error().info().detail.find(rule) != std::string::npos;
}

}  // namespace

TEST_CASE("gcs names: buckets") {
    for (char const* const good : {"abc", "a-b_c", "1a2", "a.b.c", "0.0.0.x", "x.storage.example.com"})
        CHECK_MESSAGE(gcs::check_bucket(good).has_value(), good);
    CHECK(gcs::check_bucket(std::string(63, 'a')).has_value());
    CHECK(gcs::check_bucket(std::string(63, 'a') + '.' + std::string(63, 'b')).has_value());
    CHECK(refused(gcs::check_bucket(""), "empty"));
    CHECK(refused(gcs::check_bucket("ab"), "3 to 63"));
    CHECK(refused(gcs::check_bucket(std::string(64, 'a')), "3 to 63"));
    CHECK(refused(gcs::check_bucket("Abc"), "lower-case"));
    CHECK(refused(gcs::check_bucket("a/bc"), "lower-case"));
    CHECK(refused(gcs::check_bucket("-abc"), "begins and ends"));
    CHECK(refused(gcs::check_bucket("abc_"), "begins and ends"));
    CHECK(refused(gcs::check_bucket("192.168.1.10"), "IP address"));
    CHECK(refused(gcs::check_bucket("a..b"), "between the dots"));
    CHECK(refused(gcs::check_bucket(std::string(64, 'a') + ".b"), "between the dots"));
}

TEST_CASE("gcs names: keys") {
    for (char const* const good : {"a", "a/b", "...", "./a", "../a", "a/..", "\x01", ".well-known/x"})
        CHECK_MESSAGE(gcs::check_key(good).has_value(), good);
    CHECK(refused(gcs::check_key("a\rb"), "CR"));
    CHECK(refused(gcs::check_key("a\nb"), "LF"));
    CHECK(refused(gcs::check_key("."), "neither"));
    CHECK(refused(gcs::check_key(".."), "neither"));
    CHECK(refused(gcs::check_key(".well-known/acme-challenge/x"), "acme"));
    CHECK(gcs::check_key("").has_error());
    CHECK(gcs::check_key(std::string(1025, 'k')).has_error());
}

TEST_CASE("gcs names: a version is a generation") {
    CHECK(gcs::check_version("").has_value());
    CHECK(gcs::check_version("1700000000000001").has_value());
    CHECK(refused(gcs::check_version("null"), "generation"));
    CHECK(refused(gcs::check_version("12345678901234567890"), "generation"));
}

TEST_CASE("gcs settings: what makes no sense is refused before anything is sent") {
    CHECK(gcs::core::make(settings_for("bucket")).has_value());
    CHECK(gcs::core::make(settings_for("b")).has_error());
    CHECK(gcs::core::make_service(settings_for("")).has_value());
    gcs_settings odd = settings_for("bucket");
    odd.chunk_size = 1000;
    CHECK(gcs::core::make(odd).has_error());
    odd = settings_for("bucket");
    odd.parts_prefix = "no-slash";
    CHECK(gcs::core::make(odd).has_error());
    odd.parts_prefix = "";
    CHECK(gcs::core::make(odd).has_value());
    odd.endpoint = "ftp://x";
    CHECK(gcs::core::make(odd).has_error());
    odd.endpoint = "http://127.0.0.1:4443/base";
    CHECK(gcs::core::make(odd).value()->where.path == "/base");
    odd.user_project = "a b";
    CHECK(gcs::core::make(odd).has_error());
    odd.user_project = "a";
    odd.retry.max_attempts = 0;
    CHECK(gcs::core::make(odd).has_error());
}

TEST_CASE("gcs settings: a customer's key is sent through TLS, or not beyond this machine") {
    customer_key const key(std::string(32, 'k')), odd("short");
    gcs_settings settings = settings_for("bucket");
    CHECK(gcs::core::make(settings).value()->check_customer_key(key).has_value());
    CHECK(gcs::core::make(settings).value()->check_customer_key(odd).has_error());
    settings.endpoint = "http://127.0.0.1:1";
    CHECK(gcs::core::make(settings).value()->check_customer_key(key).has_value());
    settings.endpoint = "http://gcs.test";
    CHECK(gcs::core::make(settings).value()->check_customer_key(key).has_error());
    CHECK(gcs::core::make(settings).value()->check_customer_key(customer_key()).has_value());
}

TEST_CASE("gcs settings: what a write may ask for") {
    auto const store = gcs::core::make(settings_for("bucket")).value();
    put_options options;
    CHECK(store->check_writing(options).has_value());
    options.keeping.tags = {{"a", "b"}};
    CHECK(store->check_writing(options).error().reason() == errc::unsupported);
    options = put_options();
    options.keeping.encryption = "AES256";
    CHECK(store->check_writing(options).error().reason() == errc::unsupported);
    options = put_options();
    options.create_only = true;
    options.if_match = "x";
    CHECK(store->check_writing(options).error().reason() == errc::invalid_argument);
    options = put_options();
    options.keeping.lock_mode = "Locked";
    CHECK(store->check_writing(options).error().reason() == errc::invalid_argument);
    options = put_options();
    options.keeping.kms_key = "k";
    options.keeping.key = customer_key(std::string(32, 'k'));
    CHECK(store->check_writing(options).error().reason() == errc::invalid_argument);
    options.keeping.kms_key.clear();
    options.keeping.storage_class = "COLD LINE";
    CHECK(store->check_writing(options).error().reason() == errc::invalid_argument);
    options.keeping.storage_class = "COLDLINE";
    CHECK(store->check_writing(options).has_value());
}
