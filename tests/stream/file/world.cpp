#include "world.hpp"

#include "store/partial_name.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace sluice::test {

namespace fs = std::filesystem;

folder_store::folder_store(temporary_folder const& at, file_settings settings) : path(at.path()) {
    settings.root = path;
    store = make_file_store(std::move(settings));
}

void in_folders(std::function<awaitable<void>(folder_store)> body, file_settings settings) {
    for (std::string const& below : {on_disk(), in_memory()}) {
        INFO(below);
        temporary_folder const folder(below);
        folder_store const here(folder, settings);
        std::function<awaitable<void>()> one = [&] { return body(here); };
        run(one, std::chrono::seconds(60));
    }
}

void write_file(std::string const& path, std::string_view content) {
    std::ofstream out(path, std::ios::binary);
    out << content;
    out.close();
    REQUIRE(out.good());
}

std::string read_file(std::string const& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> tree_of(std::string const& path) {
    std::vector<std::string> names;
    for (fs::directory_entry const& entry : fs::recursive_directory_iterator(path)) {
        std::string name = entry.path().string().substr(path.size() + 1);
        if (entry.is_directory() && !entry.is_symlink()) name += '/';
        names.push_back(std::move(name));
    }
    std::ranges::sort(names);
    return names;
}

std::vector<std::string> partials_in(std::string const& path) {
    std::vector<std::string> names = tree_of(path);
    std::erase_if(names, [](std::string const& name) { return !store::is_partial_name(name.substr(name.rfind('/') + 1)); });
    return names;
}

std::size_t open_descriptors() {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

std::string tale(std::size_t size, unsigned seed) {
    std::string data(size, '\0');
    std::uint32_t x = seed * 2654435761u + 1;
    for (char& c : data) {
        x = x * 1664525u + 1013904223u;
        c = static_cast<char>(x >> 24);
    }
    return data;
}

awaitable<put_result> put(folder_store at, std::string key, std::string data, put_options options) {
    payload body(data);
    co_return co_await at.store->put(std::move(key), std::move(body), std::move(options));
}

awaitable<std::string> content(folder_store at, std::string key) {
    whole_object const object = co_await get_all(at.store, std::move(key));
    co_return std::string(object.data.text());
}

awaitable<errc> reason_of(std::function<awaitable<void>()> operation) {
    try {
        co_await operation();
    } catch (error const& e) {
        co_return e.reason();
    }
    FAIL("the operation succeeded");
    co_return errc{};
}

std::vector<std::string> keys_of(list_page const& page) {
    std::vector<std::string> keys;
    for (object_meta const& object : page.objects) keys.push_back(object.key);
    return keys;
}

}  // namespace sluice::test
