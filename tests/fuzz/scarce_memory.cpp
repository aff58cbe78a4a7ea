// A target over files, again and again with another one of its allocations failing: std::bad_alloc must come out of it, or the right
// result, nothing may be left behind, and with enough memory it must then work as before. Without libFuzzer, whose copies of the standard
// library's templates know no exceptions.
#include "must.hpp"

#include <cstdint>
#include <fstream>
#include <iterator>
#include <new>
#include <string>

/// The target.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

namespace sluice::fuzz {

namespace {

/// Of this thread: how many allocations a run has made, how many are held, and which of them fails.
struct supply {
    bool counted = false;
    std::int64_t held = 0;
    std::uint64_t made = 0, fails = 0;  // the first is 1; 0: none
};
thread_local supply memory;

void* take(std::size_t const size, std::size_t const alignment, bool const tells_by_null) noexcept {
    if (memory.counted && ++memory.made == memory.fails) {
        had_too_little_memory = tells_by_null;
        return nullptr;
    }
    memory.held += memory.counted;
    if (alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) return std::malloc(size == 0 ? 1 : size);
    return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

void* take_or_throw(std::size_t const size, std::size_t const alignment) {
    void* const place = take(size, alignment, false);
    if (place == nullptr) throw std::bad_alloc();
    return place;
}

void give_back(void* const place) noexcept {
    memory.held -= memory.counted && place != nullptr;
    std::free(place);
}

constexpr std::uint64_t first_of_all = ~std::uint64_t{0};  // none fails, and what is made once and kept may be

/// The allocations that it made, of which number `fails` had no success.
std::uint64_t run_once(std::string const& text, std::uint64_t const fails) {
    memory = supply{true, 0, 0, fails};
    bool unusual = false;
    try {
        LLVMFuzzerTestOneInput(reinterpret_cast<std::uint8_t const*>(text.data()), text.size());
    } catch (std::bad_alloc const&) {
        unusual = true;
    } catch (unusual_result const&) {
        unusual = true;
    }
    memory.counted = had_too_little_memory = false;
    must(!unusual || (fails != 0 && fails != first_of_all), "there is enough memory");
    must(memory.held == 0 || fails == first_of_all, "nothing is left behind");
    return memory.made;
}

std::uint64_t run_with_scarce_memory(std::string const& text) {
    run_once(text, first_of_all);
    std::uint64_t const needed = run_once(text, 0);
    for (std::uint64_t i = 1; i <= needed; ++i) run_once(text, i);
    must(run_once(text, 0) == needed, "it works as before when there is memory again");
    return needed;
}

}  // namespace

}  // namespace sluice::fuzz

void* operator new(std::size_t size) { return sluice::fuzz::take_or_throw(size, 0); }
void* operator new(std::size_t size, std::align_val_t to) { return sluice::fuzz::take_or_throw(size, static_cast<std::size_t>(to)); }
void* operator new(std::size_t size, std::nothrow_t const&) noexcept { return sluice::fuzz::take(size, 0, true); }
void operator delete(void* place) noexcept { sluice::fuzz::give_back(place); }
void operator delete(void* place, std::size_t) noexcept { sluice::fuzz::give_back(place); }
void operator delete(void* place, std::align_val_t) noexcept { sluice::fuzz::give_back(place); }
void operator delete(void* place, std::size_t, std::align_val_t) noexcept { sluice::fuzz::give_back(place); }
void operator delete(void* place, std::nothrow_t const&) noexcept { sluice::fuzz::give_back(place); }

int main(int argc, char** argv) {
    std::uint64_t failed = 0;
    for (int i = 1; i < argc; ++i) {
        std::ifstream file(argv[i], std::ios::binary);
        std::string const text{std::istreambuf_iterator<char>(file), {}};
        std::fprintf(stderr, "%s\n", argv[i]);
        failed += sluice::fuzz::run_with_scarce_memory(text);
    }
    std::printf("%llu allocations failed\n", static_cast<unsigned long long>(failed));
    return argc > 1 ? 0 : 1;
}
