"""Azurite, Microsoft's emulator of Azure Blob Storage: a Node program."""

import pathlib
import shutil

from daemon import Daemons, free_port, listens, wait_until
from tools import node_program


class Azurite:
    account = "devstoreaccount1"
    key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="  # every emulator's, and public
    package, version, usual_port = "azurite", "3.35.0", 17500

    def __init__(self, folder):
        self.command = node_program(self.package, self.version, "azurite-blob")
        self.folder = pathlib.Path(folder).absolute()
        self.daemons = Daemons()

    def __enter__(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.port = free_port(self.usual_port)
        self.daemons.start([*self.command, "--inMemoryPersistence", "--blobHost", "127.0.0.1", "--blobPort", str(self.port), "--silent",
                            "--skipApiVersionCheck", "--disableTelemetry"], self.folder / "log")
        try:
            wait_until(lambda: listens(self.port), "Azurite", self.daemons.processes)
        except BaseException:
            self.daemons.stop()
            raise
        return self

    def __exit__(self, *_):
        self.daemons.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}/{self.account}"

    def connection_string(self, endpoint=None):
        return f"DefaultEndpointsProtocol=http;AccountName={self.account};AccountKey={self.key};BlobEndpoint={endpoint or self.endpoint}"
