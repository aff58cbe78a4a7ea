// What signing one request costs, in nanoseconds of one core: the best of 20 rounds.
#include "auth/sigv4.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

using namespace sluice;

namespace {

http::request plain_get() {
    http::request r;
    r.target = "/bucket/data/train/shard-000123.tar";
    r.headers.add("Host", "127.0.0.1:9000");
    r.headers.add("Range", "bytes=8388608-16777215");
    r.headers.add("User-Agent", "sluice/0.1");
    return r;
}

http::request busy_put() {
    http::request r;
    r.method = "PUT";
    r.target = "/bucket/data/train/shard-000123.tar?partNumber=17&uploadId=2~VmxSpXlS3mM5z0uNqRrWcQkUu1tXc9K&x-id=UploadPart";
    r.headers.add("Host", "bucket.s3.eu-central-1.amazonaws.com");
    r.headers.add("Content-Type", "application/octet-stream");
    for (char const* name : {"x-amz-meta-one", "x-amz-meta-two", "x-amz-checksum-crc32c", "x-amz-storage-class", "x-amz-acl"})
        r.headers.add(name, "some value of the usual length");
    return r;
}

template <class Work>
double best_nanoseconds(Work const& work) {
    constexpr int count = 20000;
    double best = 1e9;
    for (int round = 0; round < 20; ++round) {
        auto const begin = std::chrono::steady_clock::now();
        for (int i = 0; i < count; ++i) work();
        best = std::min(best, std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count() / count);
    }
    return best;
}

void measure(char const* name, http::request const& request, credentials const& keys) {
    auth::sigv4_signer const signer;
    auto const now = std::chrono::system_clock::now();
    double const copy = best_nanoseconds([&] { http::request r = request; });
    double const both = best_nanoseconds([&] {
        http::request r = request;
        signer.sign(r, keys, "eu-central-1", now);
    });
    std::printf("%-40s %6.0f ns\n", name, both - copy);
}

}  // namespace

int main() {
    credentials const keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    measure("GET with a range", plain_get(), keys);
    measure("GET with a session token", plain_get(), {keys.access_key, keys.secret_key, std::string(400, 't')});
    measure("UploadPart with 5 x-amz headers", busy_put(), keys);
}
