#pragma once

#include "standard_stream.hpp"

#include <cstdint>
#include <string>

namespace sluice::inline v0::cli {

/// A file without a name in $TMPDIR (or /var/tmp) for bytes whose number must be known before they are sent.
///
/// Lifetime: nothing is left behind, however the process ends.
class spool {
public:
    spool();
    ~spool();
    spool(spool const&) = delete;
    spool& operator=(spool const&) = delete;

    /// Takes everything that comes. Errors: io, no_space.
    awaitable<void> fill(standard_stream* from);

    /// A path that opens it as long as it lives.
    std::string path() const;

private:
    int descriptor_ = -1;
};

}  // namespace sluice::inline v0::cli
