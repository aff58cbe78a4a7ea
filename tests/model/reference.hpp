#pragma once

#include "model/operation.hpp"

#include <sluice/error.hpp>
#include <sluice/object_store.hpp>

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sluice::model {

/// What came of an operation.
struct answer {
    answer() {}
    std::optional<errc> failed;
    std::string text;  ///< what it told: bytes, keys, ..
    std::string etag;  ///< of the object that was read or written
    std::string why;   ///< of a failure
};

/// What a store must do, by a map.
class reference {
public:
    explicit reference(capabilities can) : can_(can) {}

    /// Nothing when the answer is right, which then has changed what is known; else what is wrong.
    std::optional<std::string> judge(operation const& op, answer const& got);
    /// The ETag that the object of `op` must have, or must not, by its condition; empty without one.
    std::string condition_etag(operation const& op) const;
    std::vector<std::string> keys() const;
    bool is_open(unsigned slot) const { return uploads_[slot].has_value(); }

private:
    struct object {
        std::string data, etag;
    };
    struct open_upload {
        std::string key;
        condition when = condition::none;
        std::string etag;
        std::map<unsigned, std::string> parts;
        std::set<unsigned> gone;  ///< of these, by another's write
    };
    /// What may be answered: one of `must`, unless that is empty, or one of `may`.
    struct expected {
        std::vector<errc> must, may;
        std::string text;
        std::string etag;  ///< nothing: any
    };
    expected expect(operation const& op) const;
    expected expect_write(std::string const& key, condition when, std::string const& etag) const;
    expected expect_list(operation const& op) const;
    expected expect_removal(operation const& op) const;
    expected expect_read(operation const& op) const;
    expected expect_copy(operation const& op) const;
    expected expect_begin(operation const& op) const;
    expected expect_complete(open_upload const& one) const;
    std::string listed(operation const& op) const;
    bool is_key(std::string const& key) const;
    void check_path(std::string const& key, expected& e) const;
    void apply(operation const& op, answer const& got);
    void write(std::string const& key, std::string data, std::string etag);
    void take_parts_of(std::string const& key);

    capabilities can_;
    std::map<std::string, object> objects_;
    std::map<std::string, std::string> former_;  ///< key -> ETag that it had before
    std::array<std::optional<open_upload>, slots> uploads_;
};

}  // namespace sluice::model
