#include "store/complete_after.hpp"

#include <utility>

namespace sluice::inline v0::store {

std::exception_ptr with_left_behind(std::exception_ptr why, std::string const& id, error const& e) {
    try {
        std::rethrow_exception(why);
    } catch (error const& first) {
        error_info info = first.info();
        if (!info.detail.empty()) info.detail += "; ";
        info.detail += "the upload " + id + (id.empty() ? "" : " ") + "could not be aborted either: " + e.what();
        return std::make_exception_ptr(error(first.reason(), std::move(info)));
    } catch (std::exception const&) {
        return why;
    }
}

}  // namespace sluice::inline v0::store
