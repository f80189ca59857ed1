"""Between decoding and features: the clock, duplicates, and labels whose time has come."""

from fraudstream.admission.admit import Admission, Admitted, DueLabels, Entry, Refusal, admit

__all__ = ["Admission", "Admitted", "DueLabels", "Entry", "Refusal", "admit"]
