// CRCs of each kind: in pieces, put together from those of parts, and bit by bit by the test server.
#include "input.hpp"

#include "base/checksum.hpp"
#include "testing/digest.hpp"

using namespace sluice;
using base::crc_kind;

namespace {

std::string bytes_of(std::uint64_t const crc, std::size_t const size) {
    std::string text;
    for (std::size_t i = size; i > 0; --i) text += static_cast<char>(static_cast<unsigned char>(crc >> (8 * (i - 1))));
    return text;
}

void check(crc_kind const kind, std::string (*naive)(std::string_view), std::string_view const all, std::size_t const cut,
           fuzz::pieces by) {
    auto const of = [kind](std::string_view text) { return base::crc_extend(kind, 0, fuzz::bytes_of(text)); };
    std::size_t const size = kind == crc_kind::crc64nvme ? 8 : 4;
    std::string_view const a = all.substr(0, cut), b = all.substr(cut);
    fuzz::must(bytes_of(of(all), size) == naive(all), "the CRC, bit by bit");
    fuzz::must(base::crc_combine(kind, of(a), of(b), b.size()) == of(all), "put together from two");
    std::uint64_t crc = 0;
    for (std::string_view rest = all; !rest.empty();) {
        std::size_t const n = by.next(rest.size());
        crc = base::crc_extend(kind, crc, fuzz::bytes_of(rest.substr(0, n)));
        rest.remove_prefix(n);
    }
    fuzz::must(crc == of(all), "in pieces");
    fuzz::must(base::crc_text(kind, crc) == testing::base64(naive(all)), "as it is written");
}

/// Parts of any length, zeros in the memory of nobody: a, then n zero bytes, then as many more.
void check_lengths(crc_kind const kind, std::uint64_t const a, std::uint64_t const b, std::uint64_t const n, std::uint64_t const m) {
    std::uint64_t const mask = kind == crc_kind::crc64nvme ? ~std::uint64_t{0} : 0xffff'ffff;
    std::uint64_t const at_once = base::crc_combine(kind, a & mask, b & mask, n + m);
    std::uint64_t const in_two = base::crc_combine(kind, base::crc_combine(kind, a & mask, 0, n), b & mask, m);
    fuzz::must(n + m < n || at_once == in_two, "a length is the sum of two");
}

}  // namespace

void fuzz::run(input in) {
    std::uint64_t const a = in.number(), b = in.number(), n = in.number(), m = in.number();
    std::uint64_t const cut = in.number();
    pieces const by(in);
    std::string_view const all = in.rest();
    for (crc_kind const kind : {crc_kind::crc32, crc_kind::crc32c, crc_kind::crc64nvme}) {
        check(kind,
              kind == crc_kind::crc32    ? testing::crc32
              : kind == crc_kind::crc32c ? testing::crc32c
                                         : testing::crc64nvme,
              all, static_cast<std::size_t>(cut % (all.size() + 1)), by);
        check_lengths(kind, a, b, n, m);
    }
    must(base::crc64nvme_by_table(a, bytes_of(all)) == base::crc_extend(crc_kind::crc64nvme, a, bytes_of(all)),
         "with and without the processor's help");
}
