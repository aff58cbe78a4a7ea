// SHA, HMAC, base64 and hexadecimal against the test server's own, in pieces and at once.
#include "input.hpp"

#include "base/hash.hpp"
#include "testing/digest.hpp"

using namespace sluice;

namespace {

std::string text_of(std::span<std::byte const> const data) { return {reinterpret_cast<char const*>(data.data()), data.size()}; }

std::string streamed(base::sha_stream::kind const kind, std::string_view all, fuzz::pieces by) {
    base::sha_stream stream(kind);
    while (!all.empty()) {
        std::size_t const n = by.next(all.size());
        stream.update(fuzz::bytes_of(all.substr(0, n)));
        all.remove_prefix(n);
    }
    return stream.finish();
}

}  // namespace

void fuzz::run(input in) {
    pieces const by(in);
    std::string_view const key = in.line(), all = in.rest();
    must(text_of(base::sha256(all)) == testing::sha256(all), "SHA-256");
    must(text_of(base::md5(bytes_of(all))) == testing::md5(all), "MD5");
    must(text_of(base::sha1(all)) == testing::sha1(all), "SHA-1");
    must(streamed(base::sha_stream::kind::sha256, all, by) == testing::base64(testing::sha256(all)), "SHA-256 in pieces");
    must(streamed(base::sha_stream::kind::sha1, all, by) == testing::base64(testing::sha1(all)), "SHA-1 in pieces");
    std::string const mac = testing::hmac_sha256(key, all);
    must(text_of(base::hmac_sha256(bytes_of(key), all)) == mac, "HMAC");
    must(text_of(base::hmac_key(bytes_of(key)).sign(all)) == mac, "HMAC with a key prepared");
    must(base::hex(bytes_of(all)) == testing::hex(all), "hexadecimal");
    std::string const coded = base::base64_encode(bytes_of(all));
    must(coded == testing::base64(all) && testing::from_base64(coded) == all, "base64, and back");
}
