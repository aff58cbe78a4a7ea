#include "base/hash.hpp"

#include <doctest/doctest.h>

#include <span>
#include <string>

using namespace sluice;

namespace {

std::span<std::byte const> bytes_of(std::string const& text) { return std::as_bytes(std::span(text)); }

}  // namespace

TEST_CASE("digests of FIPS 180 and RFC 1321") {
    CHECK(base::hex(base::sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(base::hex(base::sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(base::hex(base::sha256(std::string(1'000'000, 'a'))) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    CHECK(base::hex(base::md5({})) == "d41d8cd98f00b204e9800998ecf8427e");
    CHECK(base::hex(base::md5(bytes_of("message digest"))) == "f96b697d7cb7938d525a2f31aaf161d0");
}

TEST_CASE("HMAC-SHA-256 of RFC 4231: short, block-long and longer keys") {
    struct {
        std::string key, text, wanted;
    } const table[] = {
        {std::string(20, '\x0b'), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {"Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {std::string(20, '\xaa'), std::string(50, '\xdd'), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    };
    for (auto const& row : table) {
        CHECK(base::hex(base::hmac_sha256(bytes_of(row.key), row.text)) == row.wanted);
        base::hmac_key const key(bytes_of(row.key));
        base::hmac_key const copy = key;
        CHECK(base::hex(key.sign(row.text)) == row.wanted);
        CHECK(base::hex(copy.sign(row.text)) == row.wanted);  // and signing changed nothing
    }
}

TEST_CASE("hexadecimal and base64 text") {
    CHECK(base::hex(bytes_of(std::string("\x00\x7f\xff", 3))) == "007fff");
    std::string line = "x=";
    base::append_hex(line, bytes_of("\xab"));
    CHECK(line == "x=ab");
    struct {
        char const *plain, *coded;
    } const table[] = {{"", ""},
                       {"f", "Zg=="},
                       {"fo", "Zm8="},
                       {"foo", "Zm9v"},
                       {"foob", "Zm9vYg=="},
                       {"fooba", "Zm9vYmE="},
                       {"foobar", "Zm9vYmFy"},
                       {"\xff\xfe\xfd\xfb", "//79+w=="}};
    for (auto const& row : table) CHECK(base::base64_encode(bytes_of(row.plain)) == row.coded);
}

TEST_CASE("a wiped secret is gone") {
    for (std::size_t const size : {0U, 3U, 100U}) {
        std::string secret(size, 's');
        char const* const at = secret.data();
        base::wipe(secret);
        CHECK(secret.empty());
        CHECK(secret.data() == at);  // overwritten in place, not replaced
    }
}

TEST_CASE("base64url of RFC 4648, without padding") {
    CHECK(base::base64url_encode("").empty());
    CHECK(base::base64url_encode("f") == "Zg");
    CHECK(base::base64url_encode("fo") == "Zm8");
    CHECK(base::base64url_encode("foo") == "Zm9v");
    CHECK(base::base64url_encode("\xfb\xff\xfe") == "-__-");
}
