"""From a file or a mapping to an open provider.

Each step is a module: `load` reads, `check` and `explain` say what is wrong, `environment` resolves
references, `strapi` translates, `unsupported` sets aside, `convert` makes the options object, and
`configuration` puts them together. Importing this package imports neither jsonschema nor cattrs.
"""

from bucketry.config.configuration import (
    Config,
    check_config,
    load_config,
    open_provider,
    open_providers,
)

__all__ = ["Config", "check_config", "load_config", "open_provider", "open_providers"]
