// What goes into a log: a secret that stands anywhere behind its name is taken out, whatever is around it; once is enough.
#include "input.hpp"

#include "base/log.hpp"

using namespace sluice;

void fuzz::run(input in) {
    constexpr std::string_view secret = "CANARY3f9d", placed[] = {
                                                          "&X-Amz-Signature=CANARY3f9d",
                                                          "?x-amz-security-token=CANARY3f9d&",
                                                          " Signature=CANARY3f9d,",
                                                          "%26X-Amz-Credential%3DCANARY3f9d%26",
                                                          "\nAuthorization: Bearer CANARY3f9d\r\n",
                                                          "\nx-amz-server-side-encryption-customer-key: CANARY3f9d\n",
                                                          " aws_secret_access_key = CANARY3f9d ",
                                                          " \"SessionToken\": \"CANARY3f9d\"",
                                                          " https://user:CANARY3f9d@host/path",
                                                      };
    std::size_t const which = static_cast<std::size_t>(in.number(std::size(placed) - 1));
    std::uint64_t const at = in.number();
    std::string const text(in.rest());
    std::string const once = base::redacted(text);
    // Where the first '/' behind "://" was in a value that went, more may be taken for a user's name the second time.
    must(base::redacted(once) == once || text.find("://") != text.npos, "once is enough");
    must(once.size() <= text.size() * 9 + 16, "not much longer");
    if (text.find(secret.substr(0, 6)) != text.npos) return;
    std::string planted = text;
    planted.insert(static_cast<std::size_t>(at % (text.size() + 1)), placed[which]);
    must(base::redacted(planted).find(secret) == std::string::npos, "no secret");
}
