"""S3 servers that are one Go program over a folder."""

import os
import pathlib
import shutil

from aws_client import client
from botocore.exceptions import ClientError
from daemon import Daemons, free_port, listens, wait_until
from tools import go_program


class GoServer:
    access_key, secret_key, region = "testkey", "testsecret", "us-east-1"

    def __init__(self, folder):
        self.program = go_program(self.module, self.version)
        self.folder = pathlib.Path(folder).absolute()
        self.daemons = Daemons()

    def __enter__(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        for name in self.folders:
            (self.folder / name).mkdir(parents=True)
        self.port = free_port(self.usual_port)
        environ = {**os.environ, "HOME": str(self.folder), self.user_variable: self.access_key, self.password_variable: self.secret_key}
        self.daemons.start([self.program, *self.arguments()], self.folder / "log", environ)
        try:
            wait_until(lambda: listens(self.port), type(self).__name__, self.daemons.processes)
        except BaseException:
            self.daemons.stop()
            raise
        return self

    def __exit__(self, *_):
        self.daemons.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def create_bucket(self, name):
        client(self.endpoint, self).create_bucket(Bucket=name)


class Versitygw(GoServer):
    """Strict about checksums."""

    module, version, usual_port = "github.com/versity/versitygw/cmd/versitygw", "v1.8.0", 17490
    user_variable, password_variable = "ROOT_ACCESS_KEY", "ROOT_SECRET_KEY"
    folders = ("objects", "sidecar", "versions")

    def arguments(self):
        return ["--port", f"127.0.0.1:{self.port}", "posix", "--sidecar", self.folder / "sidecar", "--versioning-dir", self.folder / "versions",
                self.folder / "objects"]


class Minio(GoServer):
    """Versions, checksums and conditions much as AWS has them. Takes minutes to build, so it is asked for: SLUICE_TEST_MINIO=1."""

    module, version, usual_port = "github.com/minio/minio", "v0.0.0-20260212201848-7aac2a2c5b7c", 17481
    user_variable, password_variable = "MINIO_ROOT_USER", "MINIO_ROOT_PASSWORD"
    folders = ("data",)

    def arguments(self):
        return ["server", self.folder / "data", "--address", f"127.0.0.1:{self.port}", "--quiet"]

    def create_bucket(self, name):
        """It listens before it is ready, and says so."""
        def created():
            try:
                super(Minio, self).create_bucket(name)
            except ClientError as e:
                if e.response["Error"]["Code"] != "XMinioServerNotInitialized":
                    raise
                return False
            return True
        wait_until(created, "MinIO", self.daemons.processes)


class MinioTls(Minio):
    """MinIO that speaks TLS itself: it takes customers' keys no other way, and believes no front."""

    folders = ("data", "certificates")

    def __init__(self, folder, ca):
        super().__init__(folder)
        self.ca, self.ca_file = ca, str(ca / "ca.pem")

    def arguments(self):
        for name, own in (("server.pem", "public.crt"), ("server.key", "private.key")):
            shutil.copy(self.ca / name, self.folder / "certificates" / own)
        return [*super().arguments(), "--certs-dir", self.folder / "certificates"]

    @property
    def endpoint(self):
        return f"https://localhost:{self.port}"
