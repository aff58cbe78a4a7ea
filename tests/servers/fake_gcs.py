"""The emulator of Google Cloud Storage that its users test with: JSON API, resumable uploads, no authentication."""

import json
import pathlib
import shutil
import urllib.request

from daemon import Daemons, free_port, listens, wait_until
from tools import go_program


class FakeGcs:
    project = "project"

    def __init__(self, folder):
        self.program = go_program("github.com/fsouza/fake-gcs-server", "v1.56.1")
        self.folder = pathlib.Path(folder).absolute()
        self.daemons = Daemons()

    def __enter__(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.port = free_port(17495)
        host = f"127.0.0.1:{self.port}"
        self.daemons.start([self.program, "-backend", "memory", "-scheme", "http", "-host", "127.0.0.1", "-port", str(self.port),
                            "-public-host", host, "-log-level", "warn"], self.folder / "log")
        try:
            wait_until(lambda: listens(self.port), "fake-gcs-server", self.daemons.processes)
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
        request = urllib.request.Request(f"{self.endpoint}/storage/v1/b?project={self.project}", json.dumps({"name": name}).encode(),
                                         {"Content-Type": "application/json"}, method="POST")
        urllib.request.urlopen(request, timeout=30).close()
