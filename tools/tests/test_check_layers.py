import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import check_layers  # noqa: E402

GOOD = [
    ("lib/http/client.cpp", '#include "net/stream.hpp"\n#include <sluice/error.hpp>'),
    ("lib/http/client.cpp", '#include "http/request.hpp"'),
    ("lib/http/response_head.cpp", "#include <boost/beast/http/parser.hpp>"),
    ("lib/net/tls.cpp", "#include <openssl/ssl.h>\n#include <boost/asio/ip/tcp.hpp>"),
    ("lib/base/hash.cpp", "#include <openssl/evp.h>"),
    ("lib/testing/s3_server.cpp", "#include <openssl/evp.h>\n#include <boost/asio/ip/tcp.hpp>"),
    ("lib/open/open.cpp", '#include "backend/s3/settings.hpp"\n#include <sluice/memory.hpp>'),
    ("lib/base/uri.cpp", '// #include "http/client.hpp"'),
    ("include/sluice/async/deadline.hpp", "#include <sluice/awaitable.hpp>"),
    ("include/sluice/operations.hpp", "#include <sluice/range_engine.hpp>"),
    ("examples/01_get.cpp", "#include <sluice/sluice.hpp>\n#include <sluice/testing/s3_server.hpp>"),
    ("tests/unit/base/uri_test.cpp", '#include "http/client.hpp"\n#include <openssl/evp.h>'),
]
BAD = [
    ("lib/base/uri.cpp", '#include "http/client.hpp"'),
    ("lib/net/tls.cpp", '#include "uring/ring.hpp"'),
    ("lib/transfer/x.cpp", '#include "backend/s3/store.hpp"'),
    ("lib/backend/s3/x.cpp", '#include "backend/memory/shelf.hpp"'),
    ("lib/backend/s3/x.cpp", "#include <sluice/memory.hpp>"),
    ("lib/backend/s3/x.cpp", "#include <sluice/sluice.hpp>"),
    ("lib/backend/s3/x.cpp", "#include <sluice/testing/s3_server.hpp>"),
    ("include/sluice/error.hpp", "#include <sluice/object_store.hpp>"),
    ("include/sluice/error.hpp", '#include "async/clock.hpp"'),
    ("include/sluice/new_thing.hpp", "#include <sluice/error.hpp>"),
    ("lib/base/uri.cpp", "#include <sluice/new_thing.hpp>"),
    ("lib/new_module/x.cpp", '#include "base/hash.hpp"'),
    ("lib/http/client.cpp", "#include <boost/beast/http/parser.hpp>"),
    ("lib/http/client.cpp", "#include <boost/asio.hpp>"),
    ("examples/01_get.cpp", "#include <boost/asio.hpp>"),
    ("lib/http/client.cpp", "#include <openssl/ssl.h>"),
    ("lib/backend/s3/x.cpp", "#include <pugixml.hpp>"),
    ("cli/main.cpp", '#include "http/client.hpp"'),
    ("cli/main.cpp", "#include <sluice/testing/s3_server.hpp>"),
    ("examples/01_get.cpp", '#include "http/client.hpp"'),
]


class Layers(unittest.TestCase):
    def test_good(self):
        for path, text in GOOD:
            self.assertEqual([], list(check_layers.check(path, text)), (path, text))

    def test_bad(self):
        for path, text in BAD:
            self.assertEqual(1, len(list(check_layers.check(path, text))), (path, text))


if __name__ == "__main__":
    unittest.main()
