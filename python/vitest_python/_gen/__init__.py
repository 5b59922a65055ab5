"""Generated from proto/ by generate.py; not written by hand."""
