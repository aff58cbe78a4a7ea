"""AWS's own client, which owes nothing to this library."""

import boto3
from botocore.config import Config


def client(endpoint, keys):
    """`keys` has access_key, secret_key and region, and may have the ca_file of an authority."""
    settings = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}, request_checksum_calculation="when_required",
                      response_checksum_validation="when_required")
    return boto3.client("s3", endpoint_url=endpoint, aws_access_key_id=keys.access_key, aws_secret_access_key=keys.secret_key,
                        region_name=keys.region, config=settings, verify=getattr(keys, "ca_file", None))
