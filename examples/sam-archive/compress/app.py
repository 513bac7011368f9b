"""Keeps a compressed copy of every document that an event names."""

import gzip
import os
from urllib.parse import unquote_plus

import boto3
from naming import archived

s3 = boto3.client("s3")


def handler(event, _context):
    """Takes an event of S3. What cannot be read fails the invocation, which is then repeated, and at last kept in the queue."""
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        document = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        body = gzip.compress(document, int(os.environ["LEVEL"]))
        s3.put_object(Bucket=os.environ["ARCHIVE"], Key=archived(key), Body=body)
