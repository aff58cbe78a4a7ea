#include "auth/chunk_signatures.hpp"
#include "auth/sigv4.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace sluice;

namespace {

bool every(std::string_view) noexcept { return true; }

http::request example(std::string_view length) {
    http::request put;
    put.method = "PUT";
    put.target = "/examplebucket/chunkObject.txt";
    put.headers.add("Host", "s3.amazonaws.com");
    put.headers.add("x-amz-storage-class", "REDUCED_REDUNDANCY");
    put.headers.add("Content-Encoding", "aws-chunked");
    put.headers.add("x-amz-decoded-content-length", "66560");
    if (!length.empty()) put.headers.add("Content-Length", length);
    return put;
}

auth::chunk_signatures begun(http::request put, std::string_view payload_hash) {
    credentials const keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    std::chrono::system_clock::time_point const day(std::chrono::seconds(1369353600));  // 2013-05-24
    return auth::sigv4_signer().sign_chunked(put, keys, "us-east-1", day, payload_hash, every);
}

std::string const first(65536, 'a'), second(1024, 'a');

}  // namespace

TEST_CASE("chunk signatures: AWS's example without a trailer") {
    auth::chunk_signatures chain = begun(example("66824"), "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
    CHECK(chain.last() == "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
    CHECK(chain.chunk(base::sha256(first)) == "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648");
    CHECK(chain.chunk(base::sha256(second)) == "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497");
    CHECK(chain.chunk(base::sha256("")) == "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9");
}

TEST_CASE("chunk signatures: AWS's example with a trailer") {
    http::request put = example("");
    put.headers.add("x-amz-trailer", "x-amz-checksum-crc32c");
    auth::chunk_signatures chain = begun(put, auth::signed_chunks_and_trailer);
    CHECK(chain.last() == "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
    CHECK(chain.chunk(base::sha256(first)) == "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2");
    CHECK(chain.chunk(base::sha256(second)) == "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7");
    CHECK(chain.chunk(base::sha256("")) == "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992");
    CHECK(chain.trailer("x-amz-checksum-crc32c:sOO8/Q==\n") == "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435");
}
