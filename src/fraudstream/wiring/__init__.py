"""The only place that names concrete adapters: what a path or URL means, and how parts are joined.

One module per thing a user does; a command imports the one it needs, so that ``presets list`` does
not wait for the compiler.
"""
