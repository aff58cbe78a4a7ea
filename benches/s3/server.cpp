// As little of an S3 service as its clients can be measured with: it looks at nothing that costs, checks nothing, and lives until its
// standard input ends. Prints its port. One thread a connection.
//   PUT, POST ?uploads, ?uploadId, ?delete     bodies of parts are dropped unread
//   GET, HEAD /bucket/big                      1 GiB from memory, whole or a range, with its CRC32C
//   GET /bucket/?list-type=2                   200 pages of 1,000 keys
//   GET /stats                                 what came since the last time, as JSON
#include "wire.hpp"

#include "base/checksum.hpp"
#include "base/crc.hpp"

#include <sys/resource.h>
#include <array>
#include <atomic>
#include <span>
#include <utility>

using namespace sluice;
using bench::die;
using bench::header;
using bench::wire;

namespace {

constexpr std::size_t big_size = 1ull << 30;
constexpr std::size_t pages = 200, page_keys = 1000;
constexpr std::string_view part_etag = "\"9b2cf535f27731c974343645a3985328\"";

struct counters {
    std::atomic<std::uint64_t> bytes = 0, parts = 0, completions = 0, pages = 0, removed = 0;
};

std::string page_of(std::size_t number) {
    std::string page =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult "
        "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bucket</Name>"
        "<Prefix></Prefix><KeyCount>1000</KeyCount><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType>";
    bool const last = number + 1 == pages;
    page += last ? "<IsTruncated>false</IsTruncated>"
                 : "<IsTruncated>true</IsTruncated><NextContinuationToken>" + std::to_string(number + 1) + "</NextContinuationToken>";
    std::array<char, 512> entry{};
    for (std::size_t i = 0; i < page_keys; ++i) {
        std::snprintf(entry.data(), entry.size(),
                      "<Contents><Key>dataset/train/part-%010zu.bin</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>"
                      "<ETag>&quot;9dd4e461268c8034f5c8564e155c67a6&quot;</ETag><Size>1048576</Size>"
                      "<StorageClass>STANDARD</StorageClass></Contents>",
                      number * page_keys + i);
        page += entry.data();
    }
    return page + "</ListBucketResult>";
}

/// What is served; made once, before the port is told.
struct content {
    content() : big(big_size, '\0') {
        std::uint64_t x = 88172645463325252ull;
        for (std::size_t i = 0; i < big.size(); i += sizeof x) {
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            std::memcpy(big.data() + i, &x, sizeof x);
        }
        std::uint64_t const crc = base::crc_extend(base::crc_kind::crc32c, 0, std::as_bytes(std::span(big)));
        checksum = base::crc_text(base::crc_kind::crc32c, crc);
        for (std::size_t i = 0; i < pages; ++i) listing.push_back(page_of(i));
    }
    std::string big, checksum;
    std::vector<std::string> listing;
};

class service {
public:
    void serve(int fd) {
        wire peer(fd);
        for (std::string_view head = peer.head(); !head.empty(); head = peer.head()) answer(peer, std::string(head));
    }

private:
    static std::string ok(std::string_view headers, std::size_t length, char const* status = "200 OK") {
        return std::string("HTTP/1.1 ") + status + "\r\n" + std::string(headers) + "Content-Length: " + std::to_string(length) + "\r\n\r\n";
    }
    static void document(wire& peer, std::string const& text) { peer.send(ok("Content-Type: application/xml\r\n", text.size()) + text); }

    void answer(wire& peer, std::string const& head) {
        std::string const target = head.substr(head.find(' ') + 1, head.find(' ', head.find(' ') + 1) - head.find(' ') - 1);
        if (!header(head, "\r\nexpect:").empty()) peer.send("HTTP/1.1 100 Continue\r\n\r\n");
        if (head.starts_with("PUT")) return put(peer, head);
        if (head.starts_with("POST")) return post(peer, target, peer.take(bench::length_of(head)));
        if (target.starts_with("/stats")) return stats(peer);
        if (target.starts_with("/bucket/big")) return get(peer, head);
        if (target.find("list-type=2") != target.npos) return list(peer, target);
        peer.send(ok("", 0, "404 Not Found"));
    }

