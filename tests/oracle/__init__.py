"""Brute force that decides who is right: a few obvious lines for everything the kernel does."""
