#include "open/file_place.hpp"

#include <sluice/memory.hpp>
#include <sluice/open.hpp>

#include <utility>

namespace sluice::inline v0 {

namespace {

// Nothing of an ill-formed URI is repeated: what was mistaken for a bucket may be a password.
[[noreturn]] void refuse(failure f) { throw_error(std::move(f), "open", {}); }

}  // namespace

open_settings open_settings::from_env(std::string profile) {
    open_settings settings;
    settings.s3 = s3_settings::from_env(std::move(profile));
    return settings;
}

opened open(std::string_view const text, open_settings settings) {
    result<uri> parsed = parse_uri(text);
    if (!parsed) refuse(std::move(parsed).error());
    opened found;
    found.key = std::move(parsed->key);
    if (parsed->scheme == "mem") {
        found.store = make_memory_store(std::move(parsed->bucket));
    } else if (parsed->scheme == "s3") {
        settings.s3.bucket = std::move(parsed->bucket);
        found.store = make_s3_store(std::move(settings.s3));
    } else {
        file_place place = place_of(found.key);
        if (parsed->scheme == "direct") settings.file.access = file_access::direct;
        settings.file.root = std::move(place.root);
        settings.file.make_root = true;
        found.key = std::move(place.key);
        found.store = make_file_store(std::move(settings.file));
    }
    return found;
}

}  // namespace sluice::inline v0
