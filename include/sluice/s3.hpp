#pragma once

#include <sluice/checksum.hpp>
#include <sluice/credentials.hpp>
#include <sluice/object_store.hpp>
#include <sluice/service_settings.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace sluice::inline v0 {

/// How bucket names travel: in the path, in the host name, or chosen by the endpoint (path for IP addresses and localhost,
/// for buckets with a dot over TLS, and for any endpoint that was set; host name on AWS itself).
enum class bucket_style { automatic, path, virtual_host };

/// What a service wants in the If-Match of a PUT (`put_options::if_match`); no form is taken everywhere, see docs/design/007.
enum class etag_form {
    quoted,  ///< the ETag as HTTP has it: AWS, Cloudflare R2, MinIO. Services that want another answer `precondition_failed`
    bare,    ///< without its quotes: Ceph RGW 16.2, DigitalOcean Spaces. Not for others: some might take it for no condition at all
    none,    ///< it compares nothing: such a put is `unsupported`, and nothing is sent
};

/// What of a write its signature covers, of objects and of parts.
enum class payload_signing {
    unsigned_payload,  ///< its head; the body is protected by TLS and, where one is sent, by its checksum
    signed_payload,    ///< its body as well, by SHA-256, for services that refuse anything else; see `checksum_place` for sources
};

/// Where the checksum of a body that comes from a source is sent (see `payload_source`); of what lies in memory it goes before the body.
enum class checksum_place {
    automatic,    ///< behind the body on AWS, before it elsewhere: Ceph RGW 16.2, for one, does not know the former
    before_body,  ///< a source is read twice, first for its checksum. Unsigned, a put of one in a single request goes without
    behind_body,  ///< as an aws-chunked trailer, with a signed payload in signed chunks: each byte is read once
};

/// Everything a store of one S3 bucket needs. `from_env` fills it as the AWS tools would; what is set afterwards wins.
///
/// A bucket named like "base--use1-az4--x-s3" is a directory bucket (S3 Express One Zone), at whatever endpoint: requests are signed within
/// sessions of five minutes that the store asks for by `credentials`, once for all, and again before they end; only copies, and what makes
/// or removes the bucket, are signed by `credentials` themselves. It lies in `region`, which is not learned. Its keys are listed folder by
/// folder and in no order; versions, tags, access control, object lock, keys of customers and requesters who pay are `unsupported`, its
/// ETags are no digests, and an upload whose completion lost its answer is `ambiguous`. See `can()` and docs/design/017.
struct SLUICE_API s3_settings : service_settings {
    s3_settings() {}

    std::string bucket;
    std::string region;       ///< empty: "us-east-1", and learned from the service when that is wrong
    std::string endpoint;     ///< "http://127.0.0.1:9000"; empty: AWS in `region`, of whose endpoints the next three choose one
    bool fips = false;        ///< with cryptography validated by FIPS 140; AWS has these in the USA and Canada, and none in China
    bool dual_stack = false;  ///< with IPv6 addresses, too
    bool accelerate =
        false;  ///< through the edge of AWS's network; for buckets that allow it, without a dot in their name; not with `fips`
    bucket_style style = bucket_style::automatic;
    etag_form put_if_match = etag_form::quoted;
    bool requester_pays = false;  ///< say with every request that who asks pays for it
    checksum_mode write_checksums = checksum_mode::automatic;
    checksum_mode read_checksums = checksum_mode::automatic;
    checksum_algorithm checksum = checksum_algorithm::crc64nvme;  ///< of what is written
    checksum_place source_checksums = checksum_place::automatic;
    payload_signing signing = payload_signing::unsigned_payload;
    /// A put of more bytes asks before it sends them (`Expect: 100-continue`), so that one that is refused costs no transfer. A service
    /// that leaves the question unanswered (see `timeouts::go_ahead`) is not asked again by this store. UINT64_MAX: never.
    std::uint64_t expect_continue_above = 1u << 20;
    std::shared_ptr<credential_source> credentials;  ///< null: anonymous

    /// Environment first (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION, AWS_DEFAULT_REGION, AWS_CA_BUNDLE,
    /// AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT, AWS_REQUEST_CHECKSUM_CALCULATION, AWS_RESPONSE_CHECKSUM_VALIDATION), then the
    /// profile (argument, AWS_PROFILE, or "default") in the files AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE (region, ca_bundle,
    /// use_fips_endpoint, use_dualstack_endpoint, and below `s3 =` addressing_style, use_accelerate_endpoint, use_dualstack_endpoint); the
    /// keys of a profile named by the argument come before the environment's.
    /// The endpoint is the first of AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, the endpoint_url below `s3 =` in the section [services x] that
    /// `services = x` of the profile names, and the profile's own endpoint_url; none of them where AWS_IGNORE_CONFIGURED_ENDPOINT_URLS, or
    /// else ignore_configured_endpoint_urls of the profile, is true. FIPS and dual stack are chosen for STS and IAM Identity Center as
    /// well, whose endpoints are set by AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL_SSO, or below `sts =` and `sso =` in the section of
    /// services. Proxies: https_proxy or HTTPS_PROXY, http_proxy in lower case alone (what a CGI program's HTTP_PROXY says comes from
    /// whoever asks it), all_proxy or ALL_PROXY where those say nothing, and no_proxy or NO_PROXY. Requests for keys to STS and IAM
    /// Identity Center take the same ones, those to metadata services never any. Keys come from the first of these places that is
    /// configured: the environment, the profile (its keys, role_arn with source_profile or credential_source, web_identity_token_file,
    /// sso_session, credential_process), AWS_WEB_IDENTITY_TOKEN_FILE, the container's metadata service (ECS, EKS), EC2's (IMDSv2; where
    /// there is none within a second, requests go unsigned). They are fetched when they are needed, and again before they expire; settings
    /// of keys that contradict each other are said then. `credentials_of_env` tells the place. The only place that reads the environment.
    /// Errors: invalid_argument for a profile or a section of services that was named and does not exist, and for a setting that has none
    /// of its values.
    static s3_settings from_env(std::string profile = {});
};

/// A store of one bucket. Sends nothing; errors of the settings (bucket name, endpoint, CA file, what AWS does not have together, what a
/// directory bucket does not have) are thrown here.
SLUICE_API std::shared_ptr<object_store> make_s3_store(s3_settings settings);

}  // namespace sluice::inline v0
