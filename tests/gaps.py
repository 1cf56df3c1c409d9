GAPS: dict[str, str] = {}
