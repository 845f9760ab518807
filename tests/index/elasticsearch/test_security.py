"""TLS, users and API keys, through nginx in front of the node; and no secret ever shows."""

import base64
import datetime
import hashlib
import ipaddress
import logging
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from index.elasticsearch import ElasticsearchIndex
from records.errors import ConfigurationError, EngineError
from records.types import EntityKind
from tests.index.contract import SNAPSHOT

pytestmark = pytest.mark.elasticsearch

USER, PASSWORD, API_KEY = "topterms", "p@ss:w0rd/secret", "a2V5LWlkOmtleS1zZWNyZXQ="
_CONFIGURATION = """
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_max_body_size 100m;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    map $http_authorization $basic {{ "ApiKey {api_key}" off; default "cluster"; }}
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {folder}/server.pem;
        ssl_certificate_key {folder}/server.key;
        location / {{
            auth_basic $basic;
            auth_basic_user_file {folder}/users;
            proxy_pass {upstream};
            proxy_set_header Authorization "";
        }}
    }}
}}
"""


@dataclass(frozen=True)
class Front:
    """nginx with TLS and authentication in front of the shared node."""

    url: str
    ca: Path


@pytest.fixture(scope="module")
def front(elasticsearch_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None:
        lacking = "nginx is missing, which puts TLS in front of the node; left out"
        pytest.fail(lacking) if os.environ.get("CI") else pytest.skip(lacking)
    folder = tmp_path_factory.mktemp("nginx")
    write_certificates(folder)
    digest = base64.b64encode(hashlib.sha1(PASSWORD.encode()).digest()).decode()
    (folder / "users").write_text(f"{USER}:{{SHA}}{digest}\n")
    port = free_port()
    values = {"folder": folder, "port": port, "upstream": elasticsearch_url, "api_key": API_KEY}
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(_CONFIGURATION.format(user=user, **values))
    command = [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    subprocess.run(command, check=True, capture_output=True)  # returns when it listens
    yield Front(f"https://127.0.0.1:{port}", folder / "ca.pem")
    subprocess.run([*command, "-s", "stop"], check=True, capture_output=True)


def write_certificates(folder: Path) -> None:
    """Make a CA, and a certificate of it for the loopback address."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA of a test")])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "node")])
    loopback = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    ca = certificate(ca_name, ca_key, ca_name, ca_key, x509.BasicConstraints(ca=True, path_length=None))
    server = certificate(name, key, ca_name, ca_key, loopback)
    (folder / "ca.pem").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    (folder / "server.pem").write_bytes(server.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    (folder / "server.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )


def certificate(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(
        now + datetime.timedelta(days=2)
    )
    return builder.add_extension(extension, critical=True).sign(issuer_key, hashes.SHA256())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_user_with_a_password_publishes_and_asks_over_tls(front: Front, prefix: str) -> None:
    index = ElasticsearchIndex(front.url, user=USER, password=PASSWORD, ca=front.ca, prefix=prefix, deadline=60)
    index.publish(SNAPSHOT)
    assert index.similar({"artist-000001": 1.0}, EntityKind.ARTIST)


def test_an_api_key_opens_the_cluster(front: Front, prefix: str) -> None:
    index = ElasticsearchIndex(front.url, api_key=API_KEY, ca=front.ca, prefix=prefix, deadline=60)
    assert index.status().live is None


def test_a_user_in_the_url_opens_the_cluster_and_is_taken_out_of_it(front: Front, prefix: str) -> None:
    with_user = front.url.replace("https://", "https://topterms:p%40ss%3Aw0rd%2Fsecret@")
    index = ElasticsearchIndex(with_user, ca=front.ca, prefix=prefix, deadline=60)
    assert index.status().live is None
    assert "secret" not in index._server.address


def test_a_certificate_of_an_unknown_ca_is_an_error_that_says_what_to_give(front: Front) -> None:
    with pytest.raises(EngineError, match=r"certificate of https://.* cannot be verified: set elasticsearch.ca"):
        ElasticsearchIndex(front.url, user=USER, password=PASSWORD).status()


def test_a_ca_without_a_certificate_is_found_before_anything_is_asked(front: Front, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="expected a PEM file"):
        ElasticsearchIndex(front.url, ca=tmp_path / "none.pem")
    (tmp_path / "text.pem").write_text("no certificate")
    with pytest.raises(ConfigurationError, match="holds no certificate"):
        ElasticsearchIndex(front.url, ca=tmp_path / "text.pem")


def test_an_api_key_and_a_user_are_one_too_many(front: Front) -> None:
    with pytest.raises(ConfigurationError, match="one of the two"):
        ElasticsearchIndex(front.url, api_key=API_KEY, user=USER, password=PASSWORD, ca=front.ca)


@pytest.mark.parametrize("wrong", [{"user": USER, "password": "wr0ng-secret"}, {"api_key": "d3JvbmctOnNlY3JldA=="}, {}])
def test_wrong_credentials_are_an_error_without_them(
    front: Front, wrong: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the error nor what it comes of, nor any log line at any level, holds a secret."""
    caplog.set_level(logging.DEBUG)
    index = ElasticsearchIndex(front.url, ca=front.ca, **wrong)
    with pytest.raises(EngineError, match="401") as raised:
        index.status()
    assert_no_secret(raised.value, caplog.text, *wrong.values())


def test_no_secret_shows_while_all_goes_well_or_the_server_is_away(
    front: Front, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ElasticsearchIndex(front.url, user=USER, password=PASSWORD, ca=front.ca).status()
    with_user = f"http://{USER}:hidden-secret@127.0.0.1:{free_port()}"
    with pytest.raises(EngineError, match="cannot be reached") as raised:
        ElasticsearchIndex(with_user).status()
    assert_no_secret(raised.value, caplog.text, PASSWORD, "hidden-secret")


def assert_no_secret(error: BaseException, log: str, *secrets: str) -> None:
    chain, current = [], error
    while current is not None:
        chain.append(f"{current!r} {current}")
        current = current.__cause__ or current.__context__
    encoded = [base64.b64encode(f"{USER}:{secret}".encode()).decode() for secret in secrets]
    for secret in (*secrets, *encoded):
        if secret != USER:
            assert secret not in log + " ".join(chain)
