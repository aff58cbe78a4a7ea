#include "auth/google_account.hpp"

#include "support/certificates.hpp"
#include "support/google_files.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sluice;
using namespace sluice::auth;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

std::string rsa_pem() {
    certificate_wish wish;
    wish.rsa_bits = 2048;
    return make_certificate(wish).key_pem();
}

std::string complaint(std::string const& text) {
    auto const found = parse_google_account(text, "the file");
    if (found) return "none";
    CHECK(found.error().reason() == errc::invalid_argument);
    CHECK(found.error().info().detail.find("CANARY") == std::string::npos);
    return found.error().info().detail;
}

template <class Kind>
Kind read(std::string const& text) {
    auto found = parse_google_account(text, "the file");
    REQUIRE_MESSAGE(found.has_value(), (found ? std::string() : found.error().info().detail));
    REQUIRE(std::holds_alternative<Kind>(found->who));
    return std::get<Kind>(std::move(found->who));
}

constexpr char const* sts = "https://sts.googleapis.com/v1/token";
std::string const file_source = R"("file":"/var/token")";
std::string const acts_as =
    R"(,"service_account_impersonation_url":"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a@b.com:generateAccessToken")";
std::string const aws_source =
    R"("environment_id":"aws1","region_url":"http://169.254.169.254/latest/meta-data/placement/availability-zone",)"
    R"("url":"http://169.254.169.254/latest/meta-data/iam/security-credentials",)"
    R"("regional_cred_verification_url":"https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15")";

}  // namespace

TEST_CASE("google account: a service account, with the address of its file or Google's") {
    std::string const pem = rsa_pem();
    auto const found = parse_google_account(service_account_file(pem, "https://oauth2.example/token"), "f").value();
    CHECK(found.project == "p1");
    CHECK(found.quota_project.empty());
    CHECK(google_account_in_words(found) == "service account sa@p1.iam.gserviceaccount.com");
    auto const& account = std::get<service_account>(found.who);
    CHECK(account.email == "sa@p1.iam.gserviceaccount.com");
    CHECK(account.key_id == "k1");
    CHECK(account.token_uri.host == "oauth2.example");
    CHECK(account.token_uri_text == "https://oauth2.example/token");
    CHECK(account.key.sign("x").has_value());
    auto const bare = read<service_account>(R"({"type":"service_account","client_email":"a@b","private_key":)" + json_text(pem) + "}");
    CHECK(bare.token_uri_text == "https://oauth2.googleapis.com/token");
    CHECK(bare.key_id.empty());
}

TEST_CASE("google account: what is wrong with a service account's file is said, and nothing of it repeated") {
    std::string const pem = rsa_pem();
    struct {
        std::string text, wanted;
    } const rows[] = {
        {"CANARY", "the file: the document is no JSON object"},
        {R"({"type":"service_account","private_key":"CANARY)", "the file: the document is no JSON object"},
        {"{}", "the file: it has no type"},
        {R"({"type":7})", "the file: it has no type"},
        {R"({"type":"gdch_service_account"})", "the file: its type is none that is supported"},
        {R"({"type":"service_account","private_key":"CANARY"})", "the file: it lacks client_email"},
        {R"({"type":"service_account","client_email":"a b"})", "the file: its client_email has characters that cannot be"},
        {R"({"type":"service_account","client_email":"a@b"})", "the file: it lacks private_key"},
        {R"({"type":"service_account","client_email":"a@b","private_key_id":"k 1"})",
         "the file: its private_key_id has characters that cannot be"},
        {R"({"type":"service_account","client_email":"a@b","private_key":"CANARY"})",
         "the file: its private_key cannot be used: there is no private key in PEM, or its password is another"},
        {service_account_file(pem, "http://oauth2.example/token"), "the file: its token_uri must be https, or on this machine"},
        {service_account_file(pem, "CANARY"), "the file: token_uri is no address: it does not begin with http:// or https://"},
        {R"({"type":"service_account","client_email":"a@b","quota_project_id":"q 1","private_key":)" + json_text(pem) + "}",
         "the file: its quota_project_id has characters that cannot be"},
    };
    for (auto const& row : rows) CHECK_MESSAGE(complaint(row.text) == row.wanted, complaint(row.text));
    CHECK(complaint(service_account_file(pem, "http://localhost:1/token")) == "none");
}

