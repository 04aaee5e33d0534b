def import_string(dotted_path):
    return _intrinsic("resolve_name")(dotted_path)
