"""Static HTML from grade records: a page a student, a page a lab, the class. They open from disk."""
