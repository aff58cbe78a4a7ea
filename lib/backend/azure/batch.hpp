#pragma once

#include "backend/azure/errors.hpp"
#include "cloud/recipe.hpp"

#include <sluice/error.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Several removals in one request. Pure. (Microsoft: "Blob Batch".)
namespace sluice::inline v0::azure {

using cloud::recipe;

inline constexpr std::size_t batch_limit = 256;              ///< requests of one batch
inline constexpr std::size_t batch_size_limit = 4u << 20;    ///< bytes of its body
inline constexpr std::size_t batch_answer_limit = 4u << 20;  ///< bytes of its answer

recipe batch_recipe();

/// The body of a batch as it grows.
class batch_body {
public:
    /// `boundary` stands in none of the requests.
    explicit batch_body(std::string boundary) : boundary_(std::move(boundary)) {}

    /// Adds a whole request without a body, with what proves who asks; its number is that of those before it. False, and nothing is added,
    /// when a batch has no room for it.
    bool add(http::request const& part);

    std::string content_type() const { return "multipart/mixed; boundary=" + boundary_; }
    std::string take();

private:
    std::string boundary_, text_;
    std::size_t count_ = 0;
};

/// What became of one request of a batch; a status of 0 is none.
struct batch_answer {
    int status = 0;
    cloud::refusal why;  ///< of what is no success
};

/// The answers to the `count` requests of a batch, in their order. What has no number of a request, is broken, or answers one that has an
/// answer, is none. Errors: protocol for what is no answer to a batch.
result<std::vector<batch_answer>> parse_batch(std::string_view body, std::size_t count);

/// What is to be done about a key after its batch.
enum class key_fate {
    removed,  ///< or it was gone before
    refused,  ///< for good; the failure is there
    alone,    ///< nothing is known, or it is worth another attempt: it is removed by a request of its own
};
key_fate fate_of(batch_answer const& one, sent_as const& as, std::optional<failure>& why);

/// Whether it was the batch that was refused, which its requests one by one need not be: by services without batches, and for signatures
/// and roles that do not cover them.
bool refuses_batches(failure const& f) noexcept;

/// Of a removal: whether the object is not there, and whether it failed by the object's own affairs (denied, leased, held).
bool is_gone(failure const& f) noexcept;
bool is_of_key(failure const& f) noexcept;

}  // namespace sluice::inline v0::azure
