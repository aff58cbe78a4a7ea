#include "backend/s3/presigned.hpp"
#include "backend/s3/presigned_url.hpp"
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
    opened found;
    if (s3::is_web_url(text)) {
        result<s3::presigned_object> one = s3::open_presigned(std::move(settings.s3), text);
        if (!one) refuse(std::move(one).error());
        found.store = std::move(one->store);
        found.key = std::move(one->key);
        return found;
    }
    result<uri> parsed = parse_uri(text);
    if (!parsed) refuse(std::move(parsed).error());
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
