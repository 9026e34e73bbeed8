"""A loop without an end where the file is loaded."""




while True:
    pass
