#include "auth/key_documents.hpp"

#include "auth/document_text.hpp"
#include "base/http_date.hpp"
#include "codec/json.hpp"
#include "codec/xml.hpp"

#include <optional>
#include <utility>

namespace sluice::inline v0::auth {

namespace {

using time = std::chrono::system_clock::time_point;

failure broken(std::string what) { return {errc::protocol, std::move(what)}; }

result<credentials> checked(credentials keys, std::optional<std::string> const& expiration) {
    if (!is_plain(keys.access_key) || !is_plain(keys.secret_key)) return broken("the document has no access key pair");
    if (!keys.session_token.empty() && !is_plain(keys.session_token)) return broken("the document has a session token that is none");
    if (!expiration) return keys;
    keys.expires = base::parse_iso8601(*expiration);
    if (!keys.expires) return broken("the document has an expiration that is no time");
    return keys;
}

}  // namespace

result<credentials> parse_metadata_keys(std::string_view const text) {
    auto const document = codec::json_document::parse(text, key_document_limit);
    if (!document) return document.error();
    auto const code = document->text({"Code"});
    if (code && *code != "Success") {
        std::string const message = document->text({"Message"}).value_or("");
        return failure(errc::unauthenticated, "the metadata service says " + bounded(*code + (message.empty() ? "" : ": " + message)));
    }
    credentials keys(document->text({"AccessKeyId"}).value_or(""), document->text({"SecretAccessKey"}).value_or(""),
                     document->text({"Token"}).value_or(""));
    auto const expiration = document->text({"Expiration"});
    if (!expiration) return broken("the document has no expiration");
    return checked(std::move(keys), expiration);
}

result<credentials> parse_process_keys(std::string_view const text) {
    auto const document = codec::json_document::parse(text, key_document_limit);
    if (!document) return document.error();
    if (document->integer({"Version"}) != 1) return broken("the document has no Version 1");
    credentials keys(document->text({"AccessKeyId"}).value_or(""), document->text({"SecretAccessKey"}).value_or(""),
                     document->text({"SessionToken"}).value_or(""));
    return checked(std::move(keys), document->text({"Expiration"}));
}

result<credentials> parse_sso_keys(std::string_view const text) {
    auto const document = codec::json_document::parse(text, key_document_limit);
    if (!document) return document.error();
    auto const member = [&](std::string_view name) { return document->text({"roleCredentials", name}).value_or(""); };
    credentials keys(member("accessKeyId"), member("secretAccessKey"), member("sessionToken"));
    auto const expires = document->integer({"roleCredentials", "expiration"});
    if (!expires) return broken("the document has no expiration");
    constexpr auto last = std::chrono::duration_cast<std::chrono::milliseconds>(time::max().time_since_epoch());
    if (*expires < 0 || *expires > last.count()) return broken("the document has an expiration that is no time");
    keys.expires = time(std::chrono::milliseconds(*expires));
    return checked(std::move(keys), std::nullopt);
}

result<credentials> parse_sts_keys(std::string text, std::string_view const action) {
    auto const document = codec::xml_document::parse(std::move(text), key_document_limit);
    if (!document) return document.error();
    std::string const name(action);
    codec::xml_element const root = document->root();
    codec::xml_element const found = root.child(name + "Result").child("Credentials");
    if (root.name() != name + "Response" || !found) return broken("the answer is not one to " + name);
    credentials keys(found.text_of("AccessKeyId"), found.text_of("SecretAccessKey"), found.text_of("SessionToken"));
    return checked(std::move(keys), found.text_of("Expiration"));
}

std::string sts_refusal(std::string text) {
    auto const document = codec::xml_document::parse(std::move(text), key_document_limit);
    if (!document) return {};
    codec::xml_element const error = document->root().child("Error");
    if (!error) return {};
    return bounded(error.text_of("Code") + ": " + error.text_of("Message"));
}

result<sso_token> parse_sso_token(std::string_view const text) {
    auto const document = codec::json_document::parse(text, key_document_limit);
    if (!document) return document.error();
    sso_token found;
    found.token = document->text({"accessToken"}).value_or("");
    auto const expires = base::parse_iso8601(document->text({"expiresAt"}).value_or(""));
    if (!is_plain(found.token) || !expires) return broken("the cached token has no accessToken or no expiresAt");
    found.expires = *expires;
    return found;
}

}  // namespace sluice::inline v0::auth
