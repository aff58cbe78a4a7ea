#include "support/wrapped_store.hpp"

#include <sluice/memory.hpp>
#include <sluice/wrap/faulty.hpp>
#include <sluice/wrap/limited.hpp>
#include <sluice/wrap/observed.hpp>
#include <sluice/wrap/prefixed.hpp>

namespace sluice::test {

std::shared_ptr<object_store> make_wrapped(std::string const& wrapper) {
    std::shared_ptr<object_store> inner = make_memory_store("conformance", 7);
    limited_options tight;
    tight.operations = 2;
    tight.bytes = 100'000;
    if (wrapper == "prefixed") return make_prefixed(inner, "in/here%2F/");
    if (wrapper == "limited") return make_limited(inner, tight);
    if (wrapper == "observed") return make_observed(inner, [](observation const&) {});
    if (wrapper == "faulty") return make_faulty(inner, faulty_options());  // all rates are zero
    if (wrapper != "nested") return nullptr;
    std::shared_ptr<object_store> const faulty = make_faulty(inner, faulty_options());
    return make_prefixed(make_limited(make_observed(faulty, [](observation const&) {}), tight), "deep/");
}

}  // namespace sluice::test
