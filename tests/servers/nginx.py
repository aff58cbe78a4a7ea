"""nginx as the HTTPS front of a plain server, with certificates of our own authority, good ones and bad ones."""

import pathlib
import shutil
import subprocess

from daemon import Daemons, NotRun, free_port, listens, wait_until

# Front: certificate and protocols it offers.
FRONTS = {"https": ("server", "TLSv1.2 TLSv1.3"), "tls12": ("server", "TLSv1.2"), "tls13": ("server", "TLSv1.3"),
          "expired": ("expired", "TLSv1.2 TLSv1.3"), "other_host": ("other-host", "TLSv1.2 TLSv1.3"),
          "mutual": ("server", "TLSv1.2 TLSv1.3")}  # wants a certificate of the client

HEAD = """daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log warn;
events {{ worker_connections 4096; }}
http {{
  access_log off; server_tokens off; ignore_invalid_headers off; keepalive_requests 100000;
  client_max_body_size 0; large_client_header_buffers 8 64k;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  proxy_request_buffering off; proxy_buffering off; proxy_http_version 1.1; proxy_read_timeout 300s;
  proxy_set_header Host $http_host; proxy_set_header Connection "";
  upstream plain {{ server 127.0.0.1:{target}; keepalive 64; }}
"""
SERVER = """  server {{
    listen 127.0.0.1:{port} ssl; ssl_protocols {protocols}; ssl_certificate {ca}/{certificate}.pem; ssl_certificate_key {ca}/{certificate}.key;
    {more}
    location / {{ proxy_pass http://plain; }}
  }}
"""
PLAIN = "  server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://plain; }} }}\n"


def make_ca(folder):
    """Certificates as tests/servers/ca.sh makes them; returns their folder."""
    shutil.rmtree(folder, ignore_errors=True)
    made = subprocess.run([pathlib.Path(__file__).with_name("ca.sh"), folder], capture_output=True)
    if made.returncode != 0:
        raise NotRun(f"ca.sh: {made.stderr.decode(errors='replace').strip()[-300:]}")
    return pathlib.Path(folder)


class Nginx:
    """A front of 127.0.0.1:`target`. `ports` holds those of FRONTS and a plain one."""

    def __init__(self, folder, ca, target):
        if shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin") is None:
            raise NotRun("not installed: nginx")
        self.folder, self.ca, self.target = pathlib.Path(folder).absolute(), pathlib.Path(ca).absolute(), target
        self.daemons = Daemons()
        self.ports = {}

    def __enter__(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        text = HEAD.format(folder=self.folder, target=self.target)
        for name, (certificate, protocols) in FRONTS.items():
            self.ports[name] = free_port()
            more = f"ssl_verify_client on; ssl_client_certificate {self.ca}/ca.pem;" if name == "mutual" else ""
            text += SERVER.format(more=more, port=self.ports[name], certificate=certificate, protocols=protocols, ca=self.ca)
        self.ports["plain"] = free_port()
        text += PLAIN.format(port=self.ports["plain"]) + "}\n"
        (self.folder / "nginx.conf").write_text(text)
        nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
        self.daemons.start([nginx, "-e", str(self.folder / "error.log"), "-c", str(self.folder / "nginx.conf")], self.folder / "output.log")
        try:
            wait_until(lambda: listens(self.ports["plain"]), "nginx", self.daemons.processes, 10)
        except BaseException:
            self.daemons.stop()
            raise
        return self

    def __exit__(self, *_):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill(self):
        """Ends the front at once, connections and all."""
        self.daemons.stop()

    def url(self, name):
        return f"http://127.0.0.1:{self.ports[name]}" if name == "plain" else f"https://localhost:{self.ports[name]}"
