"""What the databases share: the rows of a batch, the migrations, the questions, the journal's form.

Its SQL is text that every one of them speaks, with parameters as ``$1``.
"""
