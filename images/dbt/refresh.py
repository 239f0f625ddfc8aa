"""Runs the batch job of a FlinkDeployment again: refresh.py NAMESPACE NAME.

The operator starts it anew when `restartNonce` changes. A run that has not ended is left alone. The service account may
read and patch this one object and nothing else.
"""

import json
import ssl
import sys
import time
import urllib.request

namespace, name = sys.argv[1:]
account = "/var/run/secrets/kubernetes.io/serviceaccount"
url = f"https://kubernetes.default.svc/apis/flink.apache.org/v1beta1/namespaces/{namespace}/flinkdeployments/{name}"
context = ssl.create_default_context(cafile=f"{account}/ca.crt")


def ask(method, body=None):
    with open(f"{account}/token", encoding="utf-8") as file:
        token = file.read().strip()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/merge-patch+json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method, headers=headers)
    with urllib.request.urlopen(request, context=context, timeout=30) as answer:
        return json.load(answer)


status = ask("GET").get("status", {})
state = status.get("jobStatus", {}).get("state")
if state not in ("FINISHED", "FAILED", "CANCELED"):
    print(f"{name} is {state}: it has not ended, and is left alone")
    sys.exit(0)
ask("PATCH", {"spec": {"restartNonce": int(time.time())}})
print(f"{name} was {state}: it starts again")
