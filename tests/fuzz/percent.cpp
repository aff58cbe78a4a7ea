// Percent-encoding: encoded and decoded it is the same, by the test server's reader, too.
#include "input.hpp"

#include "base/percent.hpp"
#include "testing/s3_text.hpp"

using namespace sluice;

void fuzz::run(input in) {
    std::string_view const text = in.rest();
    for (bool const keep_slash : {false, true}) {
        std::string const coded = base::percent_encode(text, keep_slash);
        must(coded == testing::percent_encode(text, keep_slash ? "/" : ""), "as the test server encodes");
        must(base::percent_decode(coded) == text && testing::percent_decode(coded) == text, "encoded and decoded it is the same");
        must(std::ranges::all_of(coded,
                                 [](char c) { return c > ' ' && c < 0x7f && std::string_view("?#&=+").find(c) == std::string_view::npos; }),
             "nothing with a meaning in a URL");
    }
    auto const plain = base::percent_decode(text);
    must(plain == testing::percent_decode(text), "as the test server decodes");
    must(!plain || base::percent_decode(base::percent_encode(*plain)) == plain, "decoded and encoded it stays the same");
    must(!plain || text.find('%') != text.npos || *plain == text, "without a % nothing is decoded");
}
