#include "wrap/fault_plan.hpp"

namespace sluice::inline v0::wrap {

fault fault_plan::next(bool const body) {
    std::scoped_lock const lock(mutex_);
    // Always as many numbers, so that one rate does not shift what another one meets.
    double const slow = fraction(), refused = fraction(), lost = fraction(), cut = fraction();
    errc const reason = options_.reasons[chance_() % options_.reasons.size()];
    fault made;
    made.slow = slow < options_.slow;
    if (refused < options_.refused) made.refused = reason;
    if (lost < options_.lost) made.lost = reason;
    if (body && cut < options_.cut) made.refused = errc::truncated;
    return made;
}

}  // namespace sluice::inline v0::wrap
