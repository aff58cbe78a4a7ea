// The floor: blocking sockets, one thread a connection, no library, unsigned.
//   bare PORT CONNECTIONS TIMES [CA]     a 1 GiB object in 8 MiB ranges, TIMES times, into one buffer that was faulted in before
#include "meter.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

namespace {

constexpr std::size_t total = 1ull << 30, part = 8ull << 20;
SSL_CTX* context = nullptr;

[[noreturn]] void die(char const* what) {
    std::perror(what);
    std::exit(1);
}

class connection {
public:
    explicit connection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
        int const on = 1;
        setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) die("connect");
        if (context == nullptr) return;
        ssl_ = SSL_new(context);
        SSL_set_fd(ssl_, socket_);
        SSL_set_tlsext_host_name(ssl_, "localhost");
        SSL_set1_host(ssl_, "localhost");
        if (SSL_connect(ssl_) != 1) die("SSL_connect");
    }
    ~connection() {
        SSL_free(ssl_);
        ::close(socket_);
    }
    connection(connection const&) = delete;
    connection& operator=(connection const&) = delete;

    void fetch(std::size_t offset, char* into) {
        char request[256];
        int const n = std::snprintf(request, sizeof request, "GET /bucket/big HTTP/1.1\r\nHost: localhost\r\nRange: bytes=%zu-%zu\r\n\r\n",
                                    offset, offset + part - 1);
        write(request, static_cast<std::size_t>(n));
        std::size_t have = 0;
        char* end = nullptr;
        do {
            have += read(head_ + have, sizeof head_ - 1 - have);
            head_[have] = 0;
        } while ((end = std::strstr(head_, "\r\n\r\n")) == nullptr);
        if (std::strncmp(head_, "HTTP/1.1 206", 12) != 0) die("status");
        std::size_t got = have - static_cast<std::size_t>(end + 4 - head_);
        std::memcpy(into, end + 4, got);
        while (got < part) got += read(into + got, part - got);
    }

private:
    std::size_t read(char* into, std::size_t n) {
        ssize_t const got = ssl_ != nullptr ? SSL_read(ssl_, into, static_cast<int>(n)) : ::recv(socket_, into, n, 0);
        if (got <= 0) die("recv");
        return static_cast<std::size_t>(got);
    }
    void write(char const* from, std::size_t n) {
        ssize_t const sent = ssl_ != nullptr ? SSL_write(ssl_, from, static_cast<int>(n)) : ::send(socket_, from, n, MSG_NOSIGNAL);
        if (sent != static_cast<ssize_t>(n)) die("send");
    }

    int socket_;
    SSL* ssl_ = nullptr;
    char head_[8192];
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 2;
    auto const port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    std::size_t const connections = std::strtoul(argv[2], nullptr, 10), times = std::strtoul(argv[3], nullptr, 10);
    if (argc > 4) {
        context = SSL_CTX_new(TLS_client_method());
        if (SSL_CTX_load_verify_locations(context, argv[4], nullptr) != 1) die("CA file");
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    }
    auto* const buffer =
        static_cast<char*>(mmap(nullptr, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0));
    bench::meter const work;
    std::atomic<std::size_t> next = 0;
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < connections; ++i)
        threads.emplace_back([&] {
            connection c(port);
            for (std::size_t k = next++; k < times * (total / part); k = next++)
                c.fetch(k % (total / part) * part, buffer + k % (total / part) * part);
        });
    for (std::thread& t : threads) t.join();
    work.print(times * total, times * (total / part));
}
