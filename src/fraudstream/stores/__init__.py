"""Where decisions and models are kept."""
