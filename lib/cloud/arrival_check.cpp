#include "cloud/arrival_check.hpp"

#include <string>

namespace sluice::inline v0::cloud {

failure mismatch(checksum_algorithm const algorithm, std::string_view const ours, std::string_view const theirs,
                 std::string_view const what) {
    return {errc::checksum_mismatch, std::string(what) + ": " + std::string(base::name_of(algorithm)) + " is " + std::string(ours) +
                                         ", the service says " + std::string(theirs.substr(0, 64))};
}

result<void> arrival_check::finish() {
    std::string const came = stream_.finish();
    if (came == told_.value) return {};
    return mismatch(told_.algorithm, came, told_.value, "what arrived is not what was stored");
}

}  // namespace sluice::inline v0::cloud
