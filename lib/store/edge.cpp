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
        bool const of_nothing = e.reason() == errc::cancelled && e.info().uri.empty();  // a task group or a semaphore of ours says so
        if (!e.info().operation.empty() && !of_nothing) throw;
        failure f(e.reason(), {});
        f.info() = e.info();
        raise(std::move(f));
    } catch (boost::system::system_error const& e) {
        if (e.code() != boost::asio::error::operation_aborted) throw;
        raise(failure(errc::cancelled, {}));
    }
}

}  // namespace sluice::inline v0::store
