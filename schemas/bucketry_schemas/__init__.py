"""The JSON Schemas of configurations, as package data.

`leaves.schema.json` explains each option once, `vendors/*.schema.json` say which of them a vendor
takes, and `config.schema.json` is for editors.
"""
