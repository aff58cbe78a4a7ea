#pragma once

#include <sys/resource.h>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

namespace bench {

/// CPU and wall time of all threads of this process since it was made: the work phase only. Prints one JSON line.
class meter {
public:
    meter() : start_(std::chrono::steady_clock::now()) { getrusage(RUSAGE_SELF, &before_); }

    void print(unsigned long long bytes, unsigned long long requests, std::vector<double> latencies = {}) const {
        double const wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
        rusage after{};
        getrusage(RUSAGE_SELF, &after);
        std::sort(latencies.begin(), latencies.end());
        auto const at = [&](double q) {
            return latencies.empty()
                       ? 0.0
                       : latencies[std::min(latencies.size() - 1, static_cast<std::size_t>(q * static_cast<double>(latencies.size())))];
        };
        std::printf(
            "{\"user\":%.4f,\"sys\":%.4f,\"wall\":%.4f,\"bytes\":%llu,\"requests\":%llu,\"p50\":%.6f,\"p99\":%.6f,\"peak_rss_kib\":%ld}\n",
            seconds(after.ru_utime) - seconds(before_.ru_utime), seconds(after.ru_stime) - seconds(before_.ru_stime), wall, bytes, requests,
            at(0.5), at(0.99), peak_rss_kib());
    }

private:
    /// Of this program alone: ru_maxrss begins with what the process that started it had.
    static long peak_rss_kib() {
        std::ifstream status("/proc/self/status");
        for (std::string line; std::getline(status, line);)
            if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
        return 0;
    }
    static double seconds(timeval t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6; }
    rusage before_{};
    std::chrono::steady_clock::time_point start_;
};

}  // namespace bench
