"""versitygw, an S3 gateway over a folder, strict about checksums."""

import os
import pathlib
import shutil

from aws_client import client
from daemon import Daemons, free_port, listens, wait_until
from tools import go_program


class Versitygw:
    access_key, secret_key, region = "testkey", "testsecret", "us-east-1"

    def __init__(self, folder):
        self.program = go_program("github.com/versity/versitygw/cmd/versitygw", "v1.8.0")
        self.folder = pathlib.Path(folder).absolute()
        self.daemons = Daemons()

    def __enter__(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        for name in ("objects", "sidecar", "versions"):
            (self.folder / name).mkdir(parents=True)
        self.port = free_port(17490)
        environ = {**os.environ, "ROOT_ACCESS_KEY": self.access_key, "ROOT_SECRET_KEY": self.secret_key}
        self.daemons.start([self.program, "--port", f"127.0.0.1:{self.port}", "posix", "--sidecar", self.folder / "sidecar",
                            self.folder / "objects"], self.folder / "log", environ)
        try:
            wait_until(lambda: listens(self.port), "versitygw", self.daemons.processes)
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
