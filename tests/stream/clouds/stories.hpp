#pragma once

#include "support/abandon.hpp"

#include <string>

// What is told of every cloud alike. Each is about "k", which is "old" before (where it is there), and "old" or the new value whatever
// happens; "other" is never touched.
namespace sluice::test {

/// Has no `tell` yet.
story cloud_story(cloud at, std::string name, std::string data);

story reads_of(cloud at);
story put_of(cloud at, std::string name, std::string data);
story create_of(cloud at);
story swap_of(cloud at);
story list_and_remove_of(cloud at);
story upload_of(cloud at);
story copy_of(cloud at);

}  // namespace sluice::test
