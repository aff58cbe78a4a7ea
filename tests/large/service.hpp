#pragma once

#include "large/made_up.hpp"

#include <sluice/object_store.hpp>
#include <sluice/testing/script_server.hpp>

#include <memory>
#include <string>

namespace sluice::large {

/// Who asks for the whole of a large object reads so many bytes of it, and the rest in parts; no more are sent.
inline constexpr std::uint64_t front_of_whole = 2 << 20;

/// A service in this process with one object of `size` bytes under every name, made up as it is read. Of what is written only sums are
/// kept: of each part, and of what is put together of them.
class service {
public:
    /// `kind`: "s3", "azure" or "gcs".
    service(std::string kind, std::uint64_t size);

    /// One that needs little memory.
    std::shared_ptr<object_store> store() const;
    /// The sum of all bytes that were given out; each once.
    piece given() const { return given_.all(); }
    /// The sum of the object that was written as `key`.
    piece taken(std::string const& key) const { return taken_.of(key); }

private:
    testing::scripted_reply answer(testing::received_request const& request);
    testing::scripted_reply read(testing::received_request const& request);
    testing::scripted_reply s3_write(testing::received_request const& request);
    testing::scripted_reply azure_write(testing::received_request const& request);
    testing::scripted_reply gcs_write(testing::received_request const& request);

    std::string const kind_;
    std::uint64_t const size_;
    seen given_, taken_;
    testing::script_server server_;  // the last member: its threads use the others
};

}  // namespace sluice::large
