#include "backend/gcs/chunked_payload.hpp"

#include "support/co_test.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace sluice;
using gcs::chunked_payload;

namespace {

std::string text_of(payload const& body) {
    std::string text;
    for (bytes const& piece : body.pieces()) text += piece.text();
    return text;
}

class digits final : public payload_source {
public:
    std::uint64_t size() const noexcept override { return 9; }
    awaitable<void> read(std::uint64_t const offset, std::span<std::byte> const into) override {
        std::string const all = "123456789";
        std::ranges::copy(std::as_bytes(std::span(all)).subspan(offset, into.size()), into.begin());
        co_return;
    }
};

awaitable<std::string> read_all(payload piece) {
    std::string text(piece.size(), '-');
    co_await piece.source()->read(0, std::as_writable_bytes(std::span(text)));
    co_return text;
}

constexpr char const* sum_of_digits = "4waSgw==";  // E3069283, the check value of CRC-32C

}  // namespace

TEST_CASE("gcs chunks: of pieces in memory") {
    chunked_payload const data(payload(std::vector<bytes>{bytes::copy_of("1234"), bytes::copy_of(""), bytes::copy_of("56789")}));
    CHECK(data.size() == 9);
    CHECK(data.known_crc32c() == sum_of_digits);
    CHECK(data.crc32c() == sum_of_digits);
    CHECK(text_of(data.slice(0, 9)) == "123456789");
    CHECK(text_of(data.slice(0, 3)) == "123");
    CHECK(text_of(data.slice(3, 3)) == "456");
    CHECK(text_of(data.slice(4, 1)) == "5");
    CHECK(text_of(data.slice(8, 1)) == "9");
}

CO_TEST("gcs chunks: a source is summed up as it goes by, once, whatever is read again") {
    chunked_payload const data(payload(std::shared_ptr<payload_source>(std::make_shared<digits>())));
    CHECK(data.known_crc32c().empty());
    std::string const first = co_await read_all(data.slice(0, 4));
    std::string const again = co_await read_all(data.slice(2, 4));
    CHECK(first == "1234");
    CHECK(again == "3456");
    CHECK(data.crc32c().empty());
    std::string const last = co_await read_all(data.slice(6, 3));
    CHECK(last == "789");
    CHECK(data.crc32c() == sum_of_digits);
    co_await read_all(data.slice(0, 9));
    CHECK(data.crc32c() == sum_of_digits);
}

CO_TEST("gcs chunks: a gap has no sum") {
    chunked_payload const data(payload(std::shared_ptr<payload_source>(std::make_shared<digits>())));
    co_await read_all(data.slice(3, 6));
    CHECK(data.crc32c().empty());
}

CO_TEST("gcs chunks: what another process has sent is read for its sum, once") {
    chunked_payload const data(payload(std::shared_ptr<payload_source>(std::make_shared<digits>())));
    co_await data.sum_up_to(4);
    CHECK(data.summed_up().size == 4);
    chunked_payload::front const first = data.summed_up();
    co_await data.sum_up_to(2);
    CHECK(data.summed_up() == first);
    co_await read_all(data.slice(2, 7));
    CHECK(data.summed_up().size == 9);
    CHECK(data.crc32c() == sum_of_digits);
}

CO_TEST("gcs chunks: what lies in memory has its sum already") {
    chunked_payload const data(payload(std::string("123456789")));
    co_await data.sum_up_to(9);
    CHECK(data.summed_up() == chunked_payload::front());
    CHECK(data.crc32c() == sum_of_digits);
}
