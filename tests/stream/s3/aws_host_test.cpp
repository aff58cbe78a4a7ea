// Which of AWS's hosts is asked for what, as a proxy on the way sees it. Nothing leaves this machine.
#include "stream/s3/fixture.hpp"

#include <sluice/s3_bucket.hpp>

using namespace sluice;
using namespace sluice::test;
using testing::received_request, testing::script_server, testing::scripted_reply;

namespace {

/// Lets nobody through.
class refusing_proxy {
public:
    s3_settings settings() const {
        s3_settings s;
        s.bucket = "data";
        s.region = "eu-west-1";
        s.network.https_proxy = server_.endpoint();
        s.retry.max_attempts = 1;
        return s;
    }

    /// "host:port" of each CONNECT so far.
    std::vector<std::string> asked() const {
        std::vector<std::string> hosts;
        for (received_request const& r : server_.requests()) hosts.push_back(r.method == "CONNECT" ? r.target : r.method);
        return hosts;
    }

private:
    script_server server_{[](received_request const&) { return scripted_reply::status(403); }};
};

}  // namespace

CO_TEST("aws hosts: objects are asked for where the settings say") {
    struct row {
        bool fips, dual_stack, accelerate;
        char const* host;
    };
    row const rows[] = {{false, false, false, "data.s3.eu-west-1.amazonaws.com:443"},
                        {true, true, false, "data.s3-fips.dualstack.eu-west-1.amazonaws.com:443"},
                        {false, false, true, "data.s3-accelerate.amazonaws.com:443"},
                        {false, true, true, "data.s3-accelerate.dualstack.amazonaws.com:443"}};
    for (row const& r : rows) {
        refusing_proxy proxy;
        s3_settings settings = proxy.settings();
        settings.fips = r.fips;
        settings.dual_stack = r.dual_stack;
        settings.accelerate = r.accelerate;
        auto const store = make_s3_store(settings);
        error const e = co_await error_of(store->get("k"));
        CHECK(e.reason() == errc::permission_denied);
        CHECK_MESSAGE(proxy.asked() == std::vector<std::string>{r.host}, r.host);
    }
}

CO_TEST("aws hosts: buckets are made, removed and listed at the usual endpoint, also where their objects are accelerated") {
    refusing_proxy proxy;
    s3_settings settings = proxy.settings();
    settings.accelerate = true;
    s3_bucket const bucket(settings);
    co_await error_of(bucket.create());
    co_await error_of(bucket.remove());
    co_await error_of(bucket.head());
    co_await error_of(list_buckets(settings));
    std::vector<std::string> const wanted{"data.s3.eu-west-1.amazonaws.com:443", "data.s3.eu-west-1.amazonaws.com:443",
                                          "data.s3-accelerate.amazonaws.com:443", "s3.eu-west-1.amazonaws.com:443"};
    CHECK(proxy.asked() == wanted);
}

CO_TEST("aws hosts: a directory bucket is asked in its zone, and made and removed at the control endpoint") {
    refusing_proxy proxy;
    s3_settings settings = proxy.settings();
    settings.bucket = "data--euw1-az2--x-s3";
    settings.dual_stack = true;
    settings.credentials = static_credentials(credentials("A", "S"));
    s3_bucket const bucket(settings);
    co_await error_of(make_s3_store(settings)->get("k"));  // for want of a session
    co_await error_of(bucket.create());
    co_await error_of(bucket.remove());
    co_await error_of(bucket.head());
    std::string const zone = "data--euw1-az2--x-s3.s3express-euw1-az2.dualstack.eu-west-1.amazonaws.com:443";
    std::string const control = "s3express-control.dualstack.eu-west-1.amazonaws.com:443";
    CHECK(proxy.asked() == std::vector<std::string>{zone, control, control, zone});
}

CO_TEST("aws hosts: a URL for others is accelerated, too") {
    s3_settings settings;
    settings.bucket = "data";
    settings.accelerate = true;
    settings.credentials = static_credentials(credentials("A", "S"));
    s3_bucket const bucket(settings);
    std::string const url = co_await bucket.presign("k");
    CHECK(url.starts_with("https://data.s3-accelerate.amazonaws.com/k?"));
}