    void put(wire& peer, std::string const& head) {
        std::uint64_t const size = bench::length_of(head);
        peer.skip(size);
        counted_.bytes += size;
        ++counted_.parts;
        peer.send(ok("ETag: " + std::string(part_etag) + "\r\n", 0));
    }

    void post(wire& peer, std::string const& target, std::string const& body) {
        if (target.find("uploadId=") != target.npos) {
            ++counted_.completions;
            return document(peer,
                            "<CompleteMultipartUploadResult><ETag>" + std::string(part_etag) + "</ETag></CompleteMultipartUploadResult>");
        }
        if (target.find("uploads") != target.npos)
            return document(peer, "<InitiateMultipartUploadResult><UploadId>up1</UploadId></InitiateMultipartUploadResult>");
        std::string result = "<DeleteResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
        for (std::size_t at = body.find("<Key>"); at != body.npos; at = body.find("<Key>", at + 1)) {
            result += "<Deleted>" + body.substr(at, body.find("</Key>", at) + 6 - at) + "</Deleted>";
            ++counted_.removed;
        }
        document(peer, result + "</DeleteResult>");
    }

    void get(wire& peer, std::string const& head) {
        std::string const range(header(head, "\r\nrange:"));
        std::string fields = "ETag: \"e1\"\r\nAccept-Ranges: bytes\r\n";
        std::size_t first = 0, last = big_size - 1;
        if (!range.empty() && std::sscanf(range.c_str(), "bytes=%zu-%zu", &first, &last) < 1) die("range");
        if (range.empty()) fields += "x-amz-checksum-crc32c: " + held_.checksum + "\r\nx-amz-checksum-type: FULL_OBJECT\r\n";
        last = std::min(last, big_size - 1);
        if (!range.empty())
            fields +=
                "Content-Range: bytes " + std::to_string(first) + '-' + std::to_string(last) + '/' + std::to_string(big_size) + "\r\n";
        peer.send(ok(fields, last + 1 - first, range.empty() ? "200 OK" : "206 Partial Content"));
        if (head.starts_with("HEAD")) return;
        peer.send(std::string_view(held_.big).substr(first, last + 1 - first));
        counted_.bytes += last + 1 - first;
    }

    void list(wire& peer, std::string const& target) {
        constexpr std::string_view token = "continuation-token=";
        std::size_t const at = target.find(token);
        std::size_t const number = at == target.npos ? 0 : std::strtoul(target.c_str() + at + token.size(), nullptr, 10);
        ++counted_.pages;
        document(peer, held_.listing.at(number));
    }

    void stats(wire& peer) {
        double const now = cpu();
        std::array<char, 256> text{};
        std::snprintf(text.data(), text.size(),
                      "{\"bytes\":%llu,\"parts\":%llu,\"completions\":%llu,\"pages\":%llu,\"removed\":%llu,\"cpu\":%.4f}",
                      taken(counted_.bytes), taken(counted_.parts), taken(counted_.completions), taken(counted_.pages),
                      taken(counted_.removed), now - cpu_.exchange(now));
        document(peer, text.data());
    }
    static unsigned long long taken(std::atomic<std::uint64_t>& counter) { return counter.exchange(0); }

    static double cpu() {
        rusage used{};
        ::getrusage(RUSAGE_SELF, &used);
        auto const seconds = [](timeval t) { return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec); };
        return seconds(used.ru_utime) + seconds(used.ru_stime);
    }

    content const held_;
    counters counted_;
    std::atomic<double> cpu_ = 0;
};

}  // namespace

int main() {
    service s;
    bench::serve_all(s);
}
