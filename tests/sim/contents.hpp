#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace sluice::sim {

/// What an object may hold, by what one writer knows of it; and everything it ever may have held.
class contents {
public:
    using value = std::optional<std::string>;  ///< nothing: there is no object

    contents() { possible_.emplace_back(); }

    void wrote(value v);     ///< it is that now
    void may_have(value v);  ///< it may be that, or still what it was
    /// A look at it: false when it cannot be that. Afterwards it is.
    bool saw(value const& v);
    /// As by somebody else, who may look at any time.
    bool ever(value const& v) const;
    bool can_be_there() const;
    bool can_be_missing() const;
    void is_there();  ///< a create-only put was refused
    std::string text() const;

private:
    std::vector<value> possible_;
    std::set<value> ever_{value()};
};

/// Bytes that tell which write they are of, at every place: no two values share a stretch of 16.
std::string content(std::uint64_t id, std::size_t size);

}  // namespace sluice::sim
