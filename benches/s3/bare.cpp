// The floor below benches/s3/client.cpp: blocking sockets, one thread a connection, no library, unsigned.
//   bare put PORT CONNECTIONS none|crc32c|crc64nvme|sha256     4 GiB in parts of 8 MiB from one buffer, each summed up before it is sent
//   bare delete PORT sent|made     100,000 keys by the thousand; made: the documents are written and digested as the protocol wants it
#include "../loopback/meter.hpp"
#include "wire.hpp"

#include "base/checksum.hpp"
#include "base/crc.hpp"
#include "base/hash.hpp"

#include <atomic>
#include <span>
#include <thread>

using namespace sluice;
using bench::wire;

namespace {

constexpr std::size_t part = 8ull << 20, parts = 512;
constexpr std::size_t keys = 100'000, batch = 1000;

/// Sends a request and reads its answer, which must be good.
void ask(wire& peer, std::string const& head, std::string_view body) {
    peer.send(head);
    peer.send(body);
    std::string_view const answer = peer.head();
    if (!answer.starts_with("HTTP/1.1 20")) bench::die("status");
    peer.skip(bench::length_of(answer));
}

/// The checksum, so that no compiler leaves it out.
std::string sum_of(std::string const& data, std::string_view by) {
    std::span<std::byte const> const all = std::as_bytes(std::span(data));
    if (by == "crc32c") return base::crc_text(base::crc_kind::crc32c, base::crc_extend(base::crc_kind::crc32c, 0, all));
    if (by == "crc64nvme") return base::crc_text(base::crc_kind::crc64nvme, base::crc_extend(base::crc_kind::crc64nvme, 0, all));
    if (by == "sha256") return base::hex(base::sha256(all));
    return {};
}

void put(std::uint16_t port, std::size_t connections, std::string_view by) {
    std::string const data(part, 'x');
    std::atomic<std::size_t> next = 0;
    bench::meter const work;
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < connections; ++i)
        threads.emplace_back([&] {
            wire peer(wire::connect(port));
            for (std::size_t k = next++; k < parts; k = next++)
                ask(peer,
                    "PUT /bucket/up?partNumber=" + std::to_string(k + 1) + "&uploadId=up1 HTTP/1.1\r\nHost: localhost\r\nX-Sum: " +
                        sum_of(data, by) + "\r\nContent-Length: " + std::to_string(part) + "\r\n\r\n",
                    data);
        });
    for (std::thread& t : threads) t.join();
    work.print(parts * part, parts);
}

std::string document_of(std::size_t first) {
    std::string document = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    char key[64];
    for (std::size_t i = first; i < first + batch; ++i) {
        std::snprintf(key, sizeof key, "<Object><Key>data/part-%010zu.bin</Key></Object>", i);
        document += key;
    }
    return document + "</Delete>";
}

void remove(std::uint16_t port, bool made) {
    std::vector<std::string> documents;
    for (std::size_t i = 0; i < keys; i += batch) documents.push_back(document_of(i));
    bench::meter const work;
    wire peer(wire::connect(port));
    for (std::size_t i = 0; i < documents.size(); ++i) {
        std::string const document = made ? document_of(i * batch) : documents[i];
        std::string head =
            "POST /bucket/?delete= HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(document.size()) + "\r\n";
        std::span<std::byte const> const all = std::as_bytes(std::span(document));
        if (made) head += "Content-MD5: " + base::base64_encode(base::md5(all)) + "\r\nX-Sum: " + base::hex(base::sha256(all)) + "\r\n";
        ask(peer, head + "\r\n", document);
    }
    work.print(keys, documents.size());
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    std::string const what = argv[1];
    auto const port = static_cast<std::uint16_t>(std::atoi(argv[2]));
    if (what == "put" && argc > 4) put(port, std::strtoul(argv[3], nullptr, 10), argv[4]);
    if (what == "delete") remove(port, std::string_view(argv[3]) == "made");
}
