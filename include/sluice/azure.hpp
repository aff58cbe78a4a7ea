#pragma once

#include <sluice/checksum.hpp>
#include <sluice/object_store.hpp>
#include <sluice/service_settings.hpp>
#include <sluice/token.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::inline v0 {

/// By what bytes are proven on their way to and from Azure.
enum class azure_checksum : std::uint8_t {
    automatic,  ///< `crc64` where the endpoint is Azure's own, `md5` elsewhere: emulators refuse the former
    crc64,      ///< each write sends one; a range of at most 4 MiB is read with one
    md5,        ///< each write sends one (of a source that is put in a single request none); read ranges as above
    none,
};

/// Everything a store of one container of Azure Blob Storage needs.
///
/// Who asks is told by the first of these that is set: `tokens`, `account_key`, `sas`; none of them: anonymous.
struct SLUICE_API azure_settings : service_settings {
    azure_settings() {}

    std::string account;                   ///< "mystorage"
    std::string container;                 ///< 3 to 63 lower-case letters, digits and single dashes; or $root, $web, $logs
    std::string endpoint;                  ///< "https://mystorage.blob.core.windows.net" when empty; emulators have the account in its path
    std::string account_key;               ///< base64, as the portal shows it
    std::string sas;                       ///< a shared access signature: the query "sv=...&sig=...", with or without '?'
    std::shared_ptr<token_source> tokens;  ///< of Entra ID
    azure_checksum checksum = azure_checksum::automatic;
    /// A put of more bytes asks before it sends them, see `s3_settings::expect_continue_above`.
    std::uint64_t expect_continue_above = UINT64_MAX;

    /// AZURE_STORAGE_CONNECTION_STRING; else AZURE_STORAGE_ACCOUNT with AZURE_STORAGE_KEY (or AZURE_STORAGE_ACCOUNT_KEY) or
    /// AZURE_STORAGE_SAS_TOKEN, and AZURE_STORAGE_BLOB_ENDPOINT. Proxies as `s3_settings::from_env`. `tokens` are `azure_credentials` with
    /// AZURE_STORAGE_AUTH_MODE=login, and where there is neither key nor signature but a variable that only `azure_credentials` reads.
    /// Errors: invalid_argument for a connection string that is none.
    static azure_settings from_env();

    /// "DefaultEndpointsProtocol=https;AccountName=...;AccountKey=...;EndpointSuffix=core.windows.net", with BlobEndpoint and
    /// SharedAccessSignature instead where they are, or "UseDevelopmentStorage=true" for an emulator on this machine.
    /// Errors: invalid_argument, which never repeats what it was given.
    static azure_settings from_connection_string(std::string_view text);
};

/// A store of one container. Sends nothing; errors of the settings are thrown here.
///
/// Objects are block blobs. `put_options::if_match` and conditions of reads are the service's. `metadata` has names of letters, digits and
/// underscores that do not begin with a digit; others are `invalid_argument`. `version` is a version id, or "snapshot=" and a snapshot's
/// time. An upload that is aborted leaves its blocks to the service, which removes them within a week, or with the next write of that key.
SLUICE_API std::shared_ptr<object_store> make_azure_store(azure_settings settings);

}  // namespace sluice::inline v0
