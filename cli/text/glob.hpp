#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::inline v0::cli {

/// A pattern over whole keys: `*` any run without `/`, `**` any run, `?` one character but `/`, `[a-z]` and `[!a-z]` one of a set
/// (never `/`), `\` takes the next character literally. A `[` without its `]` means itself.
///
/// Cost: pattern length x key length at worst, whatever the pattern.
class glob {
public:
    explicit glob(std::string_view pattern);

    bool matches(std::string_view key) const;

    /// What every matching key begins with.
    std::string const& literal_prefix() const noexcept { return literal_prefix_; }

    /// Whether no matching key has a `/` behind the literal prefix, so that one level of a listing is enough.
    bool one_level() const noexcept { return one_level_; }

private:
    enum class kind { literal, any_one, one_of, none_of, run, deep_run };
    struct step {
        kind what = kind::literal;
        char32_t code = 0;
        std::vector<std::pair<char32_t, char32_t>> set;
    };
    static bool accepts(step const& s, char32_t code);
    std::size_t read_set(std::string_view pattern, std::size_t at);
    void pass_runs(std::vector<bool>& at) const;

    std::vector<step> steps_;
    std::string literal_prefix_;
    bool one_level_ = true;
};

}  // namespace sluice::inline v0::cli
