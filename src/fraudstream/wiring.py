"""The only place that names concrete adapters: what a path or URL means, and how parts are joined."""
