"""The compiled half of features: flat int64 arrays in, one loop per batch, no Python objects.

Every word of state is an int64; hashes are the same bits seen as signed. Read ``observe`` first,
then ``evaluate``, then ``ring``.
"""
