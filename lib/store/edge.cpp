#include "store/edge.hpp"

#include <boost/asio/error.hpp>

namespace sluice::inline v0::store {

void edge::raise(failure f) const {
    describe(f.info());
    throw_error(std::move(f), name(), uri());
}

void edge::rethrow() const {
    try {
        throw;
    } catch (error const& e) {
        if (!e.info().operation.empty()) throw;
        failure f(e.reason(), {});
        f.info() = e.info();
        raise(std::move(f));
    } catch (boost::system::system_error const& e) {
        if (e.code() != boost::asio::error::operation_aborted) throw;
        raise(failure(errc::cancelled, {}));
    }
}

}  // namespace sluice::inline v0::store
