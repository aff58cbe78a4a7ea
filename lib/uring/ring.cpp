#include "uring/ring.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>

namespace sluice::inline v0::uring {

namespace {

constexpr unsigned wanted_entries = 256;

// In the order of `opcode`.
constexpr std::array<io_uring_op, 14> on_ring{
    IORING_OP_OPENAT2, IORING_OP_CLOSE, IORING_OP_STATX,     IORING_OP_READ,     IORING_OP_WRITE,  IORING_OP_READV,    IORING_OP_WRITEV,
    IORING_OP_FSYNC,   IORING_OP_FSYNC, IORING_OP_FALLOCATE, IORING_OP_RENAMEAT, IORING_OP_LINKAT, IORING_OP_UNLINKAT, IORING_OP_MKDIRAT};
static_assert(on_ring.size() == static_cast<std::size_t>(opcode::make_directory) + 1);

int set_up_with(io_uring& ring, unsigned flags) noexcept {
    io_uring_params parameters{};
    parameters.flags = flags | IORING_SETUP_CLAMP;
    return -io_uring_queue_init_params(wanted_entries, &ring, &parameters);
}

}  // namespace

ring::~ring() {
    if (open_) io_uring_queue_exit(&ring_);
    if (event_ >= 0) ::close(event_);
}

// Newer flags first: one bad entry does not stop those behind it (5.18); the kernel's work waits for our calls (6.1).
int ring::set_up(bool own_thread) noexcept {
    failed_call_ = "io_uring_setup";
    constexpr unsigned deferred = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG;
    int error = EINVAL;
    if (own_thread) error = set_up_with(ring_, deferred | IORING_SETUP_SUBMIT_ALL);
    own_thread_ = error == 0;
    if (error == EINVAL) error = set_up_with(ring_, IORING_SETUP_SUBMIT_ALL);
    if (error == EINVAL) error = set_up_with(ring_, 0);
    open_ = error == 0;
    return error;
}

int ring::open(bool own_thread) noexcept {
    if (int const error = set_up(own_thread); error != 0) return error;
    failed_call_ = "eventfd";
    event_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (event_ < 0) return errno;
    failed_call_ = "io_uring_register";
    if (int const error = -io_uring_register_eventfd(&ring_, event_); error != 0) return error;
    if (own_thread_) io_uring_register_ring_fd(&ring_);  // saves a look-up a call; counts per thread
    probe();
    return try_out();
}

void ring::probe() noexcept {
    io_uring_probe* const known = io_uring_get_probe_ring(&ring_);
    if (known == nullptr) return;
    for (std::size_t i = 0; i < on_ring.size(); ++i) supported_[i] = io_uring_opcode_supported(known, on_ring[i]) != 0;
    io_uring_free_probe(known);
}

// A filter may allow a ring to be made and yet refuse to run it.
int ring::try_out() noexcept {
    failed_call_ = "io_uring_enter";
    ring_events(false);
    io_uring_sqe* const sqe = next();
    io_uring_prep_nop(sqe);
    io_uring_sqe_set_data64(sqe, 0);
    if (int const error = submit(); error != 0) return error;
    if (int const error = wait(); error != 0) return error;
    return reap([](std::uint64_t, std::int32_t) {}) == 1 ? 0 : EIO;
}

io_uring_sqe* ring::next() noexcept {
    if (io_uring_sqe* const sqe = io_uring_get_sqe(&ring_)) return sqe;
    submit();
    return io_uring_get_sqe(&ring_);
}

int ring::submit() noexcept {
    while (unsubmitted() != 0) {
        int const taken = own_thread_ ? io_uring_submit_and_get_events(&ring_) : io_uring_submit(&ring_);
        if (taken == -EINTR) continue;
        if (taken < 0) return -taken;
        if (taken == 0) return EAGAIN;
    }
    return 0;
}

bool ring::has_work() const noexcept {
    return (io_uring_smp_load_acquire(ring_.sq.kflags) & (IORING_SQ_CQ_OVERFLOW | IORING_SQ_TASKRUN)) != 0;
}

int ring::wait() noexcept {
    __kernel_timespec a_while{.tv_sec = 0, .tv_nsec = 50'000'000};
    io_uring_cqe* first = nullptr;
    int const error = -io_uring_wait_cqe_timeout(&ring_, &first, &a_while);
    return error == EINTR ? ETIME : error;
}

}  // namespace sluice::inline v0::uring
