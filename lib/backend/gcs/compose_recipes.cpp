#include "backend/gcs/compose_recipes.hpp"

#include "base/checksum.hpp"
#include "base/crc.hpp"
#include "base/hash.hpp"
#include "codec/json.hpp"

#include <cstdio>
#include <map>
#include <utility>

namespace sluice::inline v0::gcs {

namespace {

/// Four bytes in base64, highest first.
std::optional<std::uint64_t> parse_crc32c(std::string_view const text) {
    std::optional<std::string> const raw = base::base64_decode(text);
    if (!raw || raw->size() != 4) return std::nullopt;
    std::uint64_t crc = 0;
    for (char const c : *raw) crc = crc << 8u | static_cast<unsigned char>(c);
    return crc;
}

result<void> take_item(parts_page& page, std::map<std::uint32_t, part_object>& newest, codec::json_document const& item,
                       std::string_view const folder) {
    auto one = read_resource(item);
    if (!one) return one.error();
    if (!one->object.key.starts_with(folder)) return failure(errc::protocol, "the listing has a key that was not asked for");
    page.names.push_back(one->object.key);
    auto const where = parse_part_name(folder, one->object.key);
    if (!where) return {};
    part_object part;
    part.where = *where;
    part.name = std::move(one->object.key);
    part.generation = std::move(one->object.version);
    part.size = one->object.size;
    part.crc32c = std::move(one->crc32c);
    part_object& there = newest[where->number];
    bool const newer = parse_number(part.generation).value_or(0) > parse_number(there.generation).value_or(0);
    if (newer) there = std::move(part);
    return {};
}

}  // namespace

std::string resumed_id(std::string_view const key, std::string_view const resume_as) {
    std::string text(key);
    text += '\0';
    text += resume_as;
    return base::hex(base::sha256(text)).substr(0, 32);
}

std::string part_name(std::string_view const folder, part_place const where) {
    char number[16];
    std::snprintf(number, sizeof number, "%05u-", static_cast<unsigned>(where.number));
    return std::string(folder) + number + std::to_string(where.offset);
}

std::optional<part_place> parse_part_name(std::string_view const folder, std::string_view name) noexcept {
    if (!name.starts_with(folder)) return std::nullopt;
    name.remove_prefix(folder.size());
    if (name.size() < 7 || name[5] != '-') return std::nullopt;
    auto const number = parse_number(name.substr(0, 5)), offset = parse_number(name.substr(6));
    if (!number || !offset || *number == 0 || *number > max_parts) return std::nullopt;
    return part_place{static_cast<std::uint32_t>(*number), *offset};
}

result<parts_page> parse_parts(std::string_view const document, std::string_view const folder) {
    auto const parsed = codec::json_document::parse(document, list_limit);
    if (!parsed) return parsed.error();
    parts_page page;
    std::map<std::uint32_t, part_object> newest;
    for (codec::json_document const& item : parsed->items({"items"})) {
        auto const taken = take_item(page, newest, item, folder);
        if (!taken) return taken.error();
    }
    for (auto& [number, part] : newest) page.parts.push_back(std::move(part));
    page.next = parsed->text({"nextPageToken"}).value_or(std::string());
    return page;
}

recipe compose_recipe(std::string_view const bucket, std::string_view const as, std::span<part_object const> const sources,
                      std::string const& described, put_options const& options, target_condition const& condition) {
    std::vector<std::string> all;
    for (part_object const& source : sources) {
        codec::json_object one;
        one.add("name", source.name);
        one.add("generation", source.generation);
        all.push_back(one.text());
    }
    codec::json_object body;
    body.add_raw("sourceObjects", codec::json_array(all));
    body.add_raw("destination", described);
    recipe r;
    r.method = "POST";
    r.path = object_path(bucket, as) + "/compose";
    r.query = condition.query;
    if (!options.keeping.kms_key.empty()) cloud::add_query(r.query, "kmsKeyName", options.keeping.kms_key);
    if (!options.keeping.acl.empty()) cloud::add_query(r.query, "destinationPredefinedAcl", options.keeping.acl);
    r.headers.add("Content-Type", "application/json; charset=UTF-8");
    add_customer_key(r.headers, "x-goog-", options.keeping.key);
    r.body = payload(body.text());
    return r;
}

std::optional<std::string> combined_crc32c(std::span<part_object const> const parts) {
    std::uint64_t crc = 0;
    for (part_object const& part : parts) {
        auto const own = parse_crc32c(part.crc32c);
        if (!own) return std::nullopt;
        crc = base::crc_combine(base::crc_kind::crc32c, crc, *own, part.size);
    }
    return base::crc_text(base::crc_kind::crc32c, crc);
}

}  // namespace sluice::inline v0::gcs
