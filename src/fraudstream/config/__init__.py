"""Settings, the home folder and logging: what a command needs to know before it starts."""

from fraudstream.config.home import Home
from fraudstream.config.loading import Loaded, load
from fraudstream.config.logs import start_logging
from fraudstream.config.settings import Settings

__all__ = ["Home", "Loaded", "Settings", "load", "start_logging"]