TEST_CASE("google account: a person, of gcloud or of a workforce") {
    auto const found = parse_google_account(user_file("https://t.example/token"), "f").value();
    CHECK(found.quota_project == "q1");
    CHECK(google_account_in_words(found) == "a person");
    auto const& user = std::get<authorized_user>(found.who);
    CHECK(user.client_id == "id1");
    CHECK(user.client_secret == "CANARY-secret");
    CHECK(user.refresh_token == "CANARY-refresh");
    CHECK_FALSE(user.by_header);
    CHECK(read<authorized_user>(R"({"type":"authorized_user","client_id":"a","client_secret":"b","refresh_token":"c"})").token_uri.host ==
          "oauth2.googleapis.com");
    std::string const workforce = R"({"type":"external_account_authorized_user","client_id":"a","client_secret":"b","refresh_token":"c")";
    CHECK(read<authorized_user>(workforce + R"(,"token_url":"https://sts.googleapis.com/v1/oauthtoken"})").by_header);
    CHECK(complaint(workforce + "}") == "the file: it lacks token_url");
    CHECK(complaint(R"({"type":"authorized_user","client_secret":"CANARY","refresh_token":"CANARY"})") == "the file: it lacks client_id");
    CHECK(complaint(R"({"type":"authorized_user","client_id":"a","refresh_token":"CANARY"})") == "the file: it lacks client_secret");
    CHECK(complaint(R"({"type":"authorized_user","client_id":"a","client_secret":"CANARY"})") == "the file: it lacks refresh_token");
}

TEST_CASE("google account: identity federation, from each source") {
    auto const of_file = read<external_account>(external_file(sts, file_source));
    CHECK(of_file.audience == "//iam.googleapis.com/pools/x");
    CHECK(of_file.token_uri.host == "sts.googleapis.com");
    CHECK(of_file.subject.from == subject_source::kind::file);
    CHECK(of_file.subject.file == "/var/token");
    CHECK_FALSE(of_file.acts_as);
    auto const of_url = read<external_account>(external_file(
        sts, R"("url":"http://169.254.169.254/t","headers":{"Metadata":"True"},"format":{"type":"json","subject_token_field_name":"m"})"));
    CHECK(of_url.subject.from == subject_source::kind::url);
    CHECK(of_url.subject.url.target == "/t");
    CHECK(of_url.subject.headers == std::vector<std::pair<std::string, std::string>>{{"Metadata", "True"}});
    CHECK(of_url.subject.member == "m");
    auto const of_program = read<external_account>(
        external_file(sts, R"("executable":{"command":"/bin/x -y","timeout_millis":5000,"output_file":"/o"})", acts_as));
    CHECK(of_program.subject.from == subject_source::kind::executable);
    CHECK(of_program.subject.command == "/bin/x -y");
    CHECK(of_program.subject.output_file == "/o");
    CHECK(of_program.subject.limit == 5s);
    CHECK(read<external_account>(external_file(sts, R"("executable":{"command":"/bin/x"})")).subject.limit == 30s);
    auto const of_aws = read<external_account>(external_file(sts, aws_source));
    CHECK(of_aws.subject.from == subject_source::kind::aws);
    REQUIRE(of_aws.subject.keys_at.has_value());
    CHECK(of_aws.subject.keys_at->target.ends_with("security-credentials"));
    CHECK(of_aws.subject.region_at.has_value());
    CHECK(of_aws.subject.verification_url.starts_with("https://sts.{region}."));
    REQUIRE(of_program.acts_as.has_value());
    CHECK(of_program.acts_as->email == "a@b.com");
    CHECK(of_program.acts_as->lifetime == 1h);
    CHECK(google_account_in_words(parse_google_account(external_file(sts, file_source), "f").value()) == "identity federation");
    CHECK(google_account_in_words(parse_google_account(external_file(sts, file_source, acts_as), "f").value()) ==
          "identity federation, as service account a@b.com");
    std::string const lifetime = R"(,"service_account_impersonation":{"token_lifetime_seconds":600})";
    CHECK(read<external_account>(external_file(sts, file_source, acts_as + lifetime)).acts_as->lifetime == 600s);
}

TEST_CASE("google account: what is wrong with identity federation is said") {
    auto const of = [](std::string source, std::string more = {}) { return complaint(external_file(sts, source, more)); };
    struct {
        std::string said, wanted;
    } const rows[] = {
        {of(""), "its credential_source must be one of file, url, executable and AWS"},
        {of(R"("file":"/f","url":"https://u")"), "its credential_source must be one of file, url, executable and AWS"},
        {of(R"("url":"ftp://CANARY")"), "the url of credential_source is no address: it does not begin with http:// or https://"},
        {of(R"("url":"https://u","headers":{"a":"CANARY\r\nb"})"), "its headers have characters that cannot be"},
        {of(R"("url":"https://u","headers":{"a b":"c"})"), "its headers have characters that cannot be"},
        {of(R"("file":"/f","format":{"type":"xml"})"), "its format is neither text nor json"},
        {of(R"("file":"/f","format":{"type":"json"})"), "it lacks subject_token_field_name"},
        {of(R"("file":"/f","format":{"type":"text"})"), "none"},
        {of(R"("executable":{"command":"x","timeout_millis":4999})"), "its timeout_millis is not from 5000 to 120000"},
        {of(R"("executable":{"command":"x","timeout_millis":120001})"), "its timeout_millis is not from 5000 to 120000"},
        {of(R"("environment_id":"aws2")"), "its environment_id is not aws1"},
        {of(R"("environment_id":"aws1")"), "it lacks regional_cred_verification_url"},
        {of(R"("environment_id":"aws1","url":"http://evil.example/")"), "its url is no address of AWS's metadata service"},
        {of(R"("environment_id":"aws1","region_url":"x")"), "region_url is no address: it does not begin with http:// or https://"},
        {of(R"("environment_id":"aws1","url":"http://[fd00:ec2::254]/","region_url":"http://127.0.0.1:1/")"),
         "it lacks regional_cred_verification_url"},
        {of(file_source, R"(,"service_account_impersonation_url":"https://i.example/x")"),
         "its service_account_impersonation_url is none of generateAccessToken"},
        {of(file_source, R"(,"service_account_impersonation_url":"https://i.example/:generateAccessToken")"),
         "its service_account_impersonation_url is none of generateAccessToken"},
        {of(file_source, R"(,"service_account_impersonation_url":"http://i.example/a:generateAccessToken")"),
         "its service_account_impersonation_url must be https, or on this machine"},
        {of(file_source, acts_as + R"(,"service_account_impersonation":{"token_lifetime_seconds":599})"),
         "its token_lifetime_seconds is not from 600 to 43200"},
        {of(file_source, acts_as + R"(,"service_account_impersonation":{"token_lifetime_seconds":43201})"),
         "its token_lifetime_seconds is not from 600 to 43200"},
        {complaint(external_file("http://sts.example", file_source)), "its token_url must be https, or on this machine"},
        {complaint(R"({"type":"external_account"})"), "it lacks audience"},
        {complaint(R"({"type":"external_account","audience":"a"})"), "it lacks subject_token_type"},
        {complaint(R"({"type":"external_account","audience":"a","subject_token_type":"t"})"), "it lacks token_url"},
    };
    for (auto const& row : rows) CHECK_MESSAGE((row.said == row.wanted || row.said == "the file: " + row.wanted), row.said);
}

TEST_CASE("google account: an impersonated account, of any kind but one of its own") {
    auto const of = [](std::string const& source) {
        return R"({"type":"impersonated_service_account","delegates":["d1","d2"])" + acts_as + R"(,"source_credentials":)" + source + "}";
    };
    auto const found = read<impersonated_account>(of(user_file("https://t.example/token")));
    CHECK(found.as.delegates == std::vector<std::string>{"d1", "d2"});
    CHECK(found.as.to.target.ends_with("a@b.com:generateAccessToken"));
    CHECK(std::get<authorized_user>(found.by->who).client_id == "id1");
    CHECK(google_account_in_words(parse_google_account(of(user_file("https://t.example/token")), "f").value()) ==
          "a person, as service account a@b.com");
    auto const federated = read<impersonated_account>(of(
        external_file(sts, R"("url":"http://u/t","headers":{"A":"b"},"format":{"type":"json","subject_token_field_name":"m"})", acts_as)));
    CHECK(std::get<external_account>(federated.by->who).subject.headers.size() == 1);
    auto const by_program = read<impersonated_account>(of(external_file(sts, R"("executable":{"command":"x","timeout_millis":6000})")));
    CHECK(std::get<external_account>(by_program.by->who).subject.limit == 6s);
    CHECK(complaint(of(of(user_file("https://t.example/token")))) == "the file, source_credentials: its type is none that is supported");
    CHECK(complaint(of(R"({"type":"authorized_user"})")) == "the file, source_credentials: it lacks client_id");
    CHECK(complaint(of("{}")) == "the file, source_credentials: it has no type");
    CHECK(complaint(R"({"type":"impersonated_service_account"})") == "the file: it lacks service_account_impersonation_url");
}
