// Signatures: whatever the key, the query and the headers are, a strict server reads the request as it was meant and finds it rightly
// signed.
#include "input.hpp"

#include "auth/sigv4.hpp"
#include "backend/s3/endpoint.hpp"
#include "backend/s3/presigned_url.hpp"
#include "base/ascii.hpp"
#include "store/check.hpp"
#include "testing/s3_signature.hpp"

using namespace sluice;

namespace {

constexpr std::chrono::sys_seconds now(std::chrono::seconds(1'800'000'000));

testing::received_request sent(http::request const& r) {
    testing::received_request raw;
    raw.method = r.method;
    raw.target = r.target;
    for (std::size_t i = 0; i < r.headers.size(); ++i) raw.headers.emplace_back(r.headers[i].name, r.headers[i].value);
    return raw;
}

/// The key and the signature, as the server finds them.
void verify(http::request const& r, std::string_view const key, credentials const& keys) {
    testing::received_request raw = sent(r);
    testing::s3_gate gate;
    gate.access_key = keys.access_key;
    gate.secret_key = keys.secret_key;
    gate.session_token = keys.session_token;
    gate.region = "eu-west-1";
    gate.now = now;
    try {
        testing::s3_request const read = testing::parse_request(raw, "s3.test");
        fuzz::must(read.bucket == "bucket" && read.key == key, "the key as it was meant");
        testing::verify_signature(read, gate);
    } catch (testing::s3_problem const& problem) {
        fuzz::must(false, (problem.code + ": " + problem.message).c_str());
    }
}

}  // namespace

void fuzz::run(input in) {
    auto const expires = std::chrono::seconds(in.number(604'799) + 1);
    credentials keys("AKIDEXAMPLE", "secret", in.number(1) == 1 ? "a/token+of=a session" : "");
    std::string const key(in.line());
    s3::recipe what;
    what.key = key;
    if (!store::check_key(key)) return;
    bool const version = in.number(1) == 1;
    if (version) cloud::add_query(what.query, "versionId", testing::is_utf8(key) ? key : "v");
    for (int i = 0; i < 5 && !in.empty(); ++i) {
        std::string_view const value = in.line();
        attributes a;
        a.metadata.emplace_back("name" + std::to_string(i), value);
        if (store::check_attributes(a)) s3::add_attributes(what.headers, a);
    }
    s3::place where;
    where.host = "s3.test";
    where.path = "/bucket/";
    auth::sigv4_signer const signer;
    http::request r;
    cloud::render(what, where.host, where.path, r);
    std::string const target = signer.presign(r, keys, "eu-west-1", now, expires);
    auto const url = s3::parse_presigned("https://s3.test" + target);
    must(url && url->key == "bucket/" + key && url->good_until == now + expires, "we read the URL that we made");
    http::request presigned = r;
    presigned.target = target;
    verify(presigned, key, keys);
    signer.sign(r, keys, "eu-west-1", now);
    verify(r, key, keys);
}
