"""Another engine on the lakehouse's catalog: PyIceberg does to a table what a test asks for.

Standard input holds {"catalog": {properties of the REST catalog}, "table": "namespace.name", "do": OPERATION}; the result
is JSON on standard output. OPERATION is one of
  {"append": {"batches": B, "rows": R, "first": N}}  B commits of R rows each: columns id (N, N+1, …) and writer
  {"delete": "pickup_location_id = 1"}               deletes the rows that a filter finds
  {"rollBack": "<snapshot id>"}                      makes an earlier snapshot the current one
  {"count": true}                                    counts rows and distinct ids, by a scan; who committed, in order
"""

import datetime as dt
import hashlib
import hmac
import json
import sys
import time
import urllib.parse

import pyarrow as pa
from pyiceberg.catalog.rest import RestCatalog
from pyiceberg.exceptions import CommitFailedException
from requests.adapters import HTTPAdapter

ATTEMPTS = 100


def digest(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


class Signer(HTTPAdapter):
    """Signs requests with AWS Signature Version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html"""

    def __init__(self, properties):
        self.properties = properties
        super().__init__()

    def add_headers(self, request, **_):
        properties = self.properties
        region, service = properties["rest.signing-region"], properties["rest.signing-name"]
        stamp = dt.datetime.now(dt.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
        url = urllib.parse.urlsplit(request.url)
        body = request.body or b""
        payload = hashlib.sha256(body.encode() if isinstance(body, str) else body).hexdigest()
        headers = {"host": url.netloc, "x-amz-content-sha256": payload, "x-amz-date": stamp}
        query = sorted(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        canonical = "\n".join([
            request.method,
            urllib.parse.quote(url.path, safe="/-_.~"),
            urllib.parse.urlencode(query, quote_via=urllib.parse.quote, safe="-_.~"),
            *(f"{name}:{value}" for name, value in headers.items()),
            "",
            ";".join(headers),
            payload,
        ])
        to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = f"AWS4{properties['client.secret-access-key']}".encode()
        for part in (stamp[:8], region, service, "aws4_request"):
            key = digest(key, part)
        signature = digest(key, to_sign).hex()
        request.headers.update(headers)
        request.headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={properties['client.access-key-id']}/{scope}, "
            f"SignedHeaders={';'.join(headers)}, Signature={signature}"
        )


class SignedCatalog(RestCatalog):
    """PyIceberg signs with boto3, which the data tools do not bring."""

    def _init_sigv4(self, session):
        session.mount(self.uri, Signer(self.properties))


def append(catalog, name, batches, rows, first):
    schema = pa.schema([pa.field("id", pa.int64()), pa.field("writer", pa.string())])
    conflicts = 0
    for batch in range(batches):
        start = first + batch * rows
        data = pa.table({"id": list(range(start, start + rows)), "writer": ["pyiceberg"] * rows}, schema=schema)
        for attempt in range(ATTEMPTS):
            try:
                catalog.load_table(name).append(data)
                break
            except CommitFailedException:
                conflicts += 1
                if attempt == ATTEMPTS - 1:
                    raise
                time.sleep(0.05)
    return {"rows": batches * rows, "conflicts": conflicts}


def main():
    request = json.load(sys.stdin)
    catalog = SignedCatalog("lake", **request["catalog"])
    name = request["table"]
    operation, options = next(iter(request["do"].items()))
    if operation == "append":
        result = append(catalog, name, options["batches"], options["rows"], options["first"])
    elif operation == "delete":
        table = catalog.load_table(name)
        table.delete(options)
        result = {"snapshot": str(table.current_snapshot().snapshot_id)}
    elif operation == "rollBack":
        with catalog.load_table(name).manage_snapshots() as snapshots:
            snapshots.set_current_snapshot(snapshot_id=int(options))
        result = {}
    else:
        table = catalog.load_table(name)
        ids = table.scan(selected_fields=("id",)).to_arrow()["id"].to_pylist()
        snapshots = sorted(table.snapshots(), key=lambda snapshot: snapshot.sequence_number)
        flink = ["flink.job-id" in (snapshot.summary.additional_properties or {}) for snapshot in snapshots]
        result = {"rows": len(ids), "distinct": len(set(ids)), "byFlink": flink}
    json.dump(result, sys.stdout)


main()
