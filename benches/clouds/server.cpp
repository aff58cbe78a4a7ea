// As little of S3, Azure Blob and Google Cloud Storage as their clients can be measured with, on one port: it looks at nothing that
// costs, checks nothing, and lives until its standard input ends. Prints its port. One thread a connection.
//   server [LATENCY_MS [MB_PER_S]]     before each answer it waits so long; no body goes faster than that on its connection
// Paths as the clients send them: /bucket/KEY (S3), /account/bucket/KEY (Azure), /storage/v1/b/bucket/o/KEY and /upload/.. (Google).
// An object is made up by its name: "obj-N" has N bytes, "big" a GiB. What is written is dropped unread. GET /stats: what came since the
// last time, as JSON.
#include "../s3/wire.hpp"

#include "base/checksum.hpp"
#include "base/crc.hpp"

#include <sys/resource.h>
#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <span>
#include <thread>

using namespace sluice;
using bench::die;
using bench::header;
using bench::wire;

namespace {

constexpr std::size_t block_size = 64ull << 20;
constexpr std::string_view etag = "9b2cf535f27731c974343645a3985328";

/// Every object is the same block over and over.
class content {
public:
    content() : block_(block_size, '\0') {
        std::uint64_t x = 88172645463325252ull;
        for (std::size_t i = 0; i < block_.size(); i += sizeof x) {
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            std::memcpy(block_.data() + i, &x, sizeof x);
        }
        of_block_ = crc_of(block_.size());
    }

    std::string_view from(std::uint64_t offset) const { return std::string_view(block_).substr(offset % block_size); }

    /// CRC32C of the first `size` bytes of an object, as the services write it.
    std::string checksum(std::uint64_t size) {
        std::lock_guard const lock(mutex_);
        std::string& known = known_[size];
        if (!known.empty()) return known;
        std::uint64_t crc = 0;
        for (std::uint64_t left = size; left > 0; left -= std::min<std::uint64_t>(left, block_size)) {
            std::uint64_t const length = std::min<std::uint64_t>(left, block_size);
            crc = base::crc_combine(base::crc_kind::crc32c, crc, length == block_size ? of_block_ : crc_of(length), length);
        }
        known = base::crc_text(base::crc_kind::crc32c, crc);
        return known;
    }

private:
    std::uint64_t crc_of(std::size_t length) const {
        return base::crc_extend(base::crc_kind::crc32c, 0, std::as_bytes(std::span(block_).first(length)));
    }

    std::string block_;
    std::uint64_t of_block_ = 0;
    std::mutex mutex_;
    std::map<std::uint64_t, std::string> known_;
};

std::uint64_t size_of(std::string_view path) {
    if (path.ends_with("/big")) return 1ull << 30;
    std::size_t const at = path.rfind("obj-");
    return at == path.npos ? 0 : std::strtoull(std::string(path.substr(at + 4)).c_str(), nullptr, 10);
}

/// The value of `"name":"..."` in JSON whose texts have nothing to unescape.
std::string text_in(std::string_view json, std::string_view name) {
    std::string const wanted = '"' + std::string(name) + "\":\"";
    std::size_t const at = json.find(wanted);
    if (at == json.npos) return {};
    std::size_t const begin = at + wanted.size();
    return std::string(json.substr(begin, json.find('"', begin) - begin));
}

class service {
public:
    service(std::chrono::milliseconds latency, double mb_per_s) : latency_(latency), bytes_per_s_(mb_per_s * 1e6) {}

    void serve(int fd) {
        wire peer(fd);
        for (std::string_view head = peer.head(); !head.empty(); head = peer.head()) answer(peer, std::string(head));
    }

private:
    static std::string reply(std::string_view status, std::string_view headers, std::uint64_t length) {
        return "HTTP/1.1 " + std::string(status) + "\r\nDate: Sat, 28 Nov 2026 00:00:00 GMT\r\n" + std::string(headers) +
               "Content-Length: " + std::to_string(length) + "\r\n\r\n";
    }
    static void document(wire& peer, std::string const& text, std::string_view type = "application/json") {
        peer.send(reply("200 OK", "Content-Type: " + std::string(type) + "\r\n", text.size()) + text);
    }
    static void resource(wire& peer, std::string_view name, std::uint64_t size, std::string_view crc) {
        std::string text = "{\"kind\":\"storage#object\",\"name\":\"" + std::string(name) + "\",\"size\":\"" + std::to_string(size) +
                           "\",\"generation\":\"1\",\"metageneration\":\"1\",\"etag\":\"" + std::string(etag) + '"';
        if (!crc.empty()) text += ",\"crc32c\":\"" + std::string(crc) + '"';
        document(peer, text + '}');
    }

    void answer(wire& peer, std::string const& head) {
        std::string const target = head.substr(head.find(' ') + 1, head.find(' ', head.find(' ') + 1) - head.find(' ') - 1);
        if (!header(head, "\r\nexpect:").empty()) peer.send("HTTP/1.1 100 Continue\r\n\r\n");
        if (target == "/stats") return stats(peer);
        ++requests_;
        std::string const path = target.substr(0, target.find('?')), query = target.substr(path.size());
        if (head.starts_with("PUT")) return put(peer, head, query);
        if (head.starts_with("POST")) return post(peer, head, path, query);
        std::this_thread::sleep_for(latency_);
        bool const google = path.starts_with("/storage/");
        if (google && path.ends_with("/o")) return document(peer, "{\"kind\":\"storage#objects\"}");
        if (google && query.find("alt=media") == query.npos)
            return resource(peer, path.substr(path.rfind('/') + 1), size_of(path), held_.checksum(size_of(path)));
        get(peer, head, path);
    }

