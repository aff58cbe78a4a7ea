#pragma once

#include "auth/fetch.hpp"
#include "auth/google_account.hpp"

#include <sluice/credentials.hpp>
#include <sluice/error.hpp>

#include <chrono>
#include <string>
#include <string_view>

// What Google's services are asked for tokens with, and what is signed for them. Pure.
namespace sluice::inline v0::auth {

using wall_time = std::chrono::system_clock::time_point;

/// What a service account says of itself at `now` (RFC 7523), signed: good for an hour.
result<std::string> service_account_assertion(service_account const& account, std::string_view scope, wall_time now);
key_request assertion_request(service_account const& account, std::string_view assertion, way_out const& by);

key_request refresh_request(authorized_user const& user, way_out const& by);

/// Token exchange (RFC 8693).
key_request exchange_request(external_account const& account, std::string_view subject_token, std::string_view scope, way_out const& by);

/// generateAccessToken, by the token of somebody who may.
key_request impersonation_request(impersonation const& as, std::string_view scope, std::string_view token, way_out const& by);

/// Of the machine's own account. `host` is "metadata.google.internal" or what stands in for it.
result<key_request> metadata_request(std::string_view host, std::string_view scope);
/// Whether there is a metadata server at all.
result<key_request> metadata_probe(std::string_view host);

/// The request GetCallerIdentity, signed but not sent, as Google's token exchange takes it for a token.
result<std::string> aws_subject_token(credentials const& keys, std::string_view region, external_account const& account, wall_time now);

/// What the command of an external account prints at `now`, or left in its output file, which must say when it ends.
result<std::string> parse_executable_token(std::string_view text, bool must_expire, wall_time now);

/// The token in the text of a file or an answer: all of it, or the member of a JSON document.
result<std::string> subject_token_in(std::string text, std::string const& member);

}  // namespace sluice::inline v0::auth
