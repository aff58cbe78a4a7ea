// aws-chunked: the coded body is as long as was said, and the server gets the data back, with the right checksum and signatures, however it
// is read. Where its pieces lie, against a body that is really written.
#include "input.hpp"

#include "auth/sigv4.hpp"
#include "backend/s3/aws_chunked.hpp"
#include "backend/s3/request.hpp"
#include "testing/s3_checksums.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

using namespace sluice;

namespace {

class text_source final : public payload_source {
public:
    explicit text_source(std::string text) : text_(std::move(text)) {}
    std::uint64_t size() const noexcept override { return text_.size(); }
    awaitable<void> read(std::uint64_t offset, std::span<std::byte> into) override {
        std::ranges::copy(fuzz::bytes_of(text_).subspan(static_cast<std::size_t>(offset), into.size()), into.begin());
        co_return;
    }

private:
    std::string const text_;
};

awaitable<void> read_all(s3::aws_chunked_source* from, std::span<char> into, fuzz::pieces by) {
    for (std::size_t at = 0; at < into.size();) {
        std::size_t const n = by.next(into.size() - at);
        co_await from->read(at, std::as_writable_bytes(into.subspan(at, n)));
        at += n;
    }
}

void encode_and_decode(std::string const& data, checksum_algorithm const algorithm, bool const sign, fuzz::pieces const& by) {
    auto const source = std::make_shared<s3::aws_chunked_source>(std::make_shared<text_source>(data), algorithm, sign);
    http::request head;
    head.method = "PUT";
    head.target = "/bucket/key";
    head.headers.add("Host", "host");
    head.headers.add("Content-Encoding", "aws-chunked");
    head.headers.add("x-amz-decoded-content-length", std::to_string(data.size()));
    head.headers.add("x-amz-trailer", s3::checksum_header(algorithm));
    testing::s3_gate gate;
    gate.access_key = "AKID", gate.secret_key = "secret", gate.region = "us-east-1";
    auth::sigv4_signer const signer;
    std::chrono::system_clock::time_point const now(std::chrono::seconds(1'800'000'000));
    credentials const keys(gate.access_key, gate.secret_key, "");
    if (sign)
        source->sign_by(signer.sign_chunked(head, keys, gate.region, now));
    else
        head.headers.add("x-amz-content-sha256", s3::unsigned_with_trailer);

    testing::received_request raw;
    raw.body.resize(static_cast<std::size_t>(source->size()));
    boost::asio::io_context context(1);
    boost::asio::co_spawn(context, read_all(source.get(), raw.body, by), [](std::exception_ptr e) { fuzz::must(!e, "it can be read"); });
    context.run();
    for (std::size_t i = 0; i < head.headers.size(); ++i) raw.headers.emplace_back(head.headers[i].name, head.headers[i].value);
    try {
        testing::s3_request const request(raw);
        fuzz::must(testing::decode_chunks(request, gate) && raw.body == data, "the server gets the data back");
        fuzz::must(testing::checked_checksums(request).size() == 2 && raw.headers.back().second == source->checksum().value,
                   "with its checksum");
    } catch (testing::s3_problem const& problem) {
        fuzz::must(false, (problem.code + ": " + problem.message).c_str());
    }
}

/// A body of small chunks, letter for letter: h(ead), d(ata), e(nd of a chunk), t(railer).
void check_layout(std::uint64_t const size, std::uint64_t const chunk, std::size_t const more_head, std::size_t const end) {
    s3::chunk_layout const layout(size, chunk, more_head, end);
    std::string body;
    for (std::uint64_t at = 0; at < size; at += chunk) {
        std::uint64_t const n = std::min(chunk, size - at);
        body += std::string(s3::chunk_head(n).size() + more_head, 'h') + std::string(static_cast<std::size_t>(n), 'd') + "ee";
    }
    body += std::string(end, 't');
    fuzz::must(layout.coded_size() == body.size(), "as long as was said");
    std::uint64_t data = 0;
    for (std::size_t at = 0; at < body.size(); ++at) {
        auto const here = layout.find(at);
        fuzz::must("hdet"[static_cast<int>(here.what)] == body[at], "the right piece");
        fuzz::must(here.what != s3::chunk_layout::kind::data || here.at == data++, "the right byte");
        fuzz::must(here.left > 0 && here.left <= body.size() - at && body.find_first_not_of(body[at], at) - at >= here.left,
                   "up to its end");
    }
}

}  // namespace

void fuzz::run(input in) {
    auto const algorithm = static_cast<checksum_algorithm>(in.number(4));
    bool const sign = in.number(1) == 1;
    std::uint64_t const size = in.number(150'000);
    check_layout(in.number(300), in.number(200) + 1, static_cast<std::size_t>(in.number(90)), static_cast<std::size_t>(in.number(300) + 1));
    pieces const by(in);
    std::string const text(in.rest());
    std::string data;
    while (data.size() < size) data += text.empty() ? "x" : text;
    data.resize(static_cast<std::size_t>(size));
    encode_and_decode(data, algorithm, sign, by);
}
