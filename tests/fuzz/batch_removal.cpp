// Batch removal: the service reads the keys that were written; and of each key it is known what became of it.
#include "input.hpp"

#include "backend/s3/response.hpp"
#include "base/utf8.hpp"
#include "store/check.hpp"
#include "testing/s3_operations.hpp"

#include <set>

using namespace sluice;

namespace {

void write_and_read(std::vector<s3::removal> const& asked) {
    std::vector<s3::removal> fit = asked;
    std::erase_if(fit, [](s3::removal const& one) { return !base::fits_xml(one.key); });
    if (fit.empty()) return;
    fuzz::must(s3::batch_length(fit) == fit.size(), "few keys are one batch");
    s3::recipe const r = s3::delete_batch_recipe(fit);
    auto const read = testing::parse_delete_list(r.body.pieces().front().text());
    fuzz::must(read.keys.size() == fit.size(), "every key is named");
    for (std::size_t i = 0; i < fit.size(); ++i) fuzz::must(read.keys[i] == fit[i].key, "as it is");
}

void check(remove_report const& report, std::vector<s3::removal> const& asked) {
    fuzz::must(report.removed <= asked.size(), "not more than was asked for");
    std::set<std::string> failed;
    for (auto const& one : report.failed) {
        fuzz::must(one.message.size() <= 512, "bounded");
        failed.insert(one.key);
    }
    fuzz::must(report.removed + report.failed.size() >= asked.size(), "of each key it is known what became of it");
}

}  // namespace

void fuzz::run(input in) {
    std::vector<s3::removal> asked;
    for (std::string_view key = in.line(); !key.empty() && asked.size() < 100; key = in.line())
        if (store::check_key(key)) asked.emplace_back(object_key(key));
    write_and_read(asked);
    std::string const document(in.rest());
    auto const report = s3::parse_delete_result(document, asked);
    if (report) check(*report, asked);
    std::string all = "<DeleteResult>";
    for (s3::removal const& one : asked) all += "<Deleted><Key>" + testing::xml_escape(one.key) + "</Key></Deleted>";
    auto const good = s3::parse_delete_result(all + "</DeleteResult>", asked);
    must(good && good->removed == asked.size() && good->failed.empty(), "all that was removed");
}
