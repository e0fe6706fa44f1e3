"""What a desk that is to run was told: read, checked and armed before anything starts."""

import os

from desk.bootstrap.plugins import offered_plugins
from desk.cli.arming import armed
from desk.cli.options import RunOptions
from desk.config.configuration import Configuration, load_configuration
from desk.config.credentials import credentials_of


def configure(options: RunOptions) -> Configuration:
    """Read and check everything a desk is told, and arm it where it is live.

    Raises InputRefused, and RefusedByState where it is live and not armed.
    """
    configuration = load_configuration(
        options.platform, options.blueprints, options.settings, os.environ, offered_plugins()
    )
    connector = configuration.platform.connector
    if connector.name == "ccxt" and connector.ccxt is not None:
        credentials_of(connector.ccxt, os.environ, configuration.platform_file.document)
    return armed(configuration, options.platform, live=options.live)
