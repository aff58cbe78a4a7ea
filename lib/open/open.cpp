#include "backend/azure/blob_url.hpp"
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

azure_settings azure_of(open_settings& settings) { return settings.azure ? *std::move(settings.azure) : azure_settings::from_env(); }

opened open_blob_url(std::string_view const text, open_settings& settings) {
    result<azure::blob_url> url = azure::parse_blob_url(text);
    if (!url) refuse(std::move(url).error());
    azure_settings given = azure_of(settings);
    if (!url->sas.empty()) {
        given.account_key.clear();
        given.tokens.reset();
        given.sas = std::move(url->sas);
        given.account = url->account;
    }
    result<azure_settings> own = azure::for_account(std::move(given), std::move(url->account), std::move(url->endpoint));
    if (!own) refuse(std::move(own).error());
    own->container = std::move(url->container);
    opened found;
    found.key = std::move(url->key);
    found.store = make_azure_store(*std::move(own));
    return found;
}

std::shared_ptr<object_store> open_container(uri const& where, open_settings& settings) {
    azure_settings own = azure_of(settings);
    if (!where.host.empty()) {
        std::string name = where.host.substr(0, where.host.find('.'));
        std::string endpoint = "https://" + where.host;
        if (std::size_t const dfs = endpoint.find(".dfs."); dfs != std::string::npos) endpoint.replace(dfs, 5, ".blob.");
        result<azure_settings> found = azure::for_account(std::move(own), std::move(name), std::move(endpoint));
        if (!found) refuse(std::move(found).error());
        own = *std::move(found);
    }
    own.container = where.bucket;
    return make_azure_store(std::move(own));
}

std::shared_ptr<object_store> open_gcs(std::string bucket, open_settings& settings) {
    gcs_settings own = settings.gcs ? *std::move(settings.gcs) : gcs_settings::from_env();
    own.bucket = std::move(bucket);
    return make_gcs_store(std::move(own));
}

}  // namespace

open_settings open_settings::from_env(std::string profile) {
    open_settings settings;
    settings.s3 = s3_settings::from_env(std::move(profile));
    return settings;
}

opened open(std::string_view const text, open_settings settings) {
    opened found;
    if (azure::is_blob_url(text)) return open_blob_url(text, settings);
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
    } else if (parsed->scheme == "gs") {
        found.store = open_gcs(std::move(parsed->bucket), settings);
    } else if (parsed->scheme == "az") {
        found.store = open_container(*parsed, settings);
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
