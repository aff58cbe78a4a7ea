// Every operation of a store of Google Cloud Storage, broken off, cancelled and abandoned at each of its steps.
#include "stream/clouds/stories.hpp"
#include "support/streams.hpp"

#include <doctest/doctest.h>

using namespace sluice::test;

TEST_CASE("abandon: gcs: head, reads and streams") { abandon(reads_of(cloud::gcs)); }
TEST_CASE("abandon: gcs: put over an object, in one request and by a session") {
    abandon(put_of(cloud::gcs, "put", pattern(1500)));
    abandon(put_of(cloud::gcs, "session", pattern(3000)));
}
TEST_CASE("abandon: gcs: a session of two chunks") {
    story s = put_of(cloud::gcs, "session of two chunks", pattern(256 * 1024 + 1000));
    s.thinned = 2;
    s.large = true;
    abandon(s);
}
TEST_CASE("abandon: gcs: create-only, and compare and swap") {
    abandon(create_of(cloud::gcs));
    abandon(swap_of(cloud::gcs));
}
TEST_CASE("abandon: gcs: list, and remove several") { abandon(list_and_remove_of(cloud::gcs)); }
TEST_CASE("abandon: gcs: an upload of temporary objects that are composed, written side by side") {
    story s = upload_of(cloud::gcs);
    s.thinned = 2;
    abandon(s);
}
TEST_CASE("abandon: gcs: a copy in several steps") { abandon(copy_of(cloud::gcs)); }
