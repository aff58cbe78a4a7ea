#include "uring/direct_buffers.hpp"

#include "uring/alignment.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <new>

#if __has_include(<sanitizer/asan_interface.h>)
#include <sanitizer/asan_interface.h>  // macros that do nothing without ASan
#else
#define ASAN_POISON_MEMORY_REGION(address, size) (static_cast<void>(address), static_cast<void>(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) (static_cast<void>(address), static_cast<void>(size))
#endif

namespace sluice::inline v0::uring {

namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t huge_page = 2u << 20;
constexpr std::size_t huge_from = 1u << 20;

std::size_t room_for(std::size_t size) noexcept { return aligned_up(size, size < huge_from ? page : huge_page); }

bool is_huge(std::size_t room) noexcept { return room % huge_page == 0; }

/// From the system, and back to it: an allocator that has free room of its own keeps what comes back.
std::byte* map_huge(std::size_t room) {
    void* const all = ::mmap(nullptr, room + huge_page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED) throw std::bad_alloc();
    auto const begin = reinterpret_cast<std::uintptr_t>(all);
    std::size_t const before = aligned_up(begin, huge_page) - begin;
    auto* const memory = static_cast<std::byte*>(all) + before;
    if (before != 0) ::munmap(all, before);
    ::munmap(memory + room, huge_page - before);
    ::madvise(memory, room, MADV_HUGEPAGE);  // refused where there are none
    return memory;
}

std::byte* new_memory(std::size_t room) {
    if (is_huge(room)) return map_huge(room);
    return static_cast<std::byte*>(::operator new(room, std::align_val_t{page}));
}

void delete_memory(std::byte* memory, std::size_t room) noexcept {
    if (is_huge(room))
        ::munmap(memory, room);
    else
        ::operator delete(memory, std::align_val_t{page});
}

}  // namespace

direct_buffers::piece& direct_buffers::piece::operator=(piece&& other) noexcept {
    std::swap(owner_, other.owner_);
    std::swap(memory_, other.memory_);
    std::swap(room_, other.room_);
    return *this;
}

direct_buffers::piece::~piece() {
    if (memory_.data() != nullptr) owner_->give_back(memory_.data(), room_);
}

direct_buffers::~direct_buffers() { keep_no_more(); }

void direct_buffers::keep_no_more() noexcept {
    std::lock_guard const lock(mutex_);
    keep_ = kept_ = 0;
    for (auto const& [room, all] : idle_) {
        for (std::byte* const memory : all) {
            ASAN_UNPOISON_MEMORY_REGION(memory, room);
            delete_memory(memory, room);
        }
    }
    idle_.clear();
}

direct_buffers::piece direct_buffers::take(std::size_t size) {
    std::size_t const room = room_for(size == 0 ? 1 : size);
    {
        std::lock_guard const lock(mutex_);
        std::vector<std::byte*>& idle = idle_[room];
        idle.reserve(keep_ / room);  // so that `give_back` never allocates
        if (!idle.empty()) {
            std::byte* const memory = idle.back();
            idle.pop_back();
            kept_ -= room;
            ASAN_UNPOISON_MEMORY_REGION(memory, room);
            return {*this, memory, size, room};
        }
    }
    return {*this, new_memory(room), size, room};
}

// Poisoned by hand, so that at least our own late reads are caught.
void direct_buffers::give_back(std::byte* memory, std::size_t room) noexcept {
    {
        std::lock_guard const lock(mutex_);
        if (kept_ + room <= keep_) {
            ASAN_POISON_MEMORY_REGION(memory, room);
            idle_[room].push_back(memory);
            kept_ += room;
            return;
        }
    }
    delete_memory(memory, room);
}

}  // namespace sluice::inline v0::uring
