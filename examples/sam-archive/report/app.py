"""Says once a day how much is kept."""

import os

import boto3
from naming import is_archived

s3 = boto3.client("s3")


def handler(_event, _context):
    """Returns how many documents there are, and their bytes."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=os.environ["ARCHIVE"])
    kept = [item["Size"] for page in pages for item in page.get("Contents", []) if is_archived(item["Key"])]
    return {"documents": len(kept), "bytes": sum(kept)}
