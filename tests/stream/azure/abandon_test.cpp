// Every operation of an Azure store, broken off, cancelled and abandoned at each of its steps.
#include "stream/clouds/stories.hpp"
#include "support/streams.hpp"

#include <doctest/doctest.h>

using namespace sluice::test;

TEST_CASE("abandon: azure: head, reads and streams") { abandon(reads_of(cloud::azure)); }
TEST_CASE("abandon: azure: put over an object") { abandon(put_of(cloud::azure, "put", pattern(3000))); }
TEST_CASE("abandon: azure: create-only, and compare and swap") {
    abandon(create_of(cloud::azure));
    abandon(swap_of(cloud::azure));
}
TEST_CASE("abandon: azure: list, and remove several") { abandon(list_and_remove_of(cloud::azure)); }
TEST_CASE("abandon: azure: an upload in blocks, written side by side") { abandon(upload_of(cloud::azure)); }
TEST_CASE("abandon: azure: a copy that takes the service its time") { abandon(copy_of(cloud::azure)); }
