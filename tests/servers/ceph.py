#!/usr/bin/env python3
"""A single-node Ceph with an S3 gateway, its data in memory. `ceph.py FOLDER` runs one until interrupted."""

import base64
import email.utils
import hashlib
import hmac
import http.client
import json
import pathlib
import shutil
import subprocess
import sys
import time
import uuid

from daemon import Daemons, NotRun, free_port, listens, wait_until

CONFIGURATION = """[global]
fsid={fsid}
mon host=127.0.0.1:{mon_port}
public network=127.0.0.0/8
auth cluster required=none
auth service required=none
auth client required=none
osd pool default size=1
osd pool default min size=1
osd pool default pg num=8
mon allow pool size one=true
mon warn on pool no redundancy=false
mon data avail crit=0
run dir={folder}/run
pid file={folder}/run/$name.pid
log file={folder}/run/$name.log
admin socket={folder}/run/$name.asok
osd objectstore=memstore
memstore device bytes=8589934592
osd data={folder}/osd
mon data={folder}/mon
mgr data={folder}/mgr
osd crush chooseleaf type=0
ms bind msgr2=false
osd memory target=1073741824
[osd]
# a daemon that tells its monitor these things may do so before it knows which cluster it is in, and then ends by itself: "wrong fsid"
osd class update on start=false
osd crush update on start=false
[client.rgw]
rgw frontends=beast endpoint=127.0.0.1:{port}
rgw thread pool size=64
# What is removed goes at once, not after two hours: the store is in memory, and a full one lets every write wait for ever.
rgw gc obj min wait=1
rgw gc processor period=5
rgw gc processor max time=5
rgw data={folder}/rgw
rgw enable usage log=false
rgw crypt require ssl=false
keyring={folder}/rgw/keyring
"""
TOOLS = ("ceph-mon", "ceph-mgr", "ceph-osd", "radosgw", "radosgw-admin", "ceph", "ceph-authtool", "monmaptool")


class Ceph:
    access_key, secret_key, region = "testkey", "testsecret", "us-east-1"

    def __init__(self, folder):
        lacking = [t for t in TOOLS if shutil.which(t) is None]
        if lacking:
            raise NotRun(f"not installed: {' '.join(lacking)}")
        self.folder = pathlib.Path(folder).absolute()
        self.configuration = str(self.folder / "ceph.conf")

    def __enter__(self):
        for pause in (0, 1, 2, 4, 8, 16):  # now and then one of its daemons ends while the others come up
            time.sleep(pause)
            self.daemons = Daemons()
            try:
                self._start()
                return self
            except (subprocess.CalledProcessError, NotRun) as e:
                self.daemons.stop()
                cause = self._cause(e)
                print(f"Ceph did not come up: {cause}", flush=True)
            except BaseException:
                self.daemons.stop()
                raise
        raise NotRun(cause)

    def __exit__(self, *_):
        self.daemons.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _cause(self, e):
        """What the tool said, or the last errors the daemons wrote, in one line."""
        if isinstance(e, subprocess.CalledProcessError):
            return f"{e.cmd[0]}: {' '.join(e.stderr.decode(errors='replace').split())[-300:]}"
        said = (self.folder / "run" / "output.log").read_text(errors="replace").splitlines()
        told = [line for line in said if line.strip() and not any(usual in line for usual in ("NOTIFY_TYPES", "_handle_peer_banner"))]
        return f"{e}; last words: {' | '.join(line[-200:] for line in told[-6:])}"

    def _run(self, tool, *arguments):
        command = [tool, *(() if tool in ("ceph-authtool", "monmaptool") else ("-c", self.configuration)), *arguments]
        return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout.decode()

    def _daemon(self, tool, *arguments):
        return self.daemons.start([tool, "-c", self.configuration, "-f", *arguments], self.folder / "run" / "output.log")

    def _start(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        for name in ("mon", "osd", "rgw", "mgr", "run"):
            (self.folder / name).mkdir(parents=True)
        fsid, mon_port, self.port = str(uuid.uuid4()), free_port(16789), free_port(17480)
        (self.folder / "ceph.conf").write_text(CONFIGURATION.format(fsid=fsid, mon_port=mon_port, port=self.port, folder=self.folder))
        self._run("ceph-authtool", "--create-keyring", str(self.folder / "keyring"), "--gen-key", "-n", "mon.", "--cap", "mon", "allow *")
        self._run("monmaptool", "--create", "--addv", "a", f"[v1:127.0.0.1:{mon_port}]", "--fsid", fsid, str(self.folder / "monmap"))
        self._run("ceph-mon", "--mkfs", "-i", "a", "--monmap", str(self.folder / "monmap"), "--keyring", str(self.folder / "keyring"))
        self._daemon("ceph-mon", "-i", "a")
        self._daemon("ceph-mgr", "-i", "x")
        osd_id = str(uuid.uuid4())
        number = self._run("ceph", "osd", "new", osd_id).strip()
        self._run("ceph", "osd", "crush", "add", f"osd.{number}", "1", "root=default", "host=node")
        self._run("ceph-osd", "-i", number, "--mkfs", "--osd-uuid", osd_id)
        self._daemon("ceph-osd", "-i", number)
        self._daemon("radosgw", "-n", "client.rgw")
        wait_until(lambda: listens(self.port), "Ceph's gateway", self.daemons.processes)
        self._run("radosgw-admin", "user", "create", "--uid=test", "--display-name=test", f"--access-key={self.access_key}",
                  f"--secret={self.secret_key}")

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def create_bucket(self, name):
        self.put_empty(f"/{name}")

    def put_empty(self, path):
        """A bucket, or an empty object, by a request signed in the old way, independent of everything the library does."""
        date = email.utils.formatdate(time.time(), usegmt=True)
        digest = hmac.new(self.secret_key.encode(), f"PUT\n\n\n{date}\n{path}".encode(), hashlib.sha1).digest()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("PUT", path, headers={"Date": date, "Authorization": f"AWS {self.access_key}:{base64.b64encode(digest).decode()}"})
        reply = connection.getresponse()
        text = reply.read().decode(errors="replace")
        connection.close()
        if reply.status != 200:
            raise NotRun(f"Ceph would not create {path}: {reply.status} {text[:200]}")


def main():
    with Ceph(sys.argv[1]) as ceph:
        ceph.create_bucket("test")
        print(json.dumps({"endpoint": ceph.endpoint, "bucket": "test", "access_key": ceph.access_key, "secret_key": ceph.secret_key}), flush=True)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
