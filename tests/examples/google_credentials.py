#!/usr/bin/env python3
"""google_credentials.py EXAMPLE PAGE: each way of the guide's page on Google's credentials, followed with the example against services on
this machine: the file of the variable, gcloud's file, an impersonated account, federation, the metadata server; and none at all."""

import base64
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import urllib.parse

EMAIL = "sa@p1.iam.gserviceaccount.com"


class Services(http.server.BaseHTTPRequestHandler):
    """A token endpoint, generateAccessToken, and a metadata server."""

    protocol_version = "HTTP/1.1"
    folder = None
    seen = []

    def answer(self, status, document, flavor=False):
        text = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        if flavor:
            self.send_header("Metadata-Flavor", "Google")
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):
        good = self.headers["Metadata-Flavor"] == "Google"
        self.seen.append("metadata")
        self.answer(200 if good else 403, {"access_token": "m" * 20, "expires_in": 1800}, flavor=True)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path.endswith(":generateAccessToken"):
            good = self.headers["Authorization"].startswith("Bearer ")
            self.seen.append("impersonation")
            return self.answer(200 if good else 401, {"accessToken": "i" * 40, "expireTime": "2099-01-01T00:00:00Z"})
        form = dict(urllib.parse.parse_qsl(body))
        kind = form["grant_type"].rpartition(":")[2]
        self.seen.append(kind)
        good = {"jwt-bearer": self.signed_well, "refresh_token": lambda f: f["refresh_token"] == "refresh-me",
                "token-exchange": lambda f: f["subject_token"] == "of the other provider"}[kind](form)
        if not good:
            return self.answer(400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."})
        return self.answer(200, {"access_token": "t" * 30, "expires_in": 3600, "token_type": "Bearer"})

    def signed_well(self, form):
        """Whether openssl finds the signature of the assertion good, and its claims are those of the account."""
        head, claims, signature = form["assertion"].split(".")
        decoded = [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in (head, claims, signature)]
        (self.folder / "signature").write_bytes(decoded[2])
        (self.folder / "signed").write_text(f"{head}.{claims}")
        found = subprocess.run(["openssl", "dgst", "-sha256", "-verify", self.folder / "public.pem", "-signature", self.folder / "signature",
                                self.folder / "signed"], capture_output=True)
        said = json.loads(decoded[1])
        return found.returncode == 0 and said["iss"] == EMAIL and said["exp"] == said["iat"] + 3600

    def log_message(self, *_):
        pass


def run(example, folder, **variables):
    env = {name: value for name, value in os.environ.items() if not name.startswith(("GOOGLE_", "CLOUDSDK_", "GCE_", "GCLOUD_"))}
    env |= {"HOME": str(folder / "nobody"), **{name: str(value) for name, value in variables.items()}}
    return subprocess.run([example], env=env, capture_output=True, text=True, timeout=50)


def check(what, found, code, *texts):
    for text in texts:
        if text not in found.stdout + found.stderr or found.returncode != code:
            sys.exit(f"{what}: exit code {found.returncode}, wanted {code} and {text!r}:\n{found.stdout}{found.stderr}")


def main(example, page):
    folder = pathlib.Path(tempfile.mkdtemp())
    Services.folder = folder
    subprocess.run(["openssl", "genrsa", "-out", folder / "key.pem", "2048"], check=True, capture_output=True)
    subprocess.run(["openssl", "rsa", "-in", folder / "key.pem", "-pubout", "-out", folder / "public.pem"], check=True, capture_output=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Services)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}"
    impersonation = f"{base}/v1/projects/-/serviceAccounts/other@p1.iam.gserviceaccount.com:generateAccessToken"

    account = {"type": "service_account", "client_email": EMAIL, "private_key_id": "k1", "token_uri": f"{base}/token",
               "private_key": (folder / "key.pem").read_text()}
    person = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "refresh-me", "token_uri": f"{base}/token"}
    other = {"type": "impersonated_service_account", "service_account_impersonation_url": impersonation, "source_credentials": person}
    (folder / "subject").write_text("of the other provider\n")
    federated = {"type": "external_account", "audience": "//iam.googleapis.com/x", "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
                 "token_url": f"{base}/sts", "credential_source": {"file": str(folder / "subject")}}
    (folder / "gcloud").mkdir()
    for name, document in {"account": account, "person": person, "other": other, "federated": federated, "revoked": {**person, "refresh_token": "of-a-login-that-was-revoked"},
                           "gcloud/application_default_credentials": person}.items():
        (folder / f"{name}.json").write_text(json.dumps(document))

    def by_file(name):
        return run(example, folder, GOOGLE_APPLICATION_CREDENTIALS=folder / f"{name}.json")

    check("a key", by_file("account"), 0, f"service account {EMAIL}", "a token of 30 characters, good for 60 minutes")
    check("a person", by_file("person"), 0, "a person", "a token of 30 characters")
    check("impersonation", by_file("other"), 0, "as service account other@p1", "a token of 40 characters")
    check("federation", by_file("federated"), 0, "identity federation", "a token of 30 characters")
    check("revoked", by_file("revoked"), 1, "invalid_grant", "run gcloud auth application-default login")
    check("no file", by_file("nothing"), 1, "there is no such file")
    check("gcloud's file", run(example, folder, CLOUDSDK_CONFIG=folder / "gcloud"), 0, "GOOGLE_APPLICATION_CREDENTIALS: it is not set", "a person")
    check("metadata", run(example, folder, GCE_METADATA_HOST=base.removeprefix("http://")), 0, "the metadata server at", "good for 30 minutes")
    check("nothing", run(example, folder, NO_GCE_CHECK="true"), 1, "there are no credentials for Google Cloud")
    if Services.seen != ["jwt-bearer", "refresh_token", "refresh_token", "impersonation", "token-exchange", "refresh_token", "refresh_token", "metadata"]:
        sys.exit(f"asked: {Services.seen}")
    shown = pathlib.Path(page).read_text()
    code = pathlib.Path(__file__).parents[2] / "examples" / "08_google_credentials.cpp"
    if "google_credentials()" not in shown or code.name not in shown:
        sys.exit("the page does not lead to the example")


main(*sys.argv[1:])
