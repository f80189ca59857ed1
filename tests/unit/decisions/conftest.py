from hypothesis import settings

# the first example of a run may wait for the compiler
settings.register_profile("compiled", deadline=None)
settings.load_profile("compiled")