    /// A part of an upload to S3, or a block or the list of blocks for Azure.
    void put(wire& peer, std::string const& head, std::string_view query) {
        std::uint64_t const size = bench::length_of(head);
        peer.skip(size);
        std::this_thread::sleep_for(latency_);
        bool const list = query.find("comp=blocklist") != query.npos;
        if (list) ++completions_;
        if (!list) bytes_ += size;
        bool const azure = query.find("comp=") != query.npos;
        peer.send(reply(azure ? "201 Created" : "200 OK", "ETag: \"" + std::string(etag) + "\"\r\n", 0));
    }

    void post(wire& peer, std::string const& head, std::string const& path, std::string const& query) {
        if (path.starts_with("/upload/")) return multipart(peer, head);
        std::string const body = peer.take(bench::length_of(head));
        std::this_thread::sleep_for(latency_);
        bool const composed = path.ends_with("/compose"), completed = query.find("uploadId=") != query.npos;
        if (composed || completed) ++completions_;
        if (composed) {
            std::string const object = path.substr(0, path.size() - 8);
            return resource(peer, object.substr(object.rfind('/') + 1), 1, {});
        }
        std::string const said =
            completed ? "<CompleteMultipartUploadResult><ETag>\"" + std::string(etag) + "\"</ETag></CompleteMultipartUploadResult>"
                      : "<InitiateMultipartUploadResult><UploadId>up1</UploadId></InitiateMultipartUploadResult>";
        document(peer, said, "application/xml");
    }

    /// A whole object for Google: its description, then its bytes, between lines that are told in the head.
    void multipart(wire& peer, std::string const& head) {
        std::uint64_t const length = bench::length_of(head);
        std::string front = peer.take(std::min<std::uint64_t>(length, 256));
        auto const begin_of_data = [&front] {
            std::size_t const first = front.find("\r\n\r\n");
            return first == front.npos ? first : front.find("\r\n\r\n", first + 4);
        };
        while (begin_of_data() == front.npos && front.size() < std::min<std::uint64_t>(length, 4096)) front += peer.take(1);
        if (begin_of_data() == front.npos) die("multipart");
        std::string_view const kind = header(head, "\r\ncontent-type:");
        std::size_t const line = kind.size() - kind.find("boundary=") - 9;
        std::uint64_t const size = length - (begin_of_data() + 4) - (line + 8);
        peer.skip(length - front.size());
        std::this_thread::sleep_for(latency_);
        bytes_ += size;
        resource(peer, text_in(front, "name"), size, text_in(front, "crc32c"));
    }

    void get(wire& peer, std::string const& head, std::string const& path) {
        std::uint64_t const size = size_of(path);
        if (size == 0) return peer.send(reply("404 Not Found", "", 0));
        std::string const range(header(head, "\r\nrange:"));
        unsigned long long first = 0, last = size - 1;
        if (!range.empty() && std::sscanf(range.c_str(), "bytes=%llu-%llu", &first, &last) < 1) die("range");
        last = std::min<unsigned long long>(last, size - 1);
        std::string const sum = held_.checksum(size);
        std::string fields = "ETag: \"" + std::string(etag) + "\"\r\nx-goog-generation: 1\r\nx-goog-hash: crc32c=" + sum + "\r\n";
        bool const whole = range.empty();
        if (whole) fields += "x-amz-checksum-crc32c: " + sum + "\r\nx-amz-checksum-type: FULL_OBJECT\r\n";
        if (!whole)
            fields += "Content-Range: bytes " + std::to_string(first) + '-' + std::to_string(last) + '/' + std::to_string(size) + "\r\n";
        auto const began = std::chrono::steady_clock::now();
        peer.send(reply(whole ? "200 OK" : "206 Partial Content", fields, last + 1 - first));
        if (!head.starts_with("HEAD")) send(peer, first, last + 1 - first, began);
    }

    void send(wire& peer, std::uint64_t offset, std::uint64_t length, std::chrono::steady_clock::time_point began) {
        std::uint64_t const step = bytes_per_s_ > 0 ? 64 * 1024 : block_size;
        for (std::uint64_t sent = 0; sent < length;) {
            std::string_view const piece = held_.from(offset + sent).substr(0, std::min(length - sent, step));
            if (!peer.try_send(piece)) return;  // a client that has enough goes
            sent += piece.size();
            bytes_ += piece.size();
            if (bytes_per_s_ > 0)
                std::this_thread::sleep_until(began + std::chrono::duration<double>(static_cast<double>(sent) / bytes_per_s_));
        }
    }

    void stats(wire& peer) {
        double const now = cpu();
        std::array<char, 256> text{};
        std::snprintf(text.data(), text.size(), "{\"bytes\":%llu,\"requests\":%llu,\"completions\":%llu,\"cpu\":%.4f}", taken(bytes_),
                      taken(requests_), taken(completions_), now - cpu_.exchange(now));
        document(peer, text.data());
    }
    static unsigned long long taken(std::atomic<std::uint64_t>& counter) { return counter.exchange(0); }

    static double cpu() {
        rusage used{};
        ::getrusage(RUSAGE_SELF, &used);
        auto const seconds = [](timeval t) { return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec); };
        return seconds(used.ru_utime) + seconds(used.ru_stime);
    }

    std::chrono::milliseconds const latency_;
    double const bytes_per_s_;  // 0: as fast as it goes
    content held_;
    std::atomic<std::uint64_t> bytes_ = 0, requests_ = 0, completions_ = 0;
    std::atomic<double> cpu_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    service s(std::chrono::milliseconds(argc > 1 ? std::atoi(argv[1]) : 0), argc > 2 ? std::atof(argv[2]) : 0);
    bench::serve_all(s);
}
