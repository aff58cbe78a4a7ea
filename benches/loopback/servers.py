"""nginx as a static S3-shaped server for the benches: HTTP and TLS 1.3 on 127.0.0.1, data in memory, stopped by process id."""
import os, random, shutil, signal, subprocess, time
from pathlib import Path

HTTP, HTTPS = 18080, 18443
PROGRAM = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")  # Debian keeps it where only root looks


class Nginx:
    def __init__(self, folder: Path):
        self.folder, self.data = folder, Path("/dev/shm") / "sluice-bench"
        self.ca = folder / "ca.pem"

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self._data()
        self._certificates()
        (self.folder / "nginx.conf").write_text(self._conf())
        subprocess.run([PROGRAM, "-e", str(self.folder / "error.log"), "-c", str(self.folder / "nginx.conf")], check=True)
        self.master = self._pid()
        time.sleep(0.3)
        self.workers = [int(p) for p in Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split()]
        return self

    def __exit__(self, *_):
        os.kill(self.master, signal.SIGTERM)
        shutil.rmtree(self.data, ignore_errors=True)

    def cpu(self) -> float:
        ticks = [Path(f"/proc/{p}/stat").read_text().rsplit(")", 1)[1].split()[11:13] for p in self.workers]
        return sum(int(u) + int(s) for u, s in ticks) / os.sysconf("SC_CLK_TCK")

    def _pid(self) -> int:
        for _ in range(50):
            try:
                return int((self.folder / "nginx.pid").read_text())
            except (OSError, ValueError):
                time.sleep(0.05)
        raise RuntimeError("nginx did not start")

    def _data(self):
        small = self.data / "bucket" / "small"
        small.mkdir(parents=True, exist_ok=True)
        numbers = random.Random(1)
        for i in range(10_000):
            (small / f"{i:05d}").write_bytes(numbers.randbytes(4096))
        with open(self.data / "bucket" / "big", "wb") as big:
            for _ in range(64):
                big.write(numbers.randbytes(16 << 20))
        with open(self.folder / "huge", "wb") as huge:  # sparse, on the disk: 64 GiB would not fit into memory
            huge.truncate(64 << 30)
        link = self.data / "bucket" / "huge"
        link.unlink(missing_ok=True)
        link.symlink_to(self.folder / "huge")

    def _certificates(self):
        if self.ca.exists():
            return
        run = lambda *a: subprocess.run(["openssl", *a], cwd=self.folder, check=True, capture_output=True)
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        run("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-days", "900", "-subj", "/CN=bench CA",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")
        run("req", *curve, "-keyout", "srv.key", "-out", "srv.csr", "-subj", "/CN=localhost")
        (self.folder / "srv.ext").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
        run("x509", "-req", "-in", "srv.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "800", "-extfile", "srv.ext",
            "-out", "srv.pem")

    def _conf(self) -> str:
        f = self.folder
        temp = "".join(f"{kind}_temp_path {f}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        return f"""{'user root; ' if os.getuid() == 0 else ''}worker_processes 1; worker_rlimit_nofile 20000; pid {f}/nginx.pid; error_log {f}/error.log warn; daemon on;
events {{ worker_connections 16000; }}
http {{
  access_log off; sendfile on; tcp_nodelay on; keepalive_requests 2000000000; keepalive_timeout 600s; {temp}
  open_file_cache max=20000 inactive=1h; open_file_cache_valid 1h; default_type application/octet-stream;
  server {{
    listen 127.0.0.1:{HTTP} backlog=4096; listen 127.0.0.1:{HTTPS} ssl backlog=4096;
    ssl_certificate {f}/srv.pem; ssl_certificate_key {f}/srv.key; ssl_protocols TLSv1.3; ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
    ssl_session_cache shared:S:10m; root {self.data};
  }}
}}
"""
