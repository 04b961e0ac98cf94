"""What is done with objects: plain functions over one `Bucket`, whatever carries its requests."""
