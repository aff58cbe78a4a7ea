#pragma once

#include <sluice/error.hpp>

#include <string>
#include <string_view>

namespace sluice::inline v0 {

/// Where an object lives: `s3://bucket/key`, `gs://bucket/key` (or `gcs`), `az://container/key`,
/// `abfs://container@account.dfs.core.windows.net/key` (or `abfss`), `mem://name/key`, `file:///path`, `direct:///path`, or a plain path.
///
/// (Presigned URLs, which `open` takes as well, are none of these.) `direct` is `file` past the page cache. Keys are literal: nothing is
/// decoded, so `%20`, `+`, `?` and `#` in a key mean themselves.
struct SLUICE_API uri {
    uri() {}
    std::string scheme;  ///< lower case, without "://"; "file" for a plain path, "az" also of abfs and abfss, "gs" of gcs
    std::string bucket;  ///< bucket, container or memory store; empty for files
    std::string host;    ///< of abfs and abfss: "account.dfs.core.windows.net"
    std::string key;     ///< everything behind the first slash after the bucket; the whole path for files

    std::string text() const;
};

/// Errors: `invalid_argument` for an unknown scheme, an empty or ill-formed bucket name, user info, NUL, CR or LF.
SLUICE_API result<uri> parse_uri(std::string_view text);

}  // namespace sluice::inline v0
