#!/bin/bash
# ca.sh FOLDER: a certificate authority of our own and server certificates signed by it: server.pem (localhost, 127.0.0.1),
# expired.pem (ended yesterday), other-host.pem (a name nobody here has); client.pem is for clients. ca.pem is what clients trust. Keys lie
# beside them.
set -eu
mkdir -p "$1"
cd "$1"

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }

sign() { # NAME SUBJECT-ALT-NAMES START END [USE]
    key "$1"
    openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
    printf 'basicConstraints=CA:FALSE\nextendedKeyUsage=%s\nsubjectAltName=%s\n' "${5:-serverAuth}" "$2" > "$1.ext"
    openssl ca -batch -notext -config ca.cnf -startdate "$3" -enddate "$4" -in "$1.csr" -extfile "$1.ext" -out "$1.pem" 2> "$1.log"
}

cat > ca.cnf <<'CNF'
[ca]
default_ca=own
[own]
new_certs_dir=.
database=index.txt
serial=serial
certificate=ca.pem
private_key=ca.key
default_md=sha256
policy=any
unique_subject=no
[any]
commonName=supplied
CNF
: > index.txt
echo 1000 > serial
key ca
openssl req -x509 -new -key ca.key -days 3650 -subj "/CN=sluice test CA" -out ca.pem \
    -addext keyUsage=critical,keyCertSign 2> ca.log

day() { date -u -d "$1" +%Y%m%d%H%M%SZ; }
sign server DNS:localhost,IP:127.0.0.1 "$(day yesterday)" "$(day '+1 year')"
sign expired DNS:localhost,IP:127.0.0.1 "$(day '-1 year')" "$(day yesterday)"
sign client DNS:client.example "$(day yesterday)" "$(day '+1 year')" clientAuth
sign other-host DNS:elsewhere.example "$(day yesterday)" "$(day '+1 year')"
