"""A fresh process: import obstore, sign, or store one object."""

import sys
from datetime import timedelta

import obstore
from obstore.store import S3Store

step, endpoint, ca, name = sys.argv[1:]
if step != "import":
    store = S3Store(
        "bench",
        endpoint=endpoint,
        access_key_id=name,
        secret_access_key="bench-secret",
        region="us-east-1",
        virtual_hosted_style_request=False,
    )
    if step == "sign":
        obstore.sign(store, "GET", "photos/1.png", timedelta(seconds=900))
    else:
        obstore.put(store, "4096/first", sys.stdin.buffer.read(), use_multipart=False)
with open("/proc/self/status", encoding="ascii") as status:
    print(status.read())
