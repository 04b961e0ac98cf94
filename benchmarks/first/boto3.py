"""A fresh process: import boto3, sign, or store one object."""

import sys

import boto3

step, endpoint, ca, name = sys.argv[1:]
if step != "import":
    client = boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id=name,
        aws_secret_access_key="bench-secret",
        verify=ca,
    )
    if step == "sign":
        client.generate_presigned_url("get_object", {"Bucket": "bench", "Key": "photos/1.png"})
    else:
        client.put_object(Bucket="bench", Key="4096/first", Body=sys.stdin.buffer.read())
with open("/proc/self/status", encoding="ascii") as status:
    print(status.read())
