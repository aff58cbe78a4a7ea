#include "store/check.hpp"

#include "base/ascii.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace sluice::inline v0::store {

namespace {

constexpr std::size_t key_limit = 1024;
constexpr std::size_t most_tags = 10;

failure refused(std::string what) { return {errc::invalid_argument, std::move(what)}; }

bool is_token(std::string_view const text) noexcept {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    auto const fits = [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || others.find(c) != std::string_view::npos;
    };
    return !text.empty() && std::ranges::all_of(text, fits);
}

bool is_value(std::string_view const text) noexcept {
    if (text.empty()) return true;
    return text.front() != ' ' && text.back() != ' ' && std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

}  // namespace

result<void> check_listing_text(std::string_view const text, std::string_view const what) {
    if (text.size() > key_limit) return refused(std::string(what) + " has more than 1024 bytes");
    if (text.find('\0') != std::string_view::npos) return refused(std::string(what) + " has a NUL byte");
    if (!base::valid_utf8(text)) return refused(std::string(what) + " is not valid UTF-8");
    return {};
}

result<void> check_listing(std::string_view const prefix, list_options const& options) {
    if (options.max_keys == 0) return failure(errc::invalid_argument, "max_keys must be at least 1");
    result<void> checked = check_listing_text(prefix, "the prefix");
    if (checked) checked = check_listing_text(options.delimiter, "the delimiter");
    if (checked) checked = check_listing_text(options.start_after, "start_after");
    return checked;
}

result<void> check_key(std::string_view const key) {
    if (key.empty()) return refused("the key is empty; a key has 1 to 1024 bytes");
    return check_listing_text(key, "the key");
}

result<void> check_attributes(attributes const& a) {
    auto const check_value = [](std::string_view name, std::string_view value) -> result<void> {
        if (is_value(value)) return {};
        return refused("the value of \"" + std::string(name) + "\" must be printable ASCII without blanks at its ends");
    };
    struct named {
        std::string_view name;
        std::string const& value;
    };
    for (named const& n : {named{"content_type", a.content_type}, named{"content_encoding", a.content_encoding},
                           named{"content_language", a.content_language}, named{"content_disposition", a.content_disposition},
                           named{"cache_control", a.cache_control}}) {
        if (auto const checked = check_value(n.name, n.value); !checked) return checked.error();
    }
    std::vector<std::string> names;
    for (auto const& [name, value] : a.metadata) {
        if (!is_token(name)) return refused("a metadata name has letters, digits and !#$%&'*+-.^_`|~ only");
        if (auto const checked = check_value(name, value); !checked) return checked.error();
        names.push_back(base::lower(name));
    }
    std::ranges::sort(names);
    if (auto const twice = std::ranges::adjacent_find(names); twice != names.end())
        return refused("the metadata name \"" + *twice + "\" is given twice");
    return {};
}

result<void> check_keeping(keeping const& k) {
    struct named {
        std::string_view name;
        std::string const& value;
    };
    for (named const& n : {named{"storage_class", k.storage_class}, named{"acl", k.acl}, named{"encryption", k.encryption},
                           named{"kms_key", k.kms_key}, named{"kms_context", k.kms_context}, named{"lock_mode", k.lock_mode}}) {
        if (!is_value(n.value)) return refused("keeping::" + std::string(n.name) + " must be printable ASCII without blanks at its ends");
    }
    if (auto const checked = check_customer_key(k.key); !checked) return checked;
    if (!k.key.secret.empty() && (!k.encryption.empty() || !k.kms_key.empty() || !k.kms_context.empty()))
        return refused("keeping::key stands instead of encryption, kms_key and kms_context");
    bool const by_kms = k.encryption.starts_with("aws:kms");
    if (!by_kms && (!k.kms_key.empty() || !k.kms_context.empty()))
        return refused("keeping::kms_key and kms_context go with an encryption of aws:kms");
    if (k.lock_mode.empty() == k.retain_until.has_value()) return refused("keeping::lock_mode and retain_until go together");
    if (k.tags.size() > most_tags) return refused("an object has " + std::to_string(most_tags) + " tags at most");
    std::vector<std::string_view> names;
    for (auto const& [name, value] : k.tags) {
        if (name.empty() || !base::valid_utf8(name) || !base::valid_utf8(value)) return refused("a tag has a name, and is UTF-8");
        names.push_back(name);
    }
    std::ranges::sort(names);
    if (auto const twice = std::ranges::adjacent_find(names); twice != names.end())
        return refused("the tag \"" + std::string(*twice) + "\" is given twice");
    return {};
}

result<void> check_customer_key(customer_key const& key) {
    if (key.secret.empty() || key.secret.size() == 32) return {};
    return refused("a customer's key has 32 bytes, not " + std::to_string(key.secret.size()));
}

result<void> check_no_keeping(keeping const& k) {
    if (k == keeping()) return {};
    std::string which = "object lock";
    if (!k.encryption.empty() || !k.kms_key.empty() || !k.kms_context.empty() || !k.key.secret.empty()) which = "encryption";
    if (!k.tags.empty()) which = "tags";
    if (!k.acl.empty()) which = "access control";
    if (!k.storage_class.empty()) which = "storage class";
    return failure(errc::unsupported, "this store has no choice of " + which);
}

}  // namespace sluice::inline v0::store
